//! Whether API Gateway keeps a method as it is written: the answers to its calls, read as the method they make.
//!
//! A method that reads otherwise than it was written would be deleted and written again by every run.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_apigateway::{
    operation::{
        put_integration::PutIntegrationOutput, put_integration_response::PutIntegrationResponseOutput,
        put_method::PutMethodOutput, put_method_response::PutMethodResponseOutput,
    },
    types::{Integration, IntegrationResponse, Method, MethodResponse, builders::IntegrationBuilder},
};

use super::{shape::Shape, spec::Spec, tree::Tree};
use crate::{engine::ResourceError, resources::kept::kept};

/// Makes sure that a method `there` is as it was wanted.
///
/// # Errors
/// Names the fields that differ.
pub(super) fn as_written(
    rest_api_id: &str,
    (path, verb): (&str, &str),
    there: &Shape,
    want: &Shape,
) -> Result<(), ResourceError> {
    let alone = |shape: &Shape| -> Spec {
        let methods = BTreeMap::from([(verb.to_owned(), shape.clone())]);
        Tree { paths: BTreeMap::from([(path.to_owned(), methods)]), ..Tree::default() }.spec(rest_api_id)
    };
    kept(&format!("`{verb} {path}` of REST API `{rest_api_id}`"), &alone(there), &alone(want), &[])
}

/// The method of two answers.
pub(super) fn proxy(verb: &str, method: PutMethodOutput, integration: PutIntegrationOutput) -> Shape {
    Shape::of(verb, &joined(method, None, integration_of(integration).build()))
}

/// The method of four answers.
pub(super) fn mock(
    verb: &str,
    method: PutMethodOutput,
    integration: PutIntegrationOutput,
    declared: PutMethodResponseOutput,
    response: PutIntegrationResponseOutput,
) -> Shape {
    let response = IntegrationResponse::builder()
        .set_status_code(response.status_code)
        .set_selection_pattern(response.selection_pattern)
        .set_response_parameters(response.response_parameters)
        .set_response_templates(response.response_templates)
        .build();
    let integration = integration_of(integration).integration_responses("200", response).build();
    let declared = MethodResponse::builder().set_response_parameters(declared.response_parameters).build();
    Shape::of(verb, &joined(method, Some(declared), integration))
}

fn joined(method: PutMethodOutput, declared: Option<MethodResponse>, integration: Integration) -> Method {
    let responses = declared.map(|declared| HashMap::from([("200".to_owned(), declared)]));
    Method::builder()
        .set_authorization_type(method.authorization_type)
        .set_authorizer_id(method.authorizer_id)
        .set_authorization_scopes(method.authorization_scopes)
        .set_api_key_required(method.api_key_required)
        .set_request_validator_id(method.request_validator_id)
        .set_method_responses(responses)
        .method_integration(integration)
        .build()
}

fn integration_of(integration: PutIntegrationOutput) -> IntegrationBuilder {
    Integration::builder()
        .set_type(integration.r#type)
        .set_http_method(integration.http_method)
        .set_uri(integration.uri)
        .set_timeout_in_millis(Some(integration.timeout_in_millis))
        .set_connection_type(integration.connection_type)
        .set_connection_id(integration.connection_id)
        .set_credentials(integration.credentials)
        .set_content_handling(integration.content_handling)
        .set_request_parameters(integration.request_parameters)
        .set_request_templates(integration.request_templates)
        .set_response_transfer_mode(integration.response_transfer_mode)
}
