//! What can be read from a config that cannot be deployed.

use insta::assert_snapshot;
use stackctl::config::{RouteAuth, RouteKey, identify, load_to_compare, outline, schema, why_unknown};

use super::harness::Folder;

/// A config with an error in every section that only a deployment needs.
const BROKEN: &str = r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1", "tags": { "aws:x": 1 }, "userPoolName": 7 },
  "functions": {
    "hello": { "source": "nowhere", "handler": "test.handler", "runtime": "cobol", "memory": "much", "timeout": 5 },
    "other": 3
  },
  "routes": {
    "GET /hello": { "function": "hello", "auth": "none" },
    "GET /other": { "function": "helo" },
    "GET /third": { "function": 3 },
    "FETCH /x": { "function": "hello" }
  },
  "userPool": { "mfa": "SOMETIMES" },
  "client": { "generateSecret": "no" },
  "cors": { "allowedOrigins": "*" },
  "api": { "throttle": 3 },
  "stages": { "prod": { "state": { "s3": { "bucket": "NO" } } } }
}"#;

#[test]
fn a_stack_is_identified_despite_errors_in_the_rest() {
    let folder = Folder::with(BROKEN);
    let identity = identify(&folder.path(), &folder.selection).unwrap();
    let told = (identity.service_name.as_str(), identity.stage.as_str(), identity.region.as_str());
    assert_eq!((told, identity.state.path.as_str()), (("shop", "dev", "eu-west-1"), "state"));
}

#[test]
fn names_and_routes_are_read_and_what_cannot_be_read_is_listed() {
    let folder = Folder::with(BROKEN);
    let outline = outline(&folder.path(), &folder.selection).unwrap();
    let functions: Vec<_> = outline.config.functions.iter().map(|(name, one)| (name.as_str(), one.timeout)).collect();
    assert_eq!(functions, [("hello", 5), ("other", 29)]);
    let routes: Vec<_> = outline.config.routes.keys().map(ToString::to_string).collect();
    assert_eq!(routes, ["GET /hello", "GET /other"]);
    assert_eq!(outline.config.routes[&"GET /hello".parse::<RouteKey>().unwrap()].auth, RouteAuth::None);
    let omitted = ["userPool", "client", "routes.\"GET /third\"", "routes.\"FETCH /x\"", "cors", "api"];
    assert_eq!(outline.omitted, omitted);
}

#[test]
fn an_unset_variable_does_not_prevent_reading() {
    let folder = Folder::with_function(r#""environment": { "KEY": "${env:STRIPE}" }"#);
    let outline = outline(&folder.path(), &folder.selection).unwrap();
    assert_eq!((outline.config.functions.len(), outline.omitted.len()), (1, 0));
}

#[test]
fn errors_in_what_identifies_the_stack_are_always_reported() {
    let problems = |config: &str| {
        let folder = Folder::with(config);
        let problems = identify(&folder.path(), &folder.selection).unwrap_err();
        folder.without_path(&problems.to_string())
    };
    let rest = r#""functions": 1, "routes": 1"#;
    assert_snapshot!(problems(&format!(r#"{{ "deployment": {{ "serviceName": "shop", "region": "${{env:R}}" }}, {rest} }}"#)), @"
    error: config.json:1:52: deployment.region: the environment variable `R` is not set
    hint: set it: `export R=…`, or name a default: `${env:R:-…}`
    ");
    assert_snapshot!(problems(&format!(r#"{{ "deployment": {{ "serviceName": "shop", "region": "eu-west-1" }}, "sate": {{ "path": "x" }}, {rest} }}"#)), @"
    error: config.json:1:67: sate: unknown key
      keys here are: $schema, deployment, userPool, client, functions, routes, cors, api, stages, state
    hint: did you mean `state`?
    ");
    assert_snapshot!(problems(&format!(r#"{{ "deployment": {{ "sevriceName": "shop", "region": "eu-west-1" }}, {rest} }}"#)), @"
    error: config.json:1:17: deployment: the key `serviceName` is missing
      serviceName: The prefix of every resource name
    error: config.json:1:19: deployment.sevriceName: unknown key
      keys here are: serviceName, region, stage, userPoolName, clientName, accountId, tags
    hint: did you mean `serviceName`?
    ");
    assert_snapshot!(problems(r#"{ "functions": 1, }, "#), @"error: config.json:1:20: not JSON: text cannot contain more than one JSON value");
    assert_snapshot!(problems("[]"), @"error: config.json:1:1: expected an object, found a list");
}

#[test]
fn the_chosen_stage_says_where_its_state_is() {
    let folder = Folder::with(BROKEN).stage("prod");
    let problems = identify(&folder.path(), &folder.selection).unwrap_err();
    assert_snapshot!(folder.without_path(&problems.to_string()), @"
    error: config.json:17:54: stages.prod.state.s3.bucket: `NO` is not the name of a bucket
      a bucket name consists of 3 to 63 lowercase letters, digits, hyphens and single dots, and starts and ends with a letter or digit
    ");
}

#[test]
fn every_section_is_needed_by_all_commands_or_by_a_deployment_only() {
    let schema = schema();
    let sections = schema["properties"].as_object().unwrap().keys();
    let needed = ["deployment", "stages", "state"];
    for section in sections.filter(|section| !needed.contains(&section.as_str())) {
        // An error in this section does not prevent identifying the stack.
        let folder = Folder::with(&format!(
            r#"{{ "deployment": {{ "serviceName": "shop", "region": "eu-west-1" }}, "{section}": [[]] }}"#
        ));
        assert!(identify(&folder.path(), &folder.selection).is_ok(), "{section}");
    }
}

#[test]
fn a_comparison_works_without_unset_variables() {
    let folder = Folder::with(
        r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1", "tags": { "team": "${env:TEAM} of ${stage}" } },
  "functions": { "hello": { "source": "nowhere", "handler": "test.handler", "runtime": "python3.13" } },
  "routes": { "GET /hello": { "function": "hello", "auth": "${env:AUTH}" } },
  "userPool": { "mfa": "${env:MFA}", "usernameAttributes": ["email", "${env:MORE}"] }
}"#,
    );
    let loaded = load_to_compare(&folder.path(), &folder.selection).unwrap();
    assert_eq!(why_unknown(&loaded.config.deployment.tags["team"]), Some("the environment variable `TEAM` is not set"));
    let warnings: Vec<_> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert_snapshot!(folder.without_path(&warnings.join("\n")), @r#"
    warning: config.json: routes."GET /hello".auth: the value is not known, so it is taken as left out
    warning: config.json: userPool.mfa: the value is not known, so it is taken as left out
    warning: config.json: userPool.usernameAttributes[1]: the value is not known, so it is taken as left out
    "#);
}
