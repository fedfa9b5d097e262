//! What one method does, read from AWS's answer.
//!
//! What has no effect behind a Lambda proxy is left out (operation names, models, declared parameters and responses,
//! pass-through, caching keys), so that a method made by an import and one made by single calls are equal. Everything
//! else that we never make is kept as `unmanaged`, so that it differs from any desired value.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_apigateway::types::{
    ConnectionType, ContentHandlingStrategy, Integration, IntegrationType, Method, ResponseTransferMode,
};
use serde_json::{Value, json};

use super::{
    preflight::{Mock, REQUEST_TEMPLATE},
    spec::Preflight,
};
use crate::aws::{meant, spelled};

/// API Gateway's longest and default wait.
const DEFAULT_TIMEOUT_MILLIS: u32 = 29_000;

/// What one method does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// It calls a Lambda function, or something unmanaged.
    Proxy(Proxy),
    Preflight(Preflight),
}

/// A method with a Lambda function behind it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Proxy {
    /// The ARN; empty when there is none.
    pub(super) function: String,
    pub(super) authorization: Option<Authorization>,
    pub(super) timeout_millis: u32,
    pub(super) unmanaged: BTreeMap<String, Value>,
}

/// Which authorizer is asked, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authorization {
    pub(super) authorizer_id: String,
    pub(super) scopes: BTreeSet<String>,
}

impl Shape {
    /// Reads a method.
    pub(super) fn of(verb: &str, method: &Method) -> Self {
        let mut unmanaged = unmanaged_of_method(method);
        let mut proxy = Proxy {
            function: String::new(),
            authorization: authorization(method),
            timeout_millis: DEFAULT_TIMEOUT_MILLIS,
            unmanaged: BTreeMap::new(),
        };
        match method.method_integration() {
            // What an interruption between the two calls leaves behind.
            None => drop(unmanaged.insert("integration".into(), "none".into())),
            Some(integration) => {
                if verb == "OPTIONS"
                    && unmanaged.is_empty()
                    && proxy.authorization.is_none()
                    && let Some(preflight) = preflight(method, integration)
                {
                    return Self::Preflight(preflight);
                }
                proxy.timeout_millis = u32::try_from(integration.timeout_in_millis)
                    .ok()
                    .filter(|millis| *millis > 0)
                    .unwrap_or(DEFAULT_TIMEOUT_MILLIS);
                match function_of(integration) {
                    Some(function) => function.clone_into(&mut proxy.function),
                    None => drop(unmanaged.insert("uri".into(), json!(integration.uri()))),
                }
                unmanaged.extend(unmanaged_of_integration(integration));
            }
        }
        Self::Proxy(Proxy { unmanaged, ..proxy })
    }

    /// Who is asked whether a call may pass.
    pub(super) fn authorization(&self) -> Option<&Authorization> {
        match self {
            Self::Proxy(proxy) => proxy.authorization.as_ref(),
            Self::Preflight(_) => None,
        }
    }
}

/// The integration URI of a function, of whose ARN it repeats partition and region.
pub(super) fn uri(function: &str) -> String {
    let mut parts = function.split(':');
    let partition = parts.nth(1).unwrap_or("aws");
    let region = parts.nth(1).unwrap_or_default();
    format!("arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations")
}

fn function_of(integration: &Integration) -> Option<&str> {
    let uri_there = integration.uri()?;
    let (_, rest) = uri_there.split_once(":lambda:path/2015-03-31/functions/")?;
    let function = rest.strip_suffix("/invocations")?;
    (uri(function) == uri_there).then_some(function)
}

fn authorization(method: &Method) -> Option<Authorization> {
    let cognito = method.authorization_type().is_some_and(|name| name.eq_ignore_ascii_case("COGNITO_USER_POOLS"));
    cognito.then(|| Authorization {
        authorizer_id: method.authorizer_id().unwrap_or_default().to_owned(),
        scopes: method.authorization_scopes().iter().cloned().collect(),
    })
}

fn unmanaged_of_method(method: &Method) -> BTreeMap<String, Value> {
    let ours = |name: &str| ["NONE", "COGNITO_USER_POOLS"].iter().any(|ours| ours.eq_ignore_ascii_case(name));
    let other_type = method.authorization_type().filter(|name| !ours(name));
    let found = [
        ("authorization_type", other_type.map(Value::from)),
        ("api_key_required", method.api_key_required().filter(|required| *required).map(Value::from)),
        ("request_validator_id", method.request_validator_id().map(Value::from)),
    ];
    named(found)
}

