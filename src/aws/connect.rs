//! Finds region, credentials and account, and makes the clients.

use std::{collections::BTreeMap, time::Duration};

use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::{
    http::SharedHttpClient, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};

use super::{
    bucket::S3Bucket,
    clients::Clients,
    count::{Calls, Counts},
    endpoints::{self, service_endpoint},
    error,
    new_roles::NewRoles,
    operation,
    pace::Pace,
    partition::{dns_suffix, partition},
    retry::NoThrottles,
};
use crate::engine::{ResourceError, Result};

/// The region of a local emulator when none is asked for.
const LOCAL_REGION: &str = "us-east-1";

/// Long enough for a slow answer, short enough that a dead connection is noticed.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// Where to connect to, and as whom.
#[derive(Debug, Clone, Default)]
pub struct ConnectOptions {
    /// The region; otherwise the one of the environment or the profile.
    pub region: Option<String>,
    /// The profile of the shared configuration files.
    pub profile: Option<String>,
    /// The URL of a local emulator. No environment, file or metadata service is read then.
    pub local: Option<String>,
    /// The access key ID and the secret of a local emulator that verifies signatures.
    pub local_keys: Option<(String, String)>,
    /// Whether the local emulator enforces AWS's quotas.
    pub paced: bool,
    /// Sends the requests in place of the SDK's own client.
    pub http_client: Option<SharedHttpClient>,
}

/// Region, credentials and account: what every client is made from. All clients share one count of calls.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The region of all clients but those of buckets.
    pub region: String,
    /// The caller's account, twelve digits.
    pub account: String,
    /// The caller's ARN.
    pub caller: String,
    /// What stands in for AWS's own endpoints, when anything does.
    pub endpoint: Option<String>,
    config: SdkConfig,
    counts: Counts,
    paced: bool,
}

impl Connection {
    /// Finds region and credentials, and asks whose account it is.
    ///
    /// # Errors
    /// When there is no region, no usable credentials, or no answer.
    pub async fn open(options: ConnectOptions) -> Result<Self> {
        let (local, paced) = (options.local.is_some(), options.local.is_none() || options.paced);
        let config = if local { local_config(options) } else { default_config(options).await };
        endpoints::check(&config)?;
        let region = config.region().map(ToString::to_string).ok_or_else(no_region)?;
        let (endpoint, counts) = (endpoints::all(&config), Counts::default());
        let mut connection =
            Self { region, account: String::new(), caller: String::new(), endpoint, config, counts, paced };
        (connection.account, connection.caller) = caller(&connection).await?;
        Ok(connection)
    }

    /// A bucket, which may be in another region; every call to it is refused when it is not `owner`'s.
    #[must_use]
    pub fn bucket(&self, name: &str, region: &str, owner: Option<&str>) -> S3Bucket {
        let config = aws_sdk_s3::config::Builder::from(&self.config)
            .region(Region::new(region.to_owned()))
            // What stands in for AWS rarely has a host name for each bucket.
            .force_path_style(service_endpoint(&self.config, "S3").is_some())
            .interceptor(self.counts.of("s3"))
            .build();
        let client = aws_sdk_s3::Client::from_conf(config);
        S3Bucket::new(client, name, owner.unwrap_or(&self.account), service_endpoint(&self.config, "S3"))
    }

    /// How often each operation was sent so far, every attempt counted.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.counts.calls()
    }
}

impl Clients {
    /// Makes the clients and asks whose account it is.
    ///
    /// # Errors
    /// When there is no region, no usable credentials, or no answer.
    pub async fn connect(options: ConnectOptions) -> Result<Self> {
        Ok(Self::over(&Connection::open(options).await?))
    }

