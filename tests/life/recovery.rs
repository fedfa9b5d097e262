//! A stack with a missing state is found, whole or half-created, and nothing else is.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stackctl::engine::{State, Verb};
use stackctl_local::Settings;

use crate::harness::{
    project::{Project, example, patched},
    shape::{census, differences, shape},
    stack::{Stack, steps},
};

/// The kinds that have tags, and so keep the token of their claim.
const TAGGED: [&str; 6] = ["user_pool", "iam_role", "log_group", "lambda_function", "rest_api", "stage"];

/// The parts of a state that can be rebuilt: not the tokens of resources without tags.
fn knowledge(state: &State) -> Value {
    let mut state = state.clone();
    let untagged = state.resources.iter_mut().filter(|(key, _)| !TAGGED.contains(&key.kind.as_str()));
    untagged.for_each(|(_, recorded)| recorded.token = None);
    // Which settings were applied is not to be seen on AWS.
    state.resources.values_mut().for_each(|recorded| recorded.applied = None);
    json!({ "resources": state.resources, "pending": state.pending })
}

fn called(stack: &str, stage: &str) -> Value {
    patched(&example(), &json!({ "deployment": { "serviceName": stack, "stage": stage } }))
}

/// Several of everything that a list can hold, in pages of two.
fn many() -> Value {
    let functions = ["a", "b", "c"].map(|name| {
        (name.to_owned(), json!({ "source": "lambdas/app", "handler": "app.handler", "runtime": "python3.13" }))
    });
    let routes = ["a", "b", "c"].map(|name| (format!("GET /{name}"), json!({ "function": name })));
    patched(
        &example(),
        &json!({
            "functions": functions.into_iter().collect::<BTreeMap<_, _>>(),
            "routes": routes.into_iter().collect::<BTreeMap<_, _>>(),
        }),
    )
}

fn paged() -> Settings {
    Settings { page_size: Some(2), ..Settings::default() }
}

#[tokio::test(start_paused = true)]
async fn the_missing_state_of_a_real_stack_is_rebuilt_and_the_next_plan_is_empty() {
    let (stack, project) = (Stack::on(paged()), Project::new(&many()));
    stack.up(&project).await.done();
    let (before, world) = (stack.wire.state().unwrap(), stack.local.snapshot());
    let recovery = stack.recover(&project).await;
    assert_eq!(knowledge(&recovery.discovery.state), knowledge(&before));
    assert_eq!((recovery.calls.writes, recovery.waits), (0, Vec::new()));
    assert_eq!(stack.local.snapshot(), world);
    assert_eq!(steps(&stack.planned(&project).await), Vec::<String>::new());
    stack.down().await.done();
    assert_eq!(census(&stack.local), BTreeMap::new());
}

#[tokio::test(start_paused = true)]
async fn stacks_with_similar_names_each_find_their_own_resources_and_nothing_else() {
    let names = [("shop", "dev"), ("shop-2", "dev"), ("shop", "dev2"), ("shop", "dev-2"), ("shop-dev", "open")];
    let first = Stack::on(paged());
    let mut stacks = Vec::new();
    for (stack, stage) in names {
        let project = Project::new(&called(stack, stage));
        let stack = first.neighbour(stack, stage);
        stack.up(&project).await.done();
        stacks.push((stack, project));
    }
    for (stack, project) in &stacks {
        let before = stack.wire.state().unwrap();
        let recovery = stack.recover(project).await;
        assert_eq!(knowledge(&recovery.discovery.state), knowledge(&before));
        assert!(recovery.discovery.unmanaged.is_empty(), "{recovery:?}");
    }
    // A stack that was never deployed finds nothing of the others.
    let nobody = first.neighbour("shop", "de").recover(&Project::new(&called("shop", "de"))).await;
    assert_eq!(nobody.keys(), Vec::<String>::new());
    for (stack, project) in &stacks {
        assert_eq!(steps(&stack.planned(project).await), Vec::<String>::new());
        stack.down().await.done();
    }
    assert_eq!(census(&first.local), BTreeMap::new());
}

/// Roles belong to the account: those of the same stack in another Region carry the same claims.
#[tokio::test(start_paused = true)]
async fn a_role_of_the_stack_in_another_region_is_not_found() {
    let (stack, project) = (Stack::new(), Project::new(&example()));
    stack.up(&project).await.done();
    let iam = stack.clients().await.iam;
    let ours = iam.get_role().role_name("shop-dev-open-us-west-2").send().await.unwrap().role.unwrap();
    let trust = json!({ "Version": "2012-10-17", "Statement": [] }).to_string();
    let theirs =
        iam.create_role().role_name("shop-dev-open-eu-west-1").path(ours.path).assume_role_policy_document(trust);
    theirs.set_tags(ours.tags).send().await.unwrap();
    let before = stack.wire.state().unwrap();
    let recovery = stack.recover(&project).await;
    assert_eq!(knowledge(&recovery.discovery.state), knowledge(&before));
}

