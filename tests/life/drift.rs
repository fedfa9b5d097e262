//! What somebody else changes or deletes is seen, repaired, and in order afterwards.

use aws_sdk_apigateway::types::{Op, PatchOperation};
use aws_sdk_lambda::types::AliasRoutingConfiguration;
use stackctl::aws::Cloud;

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

/// Repairs what was done by hand, in these steps; the stack is as it was before.
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
    cloud: Cloud,
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
async fn a_pool_and_a_client_reset_by_a_partial_update_are_set_again() {
    let hands = Hands::on_a_stack_that_is_up().await;
    let cognito = &hands.cloud.cognito;
    cognito.update_user_pool().user_pool_id(&hands.pool).send().await.unwrap();
    let client = hands.stack.output("user_pool_client.main", "id");
    cognito.update_user_pool_client().user_pool_id(&hands.pool).client_id(client).send().await.unwrap();
    let run = hands.stack.planned(&hands.project).await;
    let steps = steps(&run);
    assert_eq!(steps.len(), 2, "{steps:?}");
    for (step, field) in steps.iter().zip(["deletion_protection", "explicit_auth_flows"]) {
        assert!(step.contains(field), "{step}");
    }
    let expected: Vec<&str> = steps.iter().map(String::as_str).collect();
    hands.repaired(&expected).await;
}

#[tokio::test(start_paused = true)]
async fn drifted_rights_of_a_role_are_taken_back() {
    let hands = Hands::on_a_stack_that_is_up().await;
    let iam = &hands.cloud.iam;
    let all = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let role = "shop-dev-open-us-west-2";
    iam.put_role_policy().role_name(role).policy_name("more").policy_document(all).send().await.unwrap();
    iam.put_role_policy().role_name(role).policy_name("logs").policy_document(all).send().await.unwrap();
    hands.repaired(&["update iam_role.open: inline_policies.logs.Statement, inline_policies.more"]).await;
}

#[tokio::test(start_paused = true)]
async fn drifted_retention_settings_and_statements_are_set_again() {
    let hands = Hands::on_a_stack_that_is_up().await;
    let Cloud { logs, lambda, .. } = &hands.cloud;
    logs.delete_retention_policy().log_group_name("/aws/lambda/shop-dev-open").send().await.unwrap();
    lambda.update_function_configuration().function_name("shop-dev-open").timeout(3).send().await.unwrap();
    let statement = hands.stack.output("lambda_permission.closed", "statement_id");
    let remove = lambda.remove_permission().function_name("shop-dev-closed").qualifier("live");
    remove.statement_id(statement).send().await.unwrap();
    hands
        .repaired(&[
            "create lambda_permission.closed",
            "update lambda_function.open: alias, timeout",
            "update log_group.open: retention_days",
        ])
        .await;
}

#[tokio::test(start_paused = true)]
async fn code_that_somebody_else_uploaded_is_replaced() {
    let hands = Hands::on_a_stack_that_is_up().await;
    let (_, zip) = crate::harness::python("def handler(event, context):\n    return 'mine'\n");
    let upload = hands.cloud.lambda.update_function_code().function_name("shop-dev-open");
    upload.zip_file(zip.to_vec().into()).send().await.unwrap();
    hands.repaired(&["update lambda_function.open: alias, source_hash"]).await;
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_was_moved_shared_or_deleted_leads_back_to_what_is_configured() {
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
async fn a_route_opened_by_hand_is_closed_and_what_is_served_stays() {
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
async fn a_stage_that_serves_somebody_elses_deployment_is_pointed_back() {
    let hands = Hands::on_a_stack_that_is_up().await;
    let gateway = &hands.cloud.apigateway;
    let served = hands.stack.output("stage.main", "deployment_id");
    gateway.create_deployment().rest_api_id(&hands.api).stage_name("dev").send().await.unwrap();
    hands.repaired(&["update stage.main: fingerprint"]).await;
    assert_eq!(hands.stack.output("stage.main", "deployment_id"), served);
}

#[tokio::test(start_paused = true)]
async fn functions_roles_and_log_groups_deleted_by_hand_come_back() {
    let hands = Hands::on_a_stack_that_is_up().await;
    let Cloud { lambda, logs, iam, .. } = &hands.cloud;
    lambda.delete_function().function_name("shop-dev-open").send().await.unwrap();
    logs.delete_log_group().log_group_name("/aws/lambda/shop-dev-open").send().await.unwrap();
    let role = "shop-dev-open-us-west-2";
    iam.delete_role_policy().role_name(role).policy_name("logs").send().await.unwrap();
    iam.delete_role().role_name(role).send().await.unwrap();
    hands
        .repaired(&[
            "create iam_role.open",
            "create lambda_function.open",
            "create lambda_permission.open",
            "create log_group.open",
        ])
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_api_deleted_by_hand_comes_back_whole() {
    let hands = Hands::on_a_stack_that_is_up().await;
    hands.cloud.apigateway.delete_rest_api().rest_api_id(&hands.api).send().await.unwrap();
    let api = ["api_routes.main", "authorizer.main", "rest_api.main", "stage.main"].map(|key| format!("create {key}"));
    let permissions = ["closed", "open"].map(|name| format!("delete lambda_permission.{name}"));
    let replaced = ["closed", "open"].map(|name| format!("replace lambda_permission.{name}: rest_api_id"));
    let expected: Vec<&str> = api.iter().chain(&permissions).chain(&replaced).map(String::as_str).collect();
    hands.repaired(&expected).await;
}

#[tokio::test(start_paused = true)]
async fn a_pool_deleted_by_hand_comes_back_and_the_stage_serves_the_new_one() {
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
