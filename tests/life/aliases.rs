//! Functions are called through aliases: which versions are kept, and how a stack without aliases is migrated.

use aws_sdk_apigateway::types::{Op, PatchOperation};
use bytes::Bytes;
use http::Request;
use stackctl::aws::Clients;

use crate::harness::{
    project::{Project, example},
    shape::{census, differences, shape},
    stack::{Command, Stack, steps},
    wire::Way,
};

const FUNCTIONS: [&str; 2] = ["shop-dev-open", "shop-dev-closed"];

/// Code that returns this number.
fn code(number: usize) -> String {
    format!("def handler(event, context):\n    return {{'statusCode': 200, 'body': '{number}'}}\n")
}

fn edition(number: usize) -> Project {
    Project::with_code(&example(), &code(number))
}

async fn versions(cloud: &Clients, function: &str) -> Vec<String> {
    let listed = cloud.lambda.list_versions_by_function().function_name(function).send().await.unwrap();
    let numbers = listed.versions().iter().filter_map(|one| one.version()).filter(|one| *one != "$LATEST");
    numbers.map(ToOwned::to_owned).collect()
}

#[tokio::test(start_paused = true)]
async fn versions_for_a_rollback_and_those_of_others_are_kept() {
    let stack = Stack::new();
    stack.up(&edition(0)).await.done();
    let cloud = stack.clients().await;
    let theirs = cloud.lambda.create_alias().function_name(FUNCTIONS[0]).name("theirs").function_version("1");
    theirs.send().await.unwrap();
    let published = cloud.lambda.publish_version().function_name(FUNCTIONS[0]).description("by hand");
    published.send().await.unwrap();
    for number in 1..=6 {
        stack.up(&edition(number)).await.done();
    }
    // `theirs` keeps version 1. Publishing by hand made no new version, because the code was unchanged.
    assert_eq!(versions(&cloud, FUNCTIONS[0]).await, ["1", "3", "4", "5", "6", "7"]);
    assert_eq!(stack.output("lambda_function.open", "version"), "7");
    assert_eq!(versions(&cloud, FUNCTIONS[1]).await, ["1"], "a function with unchanged code gets no version");

    cloud.lambda.delete_alias().function_name(FUNCTIONS[0]).name("theirs").send().await.unwrap();
    stack.up(&edition(7)).await.done();
    assert_eq!(versions(&cloud, FUNCTIONS[0]).await, ["4", "5", "6", "7", "8"]);
}

/// Turns a deployed stack into one of the release before aliases: routes and permissions name the bare functions,
/// nothing is published, and no version is in the state.
async fn take_back(stack: &Stack) {
    let cloud = stack.clients().await;
    let api = stack.output("rest_api.main", "id");
    let statement = stack.output("lambda_permission.open", "statement_id");
    for function in FUNCTIONS {
        let permission = cloud.lambda.add_permission().function_name(function).statement_id(&statement);
        let permission = permission.action("lambda:InvokeFunction").principal("apigateway.amazonaws.com");
        permission.source_arn(format!("arn:aws:execute-api:us-west-2:000000000000:{api}/*")).send().await.unwrap();
        cloud.lambda.delete_alias().function_name(function).name("live").send().await.unwrap();
        cloud.lambda.delete_function().function_name(function).qualifier("1").send().await.unwrap();
    }
    unalias_routes(&cloud, &api).await;
    let served = stack.output("stage.main", "deployment_id");
    let deployment = cloud.apigateway.create_deployment().rest_api_id(&api).stage_name("dev");
    let deployment = deployment.description("stackctl 0123").send().await.unwrap().id.unwrap();
    cloud.apigateway.delete_deployment().rest_api_id(&api).deployment_id(served).send().await.unwrap();

    let mut state = stack.wire.state().unwrap();
    for (key, recorded) in &mut state.resources {
        let outputs = recorded.outputs.as_object_mut().unwrap();
        match key.kind.as_str() {
            "lambda_function" => drop(outputs.remove("version").unwrap()),
            "lambda_permission" => drop(outputs.remove("qualifier").unwrap()),
            "stage" => drop(outputs.insert("deployment_id".into(), deployment.clone().into())),
            _ => {}
        }
    }
    stack.wire.replace_state(state);
}

async fn unalias_routes(cloud: &Clients, api: &str) {
    let resources = cloud.apigateway.get_resources().rest_api_id(api).embed("methods").send().await.unwrap();
    for resource in resources.items() {
        for (verb, method) in resource.resource_methods().into_iter().flatten() {
            let uri = method.method_integration().and_then(|integration| integration.uri()).unwrap();
            let bare = PatchOperation::builder().op(Op::Replace).path("/uri").value(uri.replace(":live/", "/"));
            let update = cloud.apigateway.update_integration().rest_api_id(api).resource_id(resource.id().unwrap());
            update.http_method(verb).patch_operations(bare.build()).send().await.unwrap();
        }
    }
}

async fn from_before() -> Stack {
    let stack = Stack::new();
    stack.up(&edition(0)).await.done();
    take_back(&stack).await;
    assert_eq!(census(&stack.local).get("aliases"), None);
    stack
}

/// The response of the public route.
async fn called(stack: &Stack) -> (u16, String) {
    let uri = format!("/_aws/execute-api/{}/dev/open", stack.output("rest_api.main", "id"));
    let answer = stack.local.handle(Request::get(uri).body(Bytes::new()).unwrap()).await.unwrap();
    (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned())
}

#[tokio::test(start_paused = true)]
async fn a_stack_without_aliases_is_migrated_by_an_up() {
    let (stack, undisturbed) = (from_before().await, Stack::new());
    undisturbed.up(&edition(0)).await.done();
    let run = stack.up(&edition(0)).await.done();
    assert_eq!(
        run.steps(),
        [
            "delete lambda_permission.closed",
            "delete lambda_permission.open",
            "replace lambda_permission.closed: qualifier",
            "replace lambda_permission.open: qualifier",
            "update api_routes.main: routes.GET /closed.function, routes.GET /open.function",
            "update lambda_function.closed: alias",
            "update lambda_function.open: alias",
            "update stage.main: fingerprint",
        ]
    );
    assert_eq!(run.writes()["apigateway:CreateDeployment"], 1);
    assert_eq!(steps(&stack.planned(&edition(0)).await), Vec::<String>::new());
    assert_eq!(differences(&shape(&stack.local), &shape(&undisturbed.local)), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn the_api_of_a_stack_without_aliases_can_call_its_function_at_any_moment_of_the_migration() {
    let project = edition(0);
    let start = from_before().await;
    for death in start.deaths(Command::Up(&project)).await.iter().filter(|death| death.cut.way == Way::DiesAfter) {
        let (stack, cut) = (start.left_by(death).await, death.cut);
        assert_eq!(called(&stack).await, (200, "0".into()), "{cut:?}");
        stack.up(&project).await.done();
        assert_eq!(census(&stack.local)["statements"], 2, "{cut:?}");
        assert_eq!(steps(&stack.planned(&project).await), Vec::<String>::new(), "{cut:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn callers_get_the_live_version_until_the_alias_moves() {
    let stack = Stack::new();
    stack.up(&edition(0)).await.done();
    stack.up(&edition(1)).await.done();
    assert_eq!(called(&stack).await, (200, "1".into()));
    let cloud = stack.clients().await;
    let (_, zip) = crate::harness::python(&code(2));
    let upload = cloud.lambda.update_function_code().function_name(FUNCTIONS[0]).zip_file(zip.to_vec().into());
    upload.send().await.unwrap();
    assert_eq!(called(&stack).await, (200, "1".into()), "code edited by hand is not live");
}