#[tokio::test(start_paused = true)]
async fn resources_with_our_names_without_our_claim_are_left_alone_and_reported() {
    let (stack, project) = (Stack::new(), Project::new(&example()));
    stack.up(&project).await.done();
    let cloud = stack.clients().await;
    let function = stack.output("lambda_function.open", "arn");
    let taken = cloud.lambda.untag_resource().resource(&function).tag_keys("stackctl:stage");
    taken.send().await.unwrap();
    let pool = stack.output("user_pool.main", "arn");
    cloud.cognito.tag_resource().resource_arn(&pool).tags("stackctl:stack", "theirs").send().await.unwrap();
    let recovery = stack.recover(&project).await;
    let expected = [
        "api_routes.main",
        "authorizer.main",
        "iam_role.closed",
        "iam_role.open",
        "lambda_function.closed",
        "lambda_permission.closed",
        "log_group.closed",
        "log_group.open",
        "rest_api.main",
        "stage.main",
    ];
    assert_eq!(recovery.keys(), expected, "and nothing on unmanaged resources");
    let unmanaged = recovery.discovery.unmanaged.iter().map(|(key, one)| format!("{key}: {} {}", one.thing, one.whose));
    insta::assert_snapshot!(unmanaged.collect::<Vec<_>>().join("\n"), @"lambda_function.open: function `shop-dev-open` has lost the tag `stackctl:stage`");
}

#[tokio::test(start_paused = true)]
async fn resources_removed_from_the_config_are_found_and_deleted_after_their_callers() {
    let (stack, project) = (Stack::new(), Project::new(&example()));
    stack.up(&project).await.done();
    let before = knowledge(&stack.wire.state().unwrap());
    let less = Project::new(&patched(
        &example(),
        &json!({ "functions": { "closed": null },
                                                        "routes": { "GET /closed": null } }),
    ));
    let recovery = stack.recover(&less).await;
    let mut found = knowledge(&recovery.discovery.state);
    // Its code is not packaged any more.
    let source = "source_hash";
    found["resources"]["lambda_function.closed"]["outputs"][source] =
        before["resources"]["lambda_function.closed"]["outputs"][source].clone();
    // A permission has no tags, and nothing names its function any more: it is deleted with the function.
    let permission = "lambda_permission.closed";
    assert!(!recovery.keys().contains(&permission.to_owned()));
    found["resources"][permission] = before["resources"][permission].clone();
    found["resources"]["stage.main"]["needs"] = before["resources"]["stage.main"]["needs"].clone();
    assert_eq!(found, before);

    let plan = stack.planned(&less).await;
    let at = |key: &str, verb: Verb| {
        let step = |step: &stackctl::engine::Step| step.key.to_string() == key && step.action.verb() == verb;
        plan.steps.iter().position(step).unwrap_or_else(|| panic!("{:?}", steps(&plan)))
    };
    let (routes, stage) = (at("api_routes.main", Verb::Update), at("stage.main", Verb::Update));
    let (function, role) = (at("lambda_function.closed", Verb::Delete), at("iam_role.closed", Verb::Delete));
    let (group, authorizer) = (at("log_group.closed", Verb::Delete), at("authorizer.main", Verb::Delete));
    let waits = |step: usize, first: usize| plan.steps[step].after.contains(&first);
    assert!(waits(stage, routes) && waits(function, stage) && waits(authorizer, routes), "{plan:?}");
    assert!(waits(role, function) && waits(group, function), "{plan:?}");

    stack.up(&less).await.done();
    let anew = Stack::new();
    anew.up(&less).await.done();
    assert_eq!(differences(&shape(&stack.local), &shape(&anew.local)), Vec::<String>::new());
    assert_eq!(steps(&stack.planned(&less).await), Vec::<String>::new());
    stack.down().await.done();
    assert_eq!(census(&stack.local), BTreeMap::new());
}

#[tokio::test(start_paused = true)]
async fn a_permission_without_a_route_is_found_and_deleted() {
    let (stack, project) = (Stack::new(), Project::new(&example()));
    stack.up(&project).await.done();
    let less = Project::new(&patched(&example(), &json!({ "routes": { "GET /closed": null } })));
    let recovery = stack.recover(&less).await;
    let permission = "lambda_permission.closed".parse().unwrap();
    let stage = &recovery.discovery.state.resources[&"stage.main".parse().unwrap()];
    assert!(recovery.discovery.state.resources.contains_key(&permission), "{:?}", recovery.keys());
    assert!(stage.needs.contains(&permission), "callers of the stage may need it until the stage has moved");
    stack.up(&less).await.done();
    assert_eq!(census(&stack.local)["statements"], 1);
    assert_eq!(steps(&stack.planned(&less).await), Vec::<String>::new());
}