    /// Makes the clients.
    #[must_use]
    pub fn over(connection: &Connection) -> Self {
        let Connection { region, account, endpoint, config, counts, paced, .. } = connection.clone();
        Self {
            apigateway: aws_sdk_apigateway::Client::from_conf(
                aws_sdk_apigateway::config::Builder::from(&config)
                    .interceptor(counts.of("apigateway"))
                    .retry_classifier(NoThrottles)
                    .build(),
            ),
            cognito: aws_sdk_cognitoidentityprovider::Client::from_conf(
                aws_sdk_cognitoidentityprovider::config::Builder::from(&config)
                    .interceptor(counts.of("cognito-idp"))
                    .retry_classifier(NoThrottles)
                    .build(),
            ),
            iam: aws_sdk_iam::Client::from_conf(
                aws_sdk_iam::config::Builder::from(&config)
                    .interceptor(counts.of("iam"))
                    .retry_classifier(NoThrottles)
                    .build(),
            ),
            lambda: aws_sdk_lambda::Client::from_conf(
                aws_sdk_lambda::config::Builder::from(&config)
                    .interceptor(counts.of("lambda"))
                    .retry_classifier(NoThrottles)
                    .build(),
            ),
            logs: aws_sdk_cloudwatchlogs::Client::from_conf(
                aws_sdk_cloudwatchlogs::config::Builder::from(&config)
                    .interceptor(counts.of("logs"))
                    .retry_classifier(NoThrottles)
                    .build(),
            ),
            partition: partition(&region),
            region,
            account,
            endpoint,
            packages: BTreeMap::new(),
            new_roles: NewRoles::default(),
            counts,
            pace: paced.then(Pace::default),
            alone: std::sync::Mutex::default(),
        }
    }
}

/// Everything fixed, so that a local emulator is never reached with real credentials nor AWS in its place.
fn local_config(options: ConnectOptions) -> SdkConfig {
    let (id, secret) = options.local_keys.unwrap_or(("AKIALOCALCLOUD000000".into(), "local".into()));
    let credentials = Credentials::new(id, secret, None, None, "stackctl-local");
    // A client without TLS: it cannot speak to AWS, and it starts without the machine's root certificates.
    let http_client = options.http_client.unwrap_or_else(|| aws_smithy_http_client::Builder::new().build_http());
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(options.region.unwrap_or_else(|| LOCAL_REGION.to_owned())))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .identity_cache(aws_config::identity::IdentityCache::no_cache())
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts())
        .stalled_stream_protection(stalled_streams())
        .http_client(http_client);
    config.set_endpoint_url(options.local);
    config.set_app_name(app_name());
    config.build()
}

async fn default_config(options: ConnectOptions) -> SdkConfig {
    // Retries are set here, not read: an invalid `AWS_MAX_ATTEMPTS` would panic inside the SDK.
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts())
        .stalled_stream_protection(stalled_streams());
    if let Some(name) = app_name() {
        loader = loader.app_name(name);
    }
    if let Some(region) = options.region {
        loader = loader.region(Region::new(region));
    }
    if let Some(profile) = options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(client) = options.http_client {
        loader = loader.http_client(client);
    }
    endpoints::without_empty(loader.load().await)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(3_100))
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

/// The SDK's own five seconds end the upload of a zip over a link that stalls now and then.
fn stalled_streams() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled().grace_period(Duration::from_secs(20)).build()
}

fn app_name() -> Option<AppName> {
    AppName::new(concat!("stackctl-", env!("CARGO_PKG_VERSION"))).ok()
}

/// The caller's account and ARN.
async fn caller(connection: &Connection) -> Result<(String, String)> {
    let config = aws_sdk_sts::config::Builder::from(&connection.config).interceptor(connection.counts.of("sts"));
    let identity =
        aws_sdk_sts::Client::from_conf(config.build()).get_caller_identity().send().await.map_err(|failure| {
            let mut error = error::convert(&operation::GET_CALLER_IDENTITY, &failure, connection.endpoint.as_deref());
            if error.message == error::UNREACHABLE {
                error.message = format!("`{}` cannot be reached", host(&connection.region));
            }
            error
        })?;
    let nothing = || ResourceError::refused("sts:GetCallerIdentity returned a response without an account");
    Ok((identity.account.ok_or_else(nothing)?, identity.arn.unwrap_or_default()))
}

/// The first host that is asked.
#[must_use]
pub fn host(region: &str) -> String {
    format!("sts.{region}.{}", dns_suffix(region))
}

fn no_region() -> ResourceError {
    ResourceError::refused("no region is set")
        .hint("set `deployment.region` in config.json, or give `--region`, or set AWS_REGION")
}
