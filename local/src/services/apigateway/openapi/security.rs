//! Security schemes: the authorizers that they define, and the security requirements of methods.

use serde_json::Value;

use super::{
    super::{
        asked::fresh_id,
        authorizers,
        model::{Authorizer, Definition, Method},
    },
    Findings, Mode,
    document::{Document, texts},
};

const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";
const AUTH_TYPE: &str = "x-amazon-apigateway-authtype";

/// Creates the authorizers of the document, one for each scheme that defines one.
///
/// Merging updates an authorizer of the same name in place. Overwriting deletes authorizers that are missing from the
/// document and gives a changed authorizer a new ID, so that callers do not rely on the ID.
pub(super) fn authorizers(document: &Document, definition: &mut Definition, mode: Mode, findings: &mut Findings) {
    let before = definition.authorizers.clone();
    if mode == Mode::Overwrite {
        definition.authorizers.clear();
    }
    for (name, scheme) in document.schemes() {
        let Some(written) = scheme.get(AUTHORIZER) else { continue };
        findings.expect_keys(
            &format!("authorizer '{name}'"),
            written,
            &[
                "type",
                "providerARNs",
                "authorizerUri",
                "authorizerCredentials",
                "identitySource",
                "identityValidationExpression",
                "authorizerResultTtlInSeconds",
            ],
        );
        let known = before.values().find(|authorizer| authorizer.name == *name);
        let id = known.map_or_else(|| fresh_id(6), |authorizer| authorizer.id.clone());
        match requested(name, scheme, written).filled(id) {
            Ok(mut authorizer) => {
                if mode == Mode::Overwrite && known.is_some_and(|known| *known != authorizer) {
                    authorizer.id = fresh_id(6);
                }
                definition.authorizers.insert(authorizer.id.clone(), authorizer);
            }
            Err(refusal) => findings.fail(&format!("Unable to create authorizer '{name}'"), &refusal),
        }
    }
}

fn requested(name: &str, scheme: &Value, written: &Value) -> authorizers::Requested {
    let text = |key: &str| written[key].as_str().map(str::to_owned);
    let kind = text("type").unwrap_or_default().to_uppercase();
    let header = scheme["name"].as_str().filter(|_| scheme["in"] == "header");
    authorizers::Requested {
        name: name.to_owned(),
        kind,
        provider_arns: texts(&written["providerARNs"]),
        auth_type: scheme[AUTH_TYPE].as_str().map(str::to_owned),
        authorizer_uri: text("authorizerUri"),
        authorizer_credentials: text("authorizerCredentials"),
        identity_source: text("identitySource").or(header.map(|name| format!("method.request.header.{name}"))),
        identity_validation_expression: text("identityValidationExpression"),
        authorizer_result_ttl_in_seconds: written["authorizerResultTtlInSeconds"].as_i64(),
    }
}

/// Applies the security requirements of an operation to its method. A method without requirements is public.
pub(super) fn secure(
    document: &Document,
    authorizers: &Definition,
    method: &mut Method,
    operation: &Value,
    findings: &mut Findings,
) {
    method.authorization_type = "NONE".into();
    let security = operation.get("security").or_else(|| document.get("security"));
    let required = security.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).flatten();
    for (name, scopes) in required {
        let Some((_, scheme)) = document.schemes().find(|(scheme, _)| *scheme == name) else {
            findings.warn(format!("Ignoring the security requirement `{name}`: no security scheme has this name"));
            continue;
        };
        match authorizers.authorizers.values().find(|authorizer| authorizer.name == *name) {
            Some(authorizer) => authorize(method, authorizer, texts(scopes)),
            None if scheme[AUTH_TYPE] == "awsSigv4" => method.authorization_type = "AWS_IAM".into(),
            None if scheme["type"] == "apiKey" && is_api_key(scheme) => method.api_key_required = true,
            // The scheme already caused an error.
            None if scheme.get(AUTHORIZER).is_some() => {}
            None => findings.warn(format!("Ignoring the security requirement `{name}`: it defines no authorizer")),
        }
    }
}

fn is_api_key(scheme: &Value) -> bool {
    scheme["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("x-api-key"))
}

fn authorize(method: &mut Method, authorizer: &Authorizer, scopes: Vec<String>) {
    let cognito = authorizer.kind == "COGNITO_USER_POOLS";
    method.authorization_type = if cognito { "COGNITO_USER_POOLS" } else { "CUSTOM" }.into();
    method.authorizer_id = Some(authorizer.id.clone());
    method.authorization_scopes = scopes;
}
