//! The AWS SDK's clients, to inspect a server and to change resources outside stackctl.

use std::collections::BTreeSet;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};

use super::project::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};

/// The clients of one server.
pub(crate) struct Clients {
    pub(crate) apigateway: aws_sdk_apigateway::Client,
    pub(crate) cognito: aws_sdk_cognitoidentityprovider::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) lambda: aws_sdk_lambda::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) s3: aws_sdk_s3::Client,
}

impl Clients {
    /// The clients of the server at this URL.
    pub(crate) fn of(url: &str) -> Self {
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "conformance");
        // Without TLS the clients cannot reach AWS, whatever the environment sets.
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(url)
            .build();
        Self {
            apigateway: aws_sdk_apigateway::Client::new(&config),
            cognito: aws_sdk_cognitoidentityprovider::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            // A server on a local port has no virtual-hosted buckets.
            s3: aws_sdk_s3::Client::from_conf(
                aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build(),
            ),
        }
    }

    /// All resources of the services that stackctl uses, by name.
    pub(crate) async fn inventory(&self) -> BTreeSet<String> {
        let apis = self.apigateway.get_rest_apis().send().await.expect("APIs are listed");
        let pools = self.cognito.list_user_pools().max_results(60).send().await.expect("user pools are listed");
        let roles = self.iam.list_roles().send().await.expect("roles are listed");
        let functions = self.lambda.list_functions().send().await.expect("functions are listed");
        let groups = self.logs.describe_log_groups().send().await.expect("log groups are listed");
        let mut all = BTreeSet::new();
        all.extend(apis.items().iter().map(|api| format!("API {}", api.name().unwrap_or_default())));
        all.extend(pools.user_pools().iter().map(|pool| format!("user pool {}", pool.name().unwrap_or_default())));
        all.extend(roles.roles().iter().map(|role| format!("role {}", role.role_name())));
        all.extend(
            functions.functions().iter().map(|one| format!("function {}", one.function_name().unwrap_or_default())),
        );
        all.extend(
            groups.log_groups().iter().map(|group| format!("log group {}", group.log_group_name().unwrap_or_default())),
        );
        all
    }

    /// The paths of an API.
    pub(crate) async fn paths(&self, rest_api_id: &str) -> BTreeSet<String> {
        let resources = self.apigateway.get_resources().rest_api_id(rest_api_id).limit(500).send().await;
        let resources = resources.expect("paths are listed");
        resources.items().iter().filter_map(|resource| resource.path().map(str::to_owned)).collect()
    }

    /// The live deployment of the stage.
    pub(crate) async fn served(&self, rest_api_id: &str) -> String {
        let stage = self.apigateway.get_stage().rest_api_id(rest_api_id).stage_name("dev").send().await;
        stage.expect("the stage exists").deployment_id().unwrap_or_default().to_owned()
    }

    /// The hash of a function's live code.
    pub(crate) async fn code(&self, function: &str) -> String {
        let answer = self
            .lambda
            .get_function()
            .function_name(function)
            .qualifier("live")
            .send()
            .await
            .expect("the function exists");
        let configuration = answer.configuration().expect("a function has a configuration");
        configuration.code_sha256().unwrap_or_default().to_owned()
    }
}
