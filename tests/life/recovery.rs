//! A stack that has lost its state is found again, whole or half-made, and nothing else is.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use stackctl::engine::{Mark, State, Verb};
use stackctl_local::{Settings, Weather};

use crate::harness::{
    project::{Project, example, patched},
    shape::{census, differences, shape},
    stack::{Command, Stack, steps},
    wire::{Cut, Way},
};

/// The kinds that have tags, and so keep the token of their claim.
const TAGGED: [&str; 6] = ["user_pool", "iam_role", "log_group", "lambda_function", "rest_api", "stage"];

/// What a rebuilt state can know: of what has no tags, not the token.
fn knowledge(state: &State) -> Value {
    let mut state = state.clone();
    let untagged = state.resources.iter_mut().filter(|(key, _)| !TAGGED.contains(&key.kind.as_str()));
    untagged.for_each(|(_, recorded)| recorded.token = None);
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
async fn a_state_that_was_lost_is_rebuilt_as_it_was_and_the_next_plan_is_empty() {
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
async fn a_half_made_stack_whose_state_is_lost_is_finished_and_removed() {
    let project = Project::new(&example());
    let whole = Stack::new();
    whole.up(&project).await.done();
    let (expected, counted, ticks) = (shape(&whole.local), census(&whole.local), whole.wire.ticks().len());
    for cut in (0..ticks).map(|at| Cut { at, way: Way::DiesAfter }) {
        let stack = Stack::new();
        assert!(stack.cut(Command::Up(&project), Some(cut)).await.is_none(), "{cut:?}: it did not die");
        let found = stack.recover(&project).await;
        assert!(found.discovery.several.is_empty() && found.discovery.foreign.is_empty(), "{cut:?}: {found:?}");
        let next = stack.up(&project).await;
        assert!(next.complete(), "{cut:?}: {}", next.failures());
        assert_eq!(census(&stack.local), counted, "{cut:?}");
        assert_eq!(differences(&shape(&stack.local), &expected), Vec::<String>::new(), "{cut:?}");
        assert_eq!(steps(&stack.planned(&project).await), Vec::<String>::new(), "{cut:?}");
        stack.down().await.done();
        assert_eq!(census(&stack.local), BTreeMap::new(), "{cut:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_half_removed_stack_whose_state_is_lost_is_removed() {
    let project = Project::new(&example());
    let whole = Stack::new();
    whole.up(&project).await.done();
    whole.down().await.done();
    for cut in (0..whole.wire.ticks().len()).map(|at| Cut { at, way: Way::DiesAfter }) {
        let stack = Stack::new();
        stack.up(&project).await.done();
        assert!(stack.cut(Command::Down(None), Some(cut)).await.is_none(), "{cut:?}: it did not die");
        stack.recover(&project).await;
        stack.down().await.done();
        assert_eq!(census(&stack.local), BTreeMap::new(), "{cut:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_listed_late_is_waited_for() {
    let weather = Weather { list_lag: Duration::from_secs(9), ..Weather::default() };
    let (stack, project) = (Stack::on(Settings { weather, ..paged() }), Project::new(&example()));
    stack.up(&project).await.done();
    let before = stack.wire.state().unwrap();
    let recovery = stack.recover(&project).await;
    assert_eq!(knowledge(&recovery.discovery.state), knowledge(&before));
    let waits = ["a new one may be listed late: looking for it for up to 10 s"; 2];
    assert_eq!(recovery.waits, waits, "for the pool and the API, once each");
    assert_eq!(steps(&stack.planned(&project).await), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn of_neighbours_with_names_alike_each_finds_its_own_and_nothing_else() {
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
        assert!(recovery.discovery.foreign.is_empty(), "{recovery:?}");
    }
    // A stack that was never made finds nothing of those that were.
    let nobody = first.neighbour("shop", "de").recover(&Project::new(&called("shop", "de"))).await;
    assert_eq!(nobody.keys(), Vec::<String>::new());
    for (stack, project) in &stacks {
        assert_eq!(steps(&stack.planned(project).await), Vec::<String>::new());
        stack.down().await.done();
    }
    assert_eq!(census(&first.local), BTreeMap::new());
}

/// Roles belong to the account: those of the same stack in another Region carry the very same claims.
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
async fn what_has_our_names_and_not_our_claim_is_left_alone_and_told() {
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
    assert_eq!(recovery.keys(), expected, "and nothing that lives on what is not ours");
    let foreign = recovery.discovery.foreign.iter().map(|(key, one)| format!("{key}: {} {}", one.thing, one.whose));
    insta::assert_snapshot!(foreign.collect::<Vec<_>>().join("\n"), @"lambda_function.open: function `shop-dev-open` has lost the tag `stackctl:stage`");
}

#[tokio::test(start_paused = true)]
async fn of_two_pools_with_our_claim_neither_is_taken_and_each_is_named_with_its_users() {
    let (stack, project) = (Stack::new(), Project::new(&example()));
    stack.up(&project).await.done();
    let cloud = stack.clients().await;
    let tags = cloud.cognito.list_tags_for_resource().resource_arn(stack.output("user_pool.main", "arn"));
    let tags = tags.send().await.unwrap().tags;
    let copy = cloud.cognito.create_user_pool().pool_name("a copy").set_user_pool_tags(tags).send().await.unwrap();
    let copy = copy.user_pool.unwrap().id.unwrap();
    cloud.cognito.admin_create_user().user_pool_id(&copy).username("ann").send().await.unwrap();
    let world = stack.local.snapshot();
    let recovery = stack.recover(&project).await;
    let (key, several) = recovery.discovery.several.iter().next().unwrap();
    assert_eq!((key.to_string().as_str(), several.alike_in), ("user_pool.main", Mark::Claim));
    let holdings: BTreeMap<_, _> =
        several.candidates.iter().map(|one| (one.outputs["id"] == *copy, one.holdings)).collect();
    assert_eq!(holdings, [(false, Some(0)), (true, Some(1))].into());
    assert_eq!(stack.local.snapshot(), world);
    // Without the copy's tag it is told which one is ours.
    let arn = cloud.arn("cognito-idp", &format!("userpool/{copy}"));
    cloud.cognito.untag_resource().resource_arn(arn).tag_keys("stackctl:stack").send().await.unwrap();
    assert!(stack.recover(&project).await.discovery.several.is_empty());
    assert_eq!(steps(&stack.planned(&project).await), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn people_stay_in_their_pool_and_are_kept_by_a_down() {
    let (stack, project) = (Stack::new(), Project::new(&example()));
    stack.up(&project).await.done();
    let (cloud, pool) = (stack.clients().await, stack.output("user_pool.main", "id"));
    cloud.cognito.admin_create_user().user_pool_id(&pool).username("ann@example.com").send().await.unwrap();
    stack.recover(&project).await;
    assert_eq!(stack.up(&project).await.done().steps(), Vec::<String>::new());
    stack.down().await.done();
    assert_eq!(stack.output("user_pool.main", "id"), pool);
    let users = cloud.cognito.list_users().user_pool_id(&pool).send().await.unwrap().users.unwrap_or_default();
    assert_eq!(users.len(), 1);
    stack.run(Command::Down(Some(1))).await.done();
    assert_eq!(census(&stack.local), BTreeMap::new());
}

#[tokio::test(start_paused = true)]
async fn what_the_config_does_not_know_any_more_is_found_and_goes_after_what_calls_it() {
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
    // A permission has no tags, and nothing names its function any more: it goes with that.
    let permission = "lambda_permission.closed";
    assert!(!recovery.keys().contains(&permission.to_owned()));
    found["resources"][permission] = before["resources"][permission].clone();
    found["resources"]["stage.main"]["after"] = before["resources"]["stage.main"]["after"].clone();
    assert_eq!(found, before);

    let plan = stack.planned(&less).await;
    let at = |key: &str, verb: Verb| {
        let step = |step: &stackctl::engine::Step| step.key.to_string() == key && step.action.verb() == verb;
        plan.steps.iter().position(step).unwrap_or_else(|| panic!("{:?}", steps(&plan)))
    };
    let routes = at("api_routes.main", Verb::Update);
    let (function, role) = (at("lambda_function.closed", Verb::Delete), at("iam_role.closed", Verb::Delete));
    let (group, authorizer) = (at("log_group.closed", Verb::Delete), at("authorizer.main", Verb::Delete));
    let waits = |step: usize, first: usize| plan.steps[step].after.contains(&first);
    assert!(waits(function, routes) && waits(authorizer, routes), "{plan:?}");
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
async fn a_permission_without_a_route_is_found_and_goes() {
    let (stack, project) = (Stack::new(), Project::new(&example()));
    stack.up(&project).await.done();
    let less = Project::new(&patched(&example(), &json!({ "routes": { "GET /closed": null } })));
    let recovery = stack.recover(&less).await;
    let permission = "lambda_permission.closed".parse().unwrap();
    let stage = &recovery.discovery.state.resources[&"stage.main".parse().unwrap()];
    assert!(recovery.discovery.state.resources.contains_key(&permission), "{:?}", recovery.keys());
    assert!(stage.after.contains(&permission), "callers of the stage may need it until the stage has moved");
    stack.up(&less).await.done();
    assert_eq!(census(&stack.local)["statements"], 1);
    assert_eq!(steps(&stack.planned(&less).await), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn of_two_clients_with_our_name_the_one_as_configured_is_taken_and_the_other_is_told() {
    let (stack, project) = (Stack::new(), Project::new(&example()));
    stack.up(&project).await.done();
    let (cloud, ours) = (stack.clients().await, stack.output("user_pool_client.main", "id"));
    let pool = stack.output("user_pool.main", "id");
    let other = cloud.cognito.create_user_pool_client().user_pool_id(&pool).client_name("shop-dev");
    let other = other.generate_secret(true).send().await.unwrap().user_pool_client.unwrap().client_id.unwrap();
    let recovery = stack.recover(&project).await;
    assert_eq!(stack.output("user_pool_client.main", "id"), ours);
    let beside: Vec<_> =
        recovery.discovery.beside.iter().map(|(key, outputs)| format!("{key} {}", outputs["id"])).collect();
    assert_eq!(beside, [format!("user_pool_client.main \"{other}\"")]);
    assert_eq!(steps(&stack.planned(&project).await), Vec::<String>::new());
}
