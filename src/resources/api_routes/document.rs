//! The OpenAPI document that one import takes.

use std::collections::BTreeMap;

use aws_sdk_apigateway::operation::{get_authorizer::GetAuthorizerOutput, get_rest_api::GetRestApiOutput};
use serde_json::{Map, Value, json};

use super::{
    preflight::{Mock, REQUEST_TEMPLATE},
    shape::{Proxy, Shape, uri},
};

/// What a document must repeat so that an import leaves it as it is.
pub(super) struct Surroundings {
    pub(super) api: GetRestApiOutput,
    /// The authorizer that the methods name, when one does.
    pub(super) authorizer: Option<GetAuthorizerOutput>,
}

/// The document with these methods, by path and verb.
pub(super) fn document(methods: &BTreeMap<String, BTreeMap<String, Shape>>, around: &Surroundings) -> Value {
    let scheme = around.authorizer.as_ref().and_then(|authorizer| authorizer.name()).unwrap_or_default();
    let paths = methods.iter().map(|(path, methods)| {
        let methods = methods.iter().map(|(verb, shape)| (member(verb), operation(shape, scheme)));
        (path.clone(), Value::Object(methods.collect()))
    });
    let mut info = Map::from_iter([("version".to_owned(), json!("1"))]);
    info.insert("title".into(), json!(around.api.name().unwrap_or_default()));
    if let Some(description) = around.api.description() {
        info.insert("description".into(), json!(description));
    }
    let mut document = json!({ "openapi": "3.0.1", "info": info, "paths": paths.collect::<Map<_, _>>() });
    if let Some(authorizer) = &around.authorizer {
        document["components"] = json!({ "securitySchemes": { scheme: security_scheme(authorizer) } });
    }
    document
}

fn member(verb: &str) -> String {
    if verb == "ANY" { "x-amazon-apigateway-any-method".to_owned() } else { verb.to_lowercase() }
}

fn operation(shape: &Shape, scheme: &str) -> Value {
    match shape {
        Shape::Proxy(proxy) => route(proxy, scheme),
        Shape::Preflight(preflight) => mock(&Mock::of(preflight)),
    }
}

fn route(proxy: &Proxy, scheme: &str) -> Value {
    let mut operation = json!({
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            // The Invoke API is POST whatever the method is.
            "httpMethod": "POST",
            "uri": uri(&proxy.function),
            "passthroughBehavior": "when_no_match",
            "timeoutInMillis": proxy.timeout_millis,
        },
    });
    if let Some(authorization) = &proxy.authorization {
        operation["security"] = json!([{ scheme: authorization.scopes }]);
    }
    operation
}

fn mock(mock: &Mock) -> Value {
    let declared = mock.declared().into_iter().map(|name| (name.to_owned(), json!({ "schema": { "type": "string" } })));
    let parameters = mock.headers.iter().map(|(name, value)| (format!("method.response.header.{name}"), json!(value)));
    let mut response = json!({ "statusCode": "200", "responseParameters": parameters.collect::<Map<_, _>>() });
    if let Some(template) = &mock.template {
        response["responseTemplates"] = json!({ "application/json": template });
    }
    json!({
        "responses": { "200": { "description": "", "headers": declared.collect::<Map<_, _>>() } },
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": { "application/json": REQUEST_TEMPLATE },
            "passthroughBehavior": "when_no_match",
            // With binary media types a template would meet base64 without it.
            "contentHandling": "CONVERT_TO_TEXT",
            "responses": { "default": response },
        },
    })
}

/// The authorizer as it is. An import ties a method to an authorizer by the name of its security scheme.
fn security_scheme(authorizer: &GetAuthorizerOutput) -> Value {
    let source = authorizer.identity_source().unwrap_or_default();
    let mut definition = json!({ "type": "cognito_user_pools", "providerARNs": authorizer.provider_arns() });
    if let Some(seconds) = authorizer.authorizer_result_ttl_in_seconds() {
        definition["authorizerResultTtlInSeconds"] = json!(seconds);
    }
    json!({
        "type": "apiKey",
        "in": "header",
        "name": source.strip_prefix("method.request.header.").unwrap_or("Authorization"),
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": definition,
    })
}
