//! Stages merged over the rest of the document.

use insta::assert_snapshot;
use stackctl::config::{Mfa, RouteKey};

use super::harness::Folder;

const STAGES: &str = r#""stages": {
    "prod": {
      "deployment": { "accountId": "123456789012", "tags": { "stage": "${stage}" } },
      "userPool": { "mfa": "ON" },
      "functions": { "hello": { "memory": 1024 } },
      "routes": { "GET /more": { "function": "hello" } },
      "cors": { "allowedOrigins": ["https://example.com"] }
    }
  }"#;

#[test]
fn the_chosen_stage_is_merged_over_the_rest_object_by_object() {
    let dev = Folder::with_section(STAGES).load().unwrap().config;
    assert_eq!((dev.deployment.stage.as_str(), dev.user_pool.mfa), ("dev", Mfa::Off));
    assert_eq!((dev.functions["hello"].memory, dev.routes.len(), dev.cors), (128, 1, None));

    let prod = Folder::with_section(STAGES).stage("prod").load().unwrap().config;
    assert_eq!((prod.deployment.stage.as_str(), prod.user_pool.mfa), ("prod", Mfa::On));
    assert_eq!((prod.functions["hello"].memory, prod.functions["hello"].runtime.as_str()), (1024, "python3.13"));
    assert!(prod.routes.contains_key(&"GET /more".parse::<RouteKey>().unwrap()));
    assert_eq!(prod.deployment.tags["stage"], "prod");
    assert_eq!(prod.deployment.user_pool_name, "shop-prod");
}

#[test]
fn the_stage_in_the_file_chooses_too() {
    let folder = Folder::with(
        r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1", "stage": "prod" },
  "functions": {},
  "routes": {},
  "stages": { "prod": { "api": { "description": "the real one" } } }
}"#,
    );
    assert_eq!(folder.load().unwrap().config.api.description, "the real one");
}

#[test]
fn a_stage_without_a_section_is_the_rest_unchanged() {
    assert_eq!(Folder::with_section(STAGES).stage("test").load().unwrap().config.deployment.stage, "test");
}

#[test]
fn required_keys_may_come_from_the_stage() {
    let folder = Folder::with(
        r#"{
  "deployment": { "serviceName": "shop" },
  "functions": { "hello": { "source": "lambdas/test", "handler": "test.handler" } },
  "routes": {},
  "stages": { "prod": { "deployment": { "region": "eu-west-1" }, "functions": { "hello": { "runtime": "python3.13" } } } }
}"#,
    );
    assert_snapshot!(folder.problems(), @"
    error: config.json:2:17: deployment: no Region is named
    hint: add the key `region`, or pass `--region`
    error: config.json:3:27: functions.hello: the key `runtime` is missing
      runtime: The Lambda runtime, such as `python3.13`, `nodejs24.x` or `provided.al2023`
    ");
    assert!(folder.stage("prod").load().is_ok());
}

#[test]
fn the_shape_of_every_stage_is_checked() {
    let folder = Folder::with_section(
        r#""stages": {
    "prod": { "userpool": {}, "stages": {}, "deployment": { "stage": "live" }, "client": { "generateSecret": "no" } },
    "test": { "functions": { "hello": { "memory": 1 } }, "userPool": { "mfa": "${env:MFA}" } }
  }"#,
    );
    assert_snapshot!(folder.problems(), @r#"
    error: config.json:6:15: stages.prod.userpool: unknown key
      keys here are: deployment, userPool, client, functions, routes, cors, api, state
    hint: did you mean `userPool`?
    error: config.json:6:31: stages.prod.stages: unknown key
      keys here are: deployment, userPool, client, functions, routes, cors, api, state
    hint: did you mean `state`?
    error: config.json:6:61: stages.prod.deployment.stage: unknown key
      keys here are: serviceName, region, userPoolName, clientName, accountId, tags
    error: config.json:6:110: stages.prod.client.generateSecret: expected true or false, found the string "no"
    error: config.json:7:51: stages.test.functions.hello.memory: 1 is out of range
      allowed are 128 to 10240
    "#);
}

#[test]
fn a_problem_of_the_chosen_stage_is_reported_where_it_was_written() {
    let folder = Folder::with_section(
        r#""stages": {
    "prod": { "routes": { "GET /hello": { "function": "helo" } }, "functions": { "hello": { "runtime": "python3.7" } } }
  }"#,
    );
    assert_snapshot!(folder.stage("prod").problems(), @r#"
    error: config.json:6:55: stages.prod.routes."GET /hello".function: no function is named `helo`
      functions are: hello
    hint: did you mean `hello`?
    error: config.json:6:104: stages.prod.functions.hello.runtime: AWS ended the runtime `python3.7`: no function can be created with it
    hint: what came after it is `python3.14`
    "#);
}

#[test]
fn every_declared_stage_is_checked_and_a_problem_is_reported_once_with_its_stages() {
    let folder = Folder::with(
        r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1", "stage": "dev" },
  "functions": { "hello": { "source": "lambdas/test", "handler": "test.handler", "runtime": "python3.7" } },
  "routes": { "GET /hello": { "function": "hello" }, "GET /more": { "function": "more" } },
  "stages": {
    "prod": { "functions": { "more": { "source": "lambdas/test", "handler": "test.handler", "runtime": "python3.13" } } },
    "test": { "routes": { "GET /hello": { "function": "helo" } } }
  }
}"#,
    );
    assert_snapshot!(folder.problems_of_every_stage(), @r#"
    error: config.json:3:93: functions.hello.runtime: AWS ended the runtime `python3.7`: no function can be created with it
    hint: what came after it is `python3.14`
    error: config.json:4:81: routes."GET /more".function: no function is named `more`
      functions are: hello
      in stages dev, test
    error: config.json:7:55: stages.test.routes."GET /hello".function: no function is named `helo`
      functions are: hello
    hint: did you mean `hello`?
    "#);
    assert_snapshot!(folder.stage("prod").problems_of_every_stage(), @r"
    error: config.json:3:93: functions.hello.runtime: AWS ended the runtime `python3.7`: no function can be created with it
    hint: what came after it is `python3.14`
    ");
}

#[test]
fn an_undeclared_stage_is_not_checked_beside_declared_ones() {
    let section = r#""stages": { "prod": { "deployment": { "region": "eu-west-1" } } }"#;
    let without_region = Folder::with_section(section).text().replace(r#", "region": "eu-west-1" },"#, " },");
    let folder = Folder::with(&without_region);
    assert_eq!(folder.problems_of_every_stage(), "");
    assert!(folder.problems().contains("no Region is named"), "the Region is required when no stage is chosen");
}

#[test]
fn variables_of_a_stage_that_is_deployed_elsewhere_need_not_be_set_here() {
    let section = r#""stages": { "prod": {
    "deployment": { "accountId": "${env:PROD_ACCOUNT}" },
    "functions": { "hello": { "environment": { "KEY": "${env:PROD_KEY}" } } }
  } }"#;
    let folder = Folder::with_section(section);
    assert_eq!(folder.problems_of_every_stage(), "");
    assert_eq!(folder.stage("prod").problems_of_every_stage().matches("is not set").count(), 2);
}
