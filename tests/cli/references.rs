//! A function that refers to its own stack, from the first plan to a plan without changes.

use insta::assert_snapshot;

use super::sandbox::Sandbox;

#[test]
fn a_plan_names_what_a_function_waits_for_and_one_up_gives_it_the_ids() {
    let sandbox = Sandbox::new();
    let members =
        r#""description": "of ${api.url}", "environment": { "STACK_POOL": "${userPool.id}", "KEY": "unknown" }"#;
    sandbox.edit(r#""runtime": "provided.al2023" }"#, &format!(r#""runtime": "provided.al2023", {members} }}"#));
    let plan = sandbox.done("plan --local -v").out;
    let function = &plan[plan.find("  + lambda_function.hello").unwrap()..];
    assert_snapshot!(function[..function.find("source_hash").unwrap()].trim_end(), @r#"
    + lambda_function.hello    shop-dev-hello
        name: "shop-dev-hello"
        role_arn: …0000000000:role/stackctl/shop/dev/shop-dev-hello-eu-west-1"
        runtime: "provided.al2023"
        handler: "bootstrap"
        timeout: 29
        memory: 128
        architecture: "x86_64"
        environment: (secret)
        environment.STACK_POOL: (known after user_pool.main is created)
        description: (known after rest_api.main is created)
        log_group: "/aws/lambda/shop-dev-hello"
    "#);
    sandbox.done("up --local --yes --quiet");
    assert!(sandbox.done("plan --local").out.contains("nothing to change"));
    sandbox.edit("of ${api.url}", "at ${api.url}");
    let steps = &sandbox.events("plan --local")[1]["steps"];
    let changed = steps.as_array().unwrap().iter().find(|step| step["verb"] == "update").unwrap();
    let url = sandbox.done("outputs path_url --local --quiet").out;
    assert_eq!(changed["changes"][0]["new"], format!("at {}", url.trim()));
}
