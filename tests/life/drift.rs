//! Changes and deletions by hand are seen and repaired, and the stack is in order afterwards.

use aws_sdk_apigateway::types::{Op, PatchOperation};
use aws_sdk_lambda::types::AliasRoutingConfiguration;
use stackctl::aws::Clients;

use crate::harness::{
    project::{Project, example},
    shape::{differences, shape},
    stack::{Stack, steps},
};

async fn example_up() -> (Stack, Project) {
    let (stack, project) = (Stack::new(), Project::new(&example()));
    stack.up(&project).await.done();
    (stack, project)
}

/// Repairs changes by hand in these steps; the stack is then as before.
async fn repaired(stack: &Stack, project: &Project, expected: &[&str]) {
    let undisturbed = example_up().await.0;
    assert_eq!(steps(&stack.planned(project).await), expected);
    stack.up(project).await.done();
    assert_eq!(steps(&stack.planned(project).await), Vec::<String>::new());
    assert_eq!(differences(&shape(&stack.local), &shape(&undisturbed.local)), Vec::<String>::new());
}

fn replace(path: &str, value: &str) -> PatchOperation {
    PatchOperation::builder().op(Op::Replace).path(path).value(value).build()
}

struct Hands {
    stack: Stack,
    project: Project,
    cloud: Clients,
    pool: String,
    api: String,
}

impl Hands {
    async fn on_a_stack_that_is_up() -> Self {
        let (stack, project) = example_up().await;
        let cloud = stack.clients().await;
        let (pool, api) = (stack.output("user_pool.main", "id"), stack.output("rest_api.main", "id"));
        Self { stack, project, cloud, pool, api }
    }

    async fn repaired(&self, expected: &[&str]) {
        repaired(&self.stack, &self.project, expected).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_was_moved_shared_or_deleted_is_restored() {
    let hands = Hands::on_a_stack_that_is_up().await;
    let lambda = &hands.cloud.lambda;
    let served = hands.stack.output("lambda_function.open", "version");
    lambda.update_function_configuration().function_name("shop-dev-open").timeout(3).send().await.unwrap();
    let theirs = lambda.publish_version().function_name("shop-dev-open").send().await.unwrap().version.unwrap();
    assert_ne!(theirs, served);
    lambda.update_function_configuration().function_name("shop-dev-open").timeout(29).send().await.unwrap();

    let moved = lambda.update_alias().function_name("shop-dev-open").name("live").function_version(&theirs);
    moved.send().await.unwrap();
    hands.repaired(&["update lambda_function.open: alias"]).await;

    let weights = AliasRoutingConfiguration::builder().additional_version_weights(&theirs, 0.5).build();
    let shared = lambda.update_alias().function_name("shop-dev-open").name("live").routing_config(weights);
    shared.send().await.unwrap();
    hands.repaired(&["update lambda_function.open: alias"]).await;

    lambda.delete_alias().function_name("shop-dev-open").name("live").send().await.unwrap();
    hands.repaired(&["create lambda_permission.open", "update lambda_function.open: alias"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_route_opened_by_hand_is_closed_and_the_live_deployment_stays() {
    let hands = Hands::on_a_stack_that_is_up().await;
    let Hands { stack, cloud, api, .. } = &hands;
    let gateway = &cloud.apigateway;
    let resources = gateway.get_resources().rest_api_id(api).send().await.unwrap();
    let closed = resources.items().iter().find(|one| one.path() == Some("/closed")).unwrap();
    let open = gateway.update_method().rest_api_id(api).resource_id(closed.id().unwrap()).http_method("GET");
    open.patch_operations(replace("/authorizationType", "NONE")).send().await.unwrap();
    let authorizer = stack.output("authorizer.main", "id");
    let faster = gateway.update_authorizer().rest_api_id(api).authorizer_id(authorizer);
    faster.patch_operations(replace("/authorizerResultTtlInSeconds", "0")).send().await.unwrap();
    let renamed = gateway.update_rest_api().rest_api_id(api).patch_operations(replace("/description", "mine"));
    renamed.send().await.unwrap();
    let served = stack.output("stage.main", "deployment_id");
    hands
        .repaired(&[
            "update api_routes.main: authorizer_id, routes.GET /closed.auth",
            "update authorizer.main: ttl_seconds",
            "update rest_api.main: description",
        ])
        .await;
    assert_eq!(stack.output("stage.main", "deployment_id"), served);
}

#[tokio::test(start_paused = true)]
async fn a_pool_deleted_by_hand_is_created_again_and_the_stage_uses_the_new_one() {
    let hands = Hands::on_a_stack_that_is_up().await;
    let cognito = &hands.cloud.cognito;
    let off = aws_sdk_cognitoidentityprovider::types::DeletionProtectionType::Inactive;
    cognito.update_user_pool().user_pool_id(&hands.pool).deletion_protection(off).send().await.unwrap();
    cognito.delete_user_pool().user_pool_id(&hands.pool).send().await.unwrap();
    hands
        .repaired(&[
            "create user_pool.main",
            "create user_pool_client.main",
            "update authorizer.main: provider_arns",
            "update stage.main: fingerprint",
        ])
        .await;
}
