//! What somebody else changes, one field of each kind, and that it is seen and set right.

use std::collections::BTreeMap;

use aws_sdk_apigateway::types::{IntegrationType, Op, PatchOperation};
use aws_sdk_cognitoidentityprovider::types::{DeletionProtectionType, ExplicitAuthFlowsType};
use serde_json::{Value, json};

use super::life::{Stack, World};

const FUNCTION: &str = "myname1-dev-test";

impl World {
    /// Every kind drifts, is seen to have drifted, and is brought back.
    pub(crate) async fn is_repaired(&self, stack: &Stack) {
        let before = self.settings(stack).await;
        self.drift_users(stack).await;
        self.drift_function().await;
        self.drift_api(stack).await;
        let status = self.project.run(&["status", "--detailed-exitcode"], 3).await;
        let resources = status.event("status")["resources"].as_array().expect("a list of resources");
        let seen = resources.iter().map(|row| (text(&row["key"]), text(&row["status"]))).collect::<BTreeMap<_, _>>();
        for kind in KINDS {
            // A statement that lets in somebody else is not ours any more.
            let expected = if kind == "lambda_permission.test" { "gone" } else { "drifted" };
            assert_eq!(seen.get(kind).map(String::as_str), Some(expected), "{kind}\n{}", status.text);
        }
        let others = seen.iter().filter(|(key, _)| !KINDS.contains(&key.as_str()));
        others.for_each(|(key, status)| assert_eq!(status, "in_sync", "{key} is as it was"));
        self.project.up().await;
        self.project.expect_in_sync().await;
        assert_eq!(self.settings(stack).await, before);
    }

    async fn drift_users(&self, stack: &Stack) {
        let cognito = &self.clients.cognito;
        // An update resets what it leaves out, so this is what a person would do with the console's command line.
        let pool = cognito.update_user_pool().user_pool_id(&stack.user_pool_id);
        pool.deletion_protection(DeletionProtectionType::Inactive).send().await.expect("the pool changes");
        let client = cognito.update_user_pool_client().user_pool_id(&stack.user_pool_id).client_id(&stack.client_id);
        let client = client.client_name("clientname1").access_token_validity(1);
        let client = client.explicit_auth_flows(ExplicitAuthFlowsType::AllowUserPasswordAuth);
        client.explicit_auth_flows(ExplicitAuthFlowsType::AllowRefreshTokenAuth).send().await.expect("it changes");
    }

    async fn drift_function(&self) {
        let everything = json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }],
        });
        let role = self.clients.iam.put_role_policy().role_name("myname1-dev-test-us-west-2").policy_name("extra");
        role.policy_document(everything.to_string()).send().await.expect("the role changes");
        let group = self.clients.logs.put_retention_policy().log_group_name("/aws/lambda/myname1-dev-test");
        group.retention_in_days(1).send().await.expect("the log group changes");
        let lambda = &self.clients.lambda;
        let function = lambda.update_function_configuration().function_name(FUNCTION).timeout(3);
        function.send().await.expect("the function changes");
        let alias = lambda.update_alias().function_name(FUNCTION).name("live").function_version("1");
        alias.send().await.expect("the alias moves");
        let policy = lambda.get_policy().function_name(FUNCTION).qualifier("live").send().await;
        let policy = policy.expect("the alias has a policy");
        let policy: Value = serde_json::from_str(policy.policy().unwrap_or_default()).expect("policies are JSON");
        let sid = text(&policy["Statement"][0]["Sid"]);
        let remove = lambda.remove_permission().function_name(FUNCTION).qualifier("live").statement_id(&sid);
        remove.send().await.expect("the statement goes");
        // Without a source ARN, every API of every account may call the function.
        let add = lambda.add_permission().function_name(FUNCTION).qualifier("live").statement_id(&sid);
        let add = add.action("lambda:InvokeFunction").principal("apigateway.amazonaws.com");
        add.send().await.expect("a wider statement comes");
    }

    async fn drift_api(&self, stack: &Stack) {
        let (api, id) = (&self.clients.apigateway, &stack.rest_api_id);
        let described = api.update_rest_api().rest_api_id(id).patch_operations(replace("/description", "by hand"));
        described.send().await.expect("the API changes");
        let authorizers = api.get_authorizers().rest_api_id(id).send().await.expect("authorizers are listed");
        let authorizer = authorizers.items()[0].id().unwrap_or_default();
        let cached = api.update_authorizer().rest_api_id(id).authorizer_id(authorizer);
        let cached = cached.patch_operations(replace("/authorizerResultTtlInSeconds", "0"));
        cached.send().await.expect("the authorizer changes");
        self.open_the_protected_route(id).await;
        let deployment = api.create_deployment().rest_api_id(id).description("by hand").send().await;
        let deployment = deployment.expect("it is deployed").id.unwrap_or_default();
        let stage = api.update_stage().rest_api_id(id).stage_name("dev");
        let stage = stage.patch_operations(replace("/deploymentId", &deployment));
        stage.send().await.expect("the stage changes");
    }

    /// Makes the method anew without its authorizer, since moto knows no `UpdateMethod`.
    async fn open_the_protected_route(&self, id: &str) {
        let api = &self.clients.apigateway;
        let resources = api.get_resources().rest_api_id(id).embed("methods").limit(500).send().await;
        let resources = resources.expect("paths are listed");
        let resource = resources.items().iter().find(|resource| resource.path() == Some("/test_auth"));
        let resource = resource.expect("the route is there");
        let method = resource.resource_methods().and_then(|methods| methods.get("GET")).expect("it has its method");
        let uri = method.method_integration().and_then(|integration| integration.uri()).expect("it calls a function");
        let resource = resource.id().unwrap_or_default();
        let delete = api.delete_method().rest_api_id(id).resource_id(resource).http_method("GET");
        delete.send().await.expect("the method goes");
        let put = api.put_method().rest_api_id(id).resource_id(resource).http_method("GET");
        put.authorization_type("NONE").send().await.expect("an open method comes");
        let put = api.put_integration().rest_api_id(id).resource_id(resource).http_method("GET").uri(uri);
        let put = put.r#type(IntegrationType::AwsProxy).integration_http_method("POST").timeout_in_millis(29_000);
        put.send().await.expect("it calls the function");
    }
}

/// One thing of each kind; the others stay as they are.
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
