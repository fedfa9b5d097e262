//! What stands in for AWS's own endpoints, when anything does.

use aws_config::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use http::Uri;

use crate::engine::ResourceError;

/// The services that are called, by the ids that the SDK knows them by.
const SERVICES: [&str; 7] =
    ["API Gateway", "CloudWatch Logs", "Cognito Identity Provider", "IAM", "Lambda", "STS", "S3"];

/// One URL for all services but S3's, or those of single ones by name.
pub(super) fn all(config: &SdkConfig) -> Option<String> {
    let ids = SERVICES.iter().filter(|id| **id != "S3");
    let urls: Vec<_> = ids.map(|id| (id, service_endpoint(config, id))).collect();
    if urls.iter().all(|(_, url)| *url == urls[0].1) {
        return urls[0].1.clone();
    }
    let named = urls.into_iter().filter_map(|(id, url)| url.map(|url| format!("{id}: {url}")));
    Some(named.collect::<Vec<_>>().join(", "))
}

/// The override that one service's client obeys: its own, or the one for all.
pub(super) fn service_endpoint(config: &SdkConfig, id: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(id).env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let own = config.service_config().and_then(|settings| settings.load_config(key.ok()?));
    own.or_else(|| config.endpoint_url().map(ToOwned::to_owned))
}

/// Takes variables that are set and empty as unset.
pub(super) fn without_empty(config: SdkConfig) -> SdkConfig {
    let mut builder = config.clone().into_builder();
    builder.set_endpoint_url(config.endpoint_url().filter(|url| !url.is_empty()).map(ToOwned::to_owned));
    builder.service_config(NotEmpty(config)).build()
}

/// The settings of single services, without empty ones.
#[derive(Debug)]
struct NotEmpty(SdkConfig);

impl LoadServiceConfig for NotEmpty {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        self.0.service_config()?.load_config(key).filter(|value| !value.is_empty())
    }
}

/// Makes sure that every endpoint is a URL.
pub(super) fn check(config: &SdkConfig) -> Result<(), ResourceError> {
    let urls = SERVICES.map(|id| (id, service_endpoint(config, id)));
    let wrong = urls.iter().find_map(|(id, url)| Some((id, url.as_ref().filter(|url| !is_url(url))?)));
    let Some((id, url)) = wrong else { return Ok(()) };
    let variable = if urls.iter().all(|(_, other)| other.as_ref() == Some(url)) {
        "AWS_ENDPOINT_URL".to_owned()
    } else {
        format!("AWS_ENDPOINT_URL_{}", id.to_uppercase().replace(' ', "_"))
    };
    Err(ResourceError::refused(format!("`{url}` is not the URL of an endpoint")).hint(format!(
        "{variable} names it, or `endpoint_url` of the profile: unset it, or write it like https://host:port"
    )))
}

fn is_url(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some_and(|host| !host.is_empty())
    })
}
