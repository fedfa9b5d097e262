//! Drift: one field of each kind is changed outside stackctl, detected and repaired.

use std::collections::BTreeMap;

use aws_sdk_apigateway::types::{IntegrationType, Op, PatchOperation};
use aws_sdk_cognitoidentityprovider::types::{DeletionProtectionType, ExplicitAuthFlowsType};
use serde_json::{Value, json};

use super::life::{Stack, World};

const FUNCTION: &str = "myname1-dev-test";

impl World {
    /// Changes every kind outside stackctl, expects `status` to report the drift, and `up` to repair it.
    pub(crate) async fn is_repaired(&self, stack: &Stack) {
        let before = self.settings(stack).await;
        self.drift_users(stack).await;
        self.drift_function().await;
        self.drift_api(stack).await;
        let status = self.project.run(&["status", "--detailed-exitcode"], 3).await;
        let resources = status.event("status")["resources"].as_array().expect("a list of resources");
        let seen = resources.iter().map(|row| (text(&row["key"]), text(&row["status"]))).collect::<BTreeMap<_, _>>();
        for kind in KINDS {
            // A statement for another caller does not count as ours.
            let expected = if kind == "lambda_permission.test" { "missing" } else { "drifted" };
            assert_eq!(seen.get(kind).map(String::as_str), Some(expected), "{kind}\n{}", status.text);
        }
        let others = seen.iter().filter(|(key, _)| !KINDS.contains(&key.as_str()));
        others.for_each(|(key, status)| assert_eq!(status, "in_sync", "{key} is unchanged"));
        self.project.up().await;
        self.project.expect_in_sync().await;
        assert_eq!(self.settings(stack).await, before);
    }

    async fn drift_users(&self, stack: &Stack) {
        let cognito = &self.clients.cognito;
        // An update resets the settings that it leaves out, as `aws cognito-idp update-user-pool` does.
        let pool = cognito.update_user_pool().user_pool_id(&stack.user_pool_id);
        pool.deletion_protection(DeletionProtectionType::Inactive).send().await.expect("the pool is updated");
        let client = cognito.update_user_pool_client().user_pool_id(&stack.user_pool_id).client_id(&stack.client_id);
        let client = client.client_name("clientname1").access_token_validity(1);
        let client = client.explicit_auth_flows(ExplicitAuthFlowsType::AllowUserPasswordAuth);
        client
            .explicit_auth_flows(ExplicitAuthFlowsType::AllowRefreshTokenAuth)
            .send()
            .await
            .expect("the client is updated");
    }

    async fn drift_function(&self) {
        let everything = json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }],
        });
        let role = self.clients.iam.put_role_policy().role_name("myname1-dev-test-us-west-2").policy_name("extra");
        role.policy_document(everything.to_string()).send().await.expect("the role is updated");
        let group = self.clients.logs.put_retention_policy().log_group_name("/aws/lambda/myname1-dev-test");
        group.retention_in_days(1).send().await.expect("the log group is updated");
        let lambda = &self.clients.lambda;
        let function = lambda.update_function_configuration().function_name(FUNCTION).timeout(3);
        function.send().await.expect("the function is updated");
        let alias = lambda.update_alias().function_name(FUNCTION).name("live").function_version("1");
        alias.send().await.expect("the alias is updated");
        let policy = lambda.get_policy().function_name(FUNCTION).qualifier("live").send().await;
        let policy = policy.expect("the alias has a policy");
        let policy: Value = serde_json::from_str(policy.policy().unwrap_or_default()).expect("policies are JSON");
        let sid = text(&policy["Statement"][0]["Sid"]);
        let remove = lambda.remove_permission().function_name(FUNCTION).qualifier("live").statement_id(&sid);
        remove.send().await.expect("the statement is removed");
        // Without a source ARN, every API of every account may call the function.
        let add = lambda.add_permission().function_name(FUNCTION).qualifier("live").statement_id(&sid);
        let add = add.action("lambda:InvokeFunction").principal("apigateway.amazonaws.com");
        add.send().await.expect("a wider statement is added");
    }

    async fn drift_api(&self, stack: &Stack) {
        let (api, id) = (&self.clients.apigateway, &stack.rest_api_id);
        let described = api.update_rest_api().rest_api_id(id).patch_operations(replace("/description", "by hand"));
        described.send().await.expect("the API is updated");
        let authorizers = api.get_authorizers().rest_api_id(id).send().await.expect("authorizers are listed");
        let authorizer = authorizers.items()[0].id().unwrap_or_default();
        let cached = api.update_authorizer().rest_api_id(id).authorizer_id(authorizer);
        let cached = cached.patch_operations(replace("/authorizerResultTtlInSeconds", "0"));
        cached.send().await.expect("the authorizer is updated");
        self.open_the_protected_route(id).await;
        let deployment = api.create_deployment().rest_api_id(id).description("by hand").send().await;
        let deployment = deployment.expect("the deployment is created").id.unwrap_or_default();
        let stage = api.update_stage().rest_api_id(id).stage_name("dev");
        let stage = stage.patch_operations(replace("/deploymentId", &deployment));
        stage.send().await.expect("the stage is updated");
    }

    /// Creates the method again without its authorizer: moto has no `UpdateMethod`.
    async fn open_the_protected_route(&self, id: &str) {
        let api = &self.clients.apigateway;
        let resources = api.get_resources().rest_api_id(id).embed("methods").limit(500).send().await;
        let resources = resources.expect("paths are listed");
        let resource = resources.items().iter().find(|resource| resource.path() == Some("/test_auth"));
        let resource = resource.expect("the route exists");
        let method =
            resource.resource_methods().and_then(|methods| methods.get("GET")).expect("the route has its method");
        let uri =
            method.method_integration().and_then(|integration| integration.uri()).expect("the method calls a function");
        let resource = resource.id().unwrap_or_default();
        let delete = api.delete_method().rest_api_id(id).resource_id(resource).http_method("GET");
        delete.send().await.expect("the method is deleted");
        let put = api.put_method().rest_api_id(id).resource_id(resource).http_method("GET");
        put.authorization_type("NONE").send().await.expect("the public method is created");
        let put = api.put_integration().rest_api_id(id).resource_id(resource).http_method("GET").uri(uri);
        let put = put.r#type(IntegrationType::AwsProxy).integration_http_method("POST").timeout_in_millis(29_000);
        put.send().await.expect("the integration is created");
    }
}

/// The changed resource of each kind. All others stay in sync.
const KINDS: [&str; 10] = [
    "user_pool.main",
    "user_pool_client.main",
    "iam_role.test",
    "log_group.test",
    "lambda_function.test",
    "lambda_permission.test",
    "rest_api.main",
    "authorizer.main",
    "api_routes.main",
    "stage.main",
];

fn replace(path: &str, value: &str) -> PatchOperation {
    PatchOperation::builder().op(Op::Replace).path(path).value(value).build()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
