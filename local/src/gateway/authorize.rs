//! Authorization of requests: public methods, and tokens of the authorizer's user pools.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    Matched,
    refusal::{Kind, Refusal},
    request::ApiRequest,
};
use crate::{
    emulator::Emulator,
    services::{
        apigateway::Authorizer,
        cognito::{TokenProblem, verify_token},
    },
};

/// The claims of a token.
pub(super) type Claims = Map<String, Value>;

/// Authorizes a request; returns the claims of its token if the method requires one.
pub(super) fn authorize(
    emulator: &Emulator,
    request: &ApiRequest,
    matched: &Matched,
) -> Result<Option<Claims>, Refusal> {
    if matched.method.api_key_required {
        return Err(Refusal::not_imitated("the local emulator does not imitate API keys"));
    }
    match matched.method.authorization_type.as_str() {
        "NONE" => Ok(None),
        "COGNITO_USER_POOLS" => by_token(emulator, request, matched).map(Some),
        // Signatures are not emulated: only an unsigned request has a known result.
        "AWS_IAM" if request.header("authorization").is_none() => Err(Kind::MissingAuthenticationToken.into()),
        other => Err(Refusal::not_imitated(format!("the local emulator does not imitate authorization by {other}"))),
    }
}

fn by_token(emulator: &Emulator, request: &ApiRequest, matched: &Matched) -> Result<Claims, Refusal> {
    let world = emulator.world();
    let served = world.apigateway.served(&request.api_id, &request.stage).ok_or(Kind::Forbidden)?;
    let authorizer = matched.method.authorizer_id.as_ref().and_then(|id| served.snapshot.authorizers.get(id));
    let authorizer = authorizer.ok_or(Kind::ApiConfigurationError)?;
    if authorizer.identity_validation_expression.as_ref().is_some_and(|expression| !expression.is_empty()) {
        return Err(Refusal::not_imitated("the local emulator does not imitate identityValidationExpression"));
    }
    let token = token(request, authorizer).ok_or(Kind::Unauthorized)?;
    let verified = verify_token(&world, &authorizer.provider_arns, token, emulator.epoch_seconds());
    let claims = verified.map_err(|problem| match problem {
        TokenProblem::Expired => Kind::ExpiredToken,
        TokenProblem::Malformed | TokenProblem::BadSignature | TokenProblem::WrongIssuer => Kind::Unauthorized,
    })?;
    if is_enough(&claims, &matched.method.authorization_scopes) { Ok(claims) } else { Err(Kind::Unauthorized.into()) }
}

/// The token in the authorizer's header, with or without `Bearer`.
fn token<'a>(request: &'a ApiRequest, authorizer: &Authorizer) -> Option<&'a str> {
    let source = authorizer.identity_source.as_deref().unwrap_or("method.request.header.Authorization");
    let header = request.header(&source.strip_prefix("method.request.header.")?.to_lowercase())?.trim();
    let token = header.strip_prefix("Bearer ").map_or(header, str::trim);
    (!token.is_empty()).then_some(token)
}

/// A method without scopes requires an ID token; a method with scopes requires an access token with one of them.
fn is_enough(claims: &Claims, scopes: &[String]) -> bool {
    let text = |claim: &str| claims.get(claim).and_then(Value::as_str).unwrap_or_default();
    if scopes.is_empty() {
        return text("token_use") == "id";
    }
    text("token_use") == "access" && text("scope").split(' ').any(|scope| scopes.iter().any(|wanted| wanted == scope))
}

/// The claims as a function receives them: every value is a string.
pub(super) fn as_texts(claims: &Claims) -> Map<String, Value> {
    claims.iter().map(|(name, value)| (name.clone(), Value::from(as_text(name, value)))).collect()
}

fn as_text(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // API Gateway formats these two as dates, and every other number unchanged.
        Value::Number(seconds) if name == "exp" || name == "iat" => seconds
            .as_i64()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .map(|moment| moment.strftime("%a %b %d %H:%M:%S UTC %Y").to_string())
            .unwrap_or_default(),
        Value::Array(items) => items.iter().map(|item| as_text("", item)).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