fn unmanaged_of_integration(integration: &Integration) -> BTreeMap<String, Value> {
    let kind = integration.r#type().map(spelled).filter(|name| name != "AWS_PROXY");
    let verb = integration.http_method().filter(|verb| !verb.eq_ignore_ascii_case("POST"));
    let link = integration.connection_type().filter(|kind| meant(*kind) == ConnectionType::VpcLink);
    let streams = integration.response_transfer_mode().filter(|mode| meant(*mode) == ResponseTransferMode::Stream);
    let parameters = integration.request_parameters().filter(|parameters| !parameters.is_empty());
    let found = [
        ("integration_type", kind.map(Value::from)),
        ("integration_http_method", verb.map(Value::from)),
        ("credentials", integration.credentials().map(Value::from)),
        ("content_handling", integration.content_handling().map(|handling| spelled(handling).into())),
        ("connection_id", link.map(|_| json!(integration.connection_id()))),
        ("response_transfer_mode", streams.map(|mode| spelled(mode).into())),
        ("request_parameters", parameters.map(|parameters| json!(sorted(parameters)))),
    ];
    named(found)
}

fn named<const N: usize>(found: [(&str, Option<Value>); N]) -> BTreeMap<String, Value> {
    found.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn sorted<V: Clone>(map: &HashMap<String, V>) -> BTreeMap<String, V> {
    map.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The preflight that a method answers, when it is wholly one of ours.
fn preflight(method: &Method, integration: &Integration) -> Option<Preflight> {
    let requests = integration.request_templates()?;
    let responses = integration.integration_responses()?;
    let response = responses
        .get("200")
        .filter(|one| responses.len() == 1 && one.selection_pattern().unwrap_or_default().is_empty())?;
    let of_mock = integration.r#type().map(meant) == Some(IntegrationType::Mock)
        && integration.content_handling().map(meant) == Some(ContentHandlingStrategy::ConvertToText)
        && requests.len() == 1
        && requests.get("application/json").is_some_and(|template| template == REQUEST_TEMPLATE);
    let templates = response.response_templates().cloned().unwrap_or_default();
    if !of_mock || templates.keys().any(|media_type| media_type != "application/json") {
        return None;
    }
    let header = |(name, value): (&String, &String)| {
        Some((name.strip_prefix("method.response.header.")?.to_owned(), value.clone()))
    };
    let headers: BTreeMap<_, _> = response.response_parameters().into_iter().flatten().filter_map(header).collect();
    let declared = method.method_responses()?.get("200")?.response_parameters().map(sorted).unwrap_or_default();
    let mock = Mock { headers, template: templates.get("application/json").filter(|text| !text.is_empty()).cloned() };
    let is_declared = |name: &&str| declared.contains_key(&format!("method.response.header.{name}"));
    let all_declared = mock.declared().iter().all(is_declared);
    mock.preflight().filter(|_| all_declared)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTION: &str = "arn:aws-cn:lambda:cn-north-1:123456789012:function:f";

    fn read(method: &Method) -> (BTreeMap<String, Value>, String) {
        match Shape::of("GET", method) {
            Shape::Proxy(proxy) => (proxy.unmanaged, proxy.function),
            Shape::Preflight(preflight) => panic!("{preflight:?}"),
        }
    }

    #[test]
    fn the_uri_is_in_the_partition_and_region_of_the_function() {
        assert_eq!(
            uri(FUNCTION),
            format!("arn:aws-cn:apigateway:cn-north-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations")
        );
    }

    #[test]
    fn a_method_without_integration_is_foreign() {
        let (unmanaged, _) = read(&Method::builder().http_method("GET").authorization_type("NONE").build());
        assert_eq!(unmanaged, BTreeMap::from([("integration".into(), json!("none"))]));
    }

    #[test]
    fn what_we_never_make_is_foreign_and_what_has_no_effect_is_not() {
        let integration = Integration::builder()
            .r#type(IntegrationType::AwsProxy)
            .http_method("POST")
            .uri(uri(FUNCTION))
            .passthrough_behavior("WHEN_NO_TEMPLATES")
            .cache_namespace("x")
            .credentials("arn:aws:iam::1:role/r");
        let method = Method::builder()
            .authorization_type("AWS_IAM")
            .api_key_required(false)
            .operation_name("op")
            .request_parameters("method.request.path.id", true)
            .method_integration(integration.build());
        let (unmanaged, function) = read(&method.build());
        assert_eq!(
            unmanaged,
            BTreeMap::from([
                ("authorization_type".into(), json!("AWS_IAM")),
                ("credentials".into(), json!("arn:aws:iam::1:role/r")),
            ])
        );
        assert_eq!(function, FUNCTION);
    }
}
