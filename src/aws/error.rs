//! Turns the SDK's failures into ours: what may be concluded, what AWS said, and the ways out.

use std::error::Error;

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result};
use aws_smithy_types::error::{metadata::ProvideErrorMetadata, operation::BuildError};

use super::{
    operation::{Operation, THROTTLES},
    permissions::statement_with,
};
use crate::engine::{ResourceError, Verdict};

/// The SDK's failure of an operation over HTTP.
pub(crate) type SdkError<E> = result::SdkError<E, HttpResponse>;

/// The message when no connection to AWS's own endpoint comes about.
pub(super) const UNREACHABLE: &str = "AWS cannot be reached";

/// Converts a failure of `operation`; `endpoint` is what stands in for AWS, when anything does.
pub(crate) fn convert<E>(operation: &Operation, failure: &SdkError<E>, endpoint: Option<&str>) -> ResourceError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let mut error = match failure {
        SdkError::ServiceError(service) => answered(operation, service.err(), service.raw()),
        SdkError::ResponseError(response) => {
            let status = response.raw().status().as_u16();
            ResourceError::new(Verdict::Ambiguous, format!("unreadable response (HTTP status {status})"))
        }
        SdkError::TimeoutError(_) => ResourceError::new(Verdict::Ambiguous, "no response in time"),
        SdkError::DispatchFailure(_) => unsent(&causes(failure), endpoint),
        // Only the causes: the debugging form has the request in it.
        _ => ResourceError::refused(format!("the request could not be sent: {}", causes(failure).join(": "))),
    };
    error.operation = Some(operation.name.to_owned());
    error.request_id = failure.raw_response().and_then(request_id);
    error
}

/// Whether AWS said that the thing does not exist.
pub(crate) fn is_not_found(error: &ResourceError) -> bool {
    let codes = ["ResourceNotFoundException", "NotFoundException", "NoSuchEntity"];
    error.code.as_deref().is_some_and(|code| codes.contains(&code))
}

fn answered(operation: &Operation, failure: &impl ProvideErrorMetadata, raw: &HttpResponse) -> ResourceError {
    let status = raw.status().as_u16();
    let code = failure.code().map(ToOwned::to_owned);
    // A success that cannot be parsed comes as an error without a code: what was asked for may well have been done.
    if raw.status().is_success() {
        return ResourceError::new(Verdict::Ambiguous, format!("unreadable response (HTTP status {status})"));
    }
    let message = failure.message().map_or_else(|| format!("HTTP status {status}"), without_values);
    let verdict = verdict(code.as_deref().unwrap_or_default(), &message, status);
    let hints = hints(operation, code.as_deref().unwrap_or_default(), &message);
    ResourceError { verdict, operation: None, code, message, request_id: None, hints }
}

/// Cuts off the environment, secrets included, that Lambda repeats when it is too large.
fn without_values(message: &str) -> String {
    message.split_once(" String measured:").map_or(message, |(message, _)| message).to_owned()
}

fn verdict(code: &str, message: &str, status: u16) -> Verdict {
    let message = message.to_lowercase();
    match code {
        "EntityAlreadyExists" | "ResourceAlreadyExistsException" => Verdict::AlreadyExists,
        "ResourceConflictException" | "ConflictException" | "BadRequestException"
            if message.contains("already exist") || message.contains("must be unique") =>
        {
            Verdict::AlreadyExists
        }
        "ConflictException" if message.contains("already") => Verdict::AlreadyExists,
        _ if THROTTLES.contains(&code) => Verdict::Refused,
        // 501 is a local emulator's word for an operation that it does not imitate.
        _ if status >= 500 && status != 501 => Verdict::Ambiguous,
        _ => Verdict::Refused,
    }
}

fn hints(operation: &Operation, code: &str, message: &str) -> Vec<String> {
    match code {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedException" | "UnauthorizedOperation" => {
            vec![needed(operation.actions)]
        }
        "ExpiredToken" | "ExpiredTokenException" => {
            vec!["the credentials have expired: sign in again, as with `aws sso login`".into()]
        }
        "InvalidClientTokenId" | "UnrecognizedClientException" | "IncompleteSignature" => {
            vec!["AWS rejected these credentials: see `aws sts get-caller-identity`".into()]
        }
        "RequestTimeTooSkewed" => vec![skewed()],
        "SignatureDoesNotMatch" | "InvalidSignatureException" => {
            let text = message.to_lowercase();
            let clock = text.contains("expired") || text.contains("not yet current");
            vec![if clock { skewed() } else { "the secret access key does not match the access key id".into() }]
        }
        _ => Vec::new(),
    }
}

/// What the caller needs, and which statements of the deployer's policy allow it.
fn needed(actions: &[&str]) -> String {
    let mut statements: Vec<&str> = Vec::new();
    for statement in actions.iter().filter_map(|action| statement_with(action)) {
        if !statements.contains(&statement) {
            statements.push(statement);
        }
    }
    let plural = if statements.len() == 1 { "statement" } else { "statements" };
    format!("the caller needs {}: see the {plural} {} of `stackctl policy`", listed(actions), listed(&statements))
}

fn skewed() -> String {
    "this machine's clock differs from AWS's: set it right".into()
}

/// The failure and its causes, outermost first, each in its own words.
pub(super) fn causes(failure: &dyn Error) -> Vec<String> {
    let (mut causes, mut next) = (Vec::new(), Some(failure));
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}

/// What is known to have failed before anything was sent; anything else may have taken effect.
fn unsent(causes: &[String], endpoint: Option<&str>) -> ResourceError {
    let text = causes.join(": ").to_lowercase();
    if text.contains("credential") || text.contains("identity") {
        return no_credentials(&text, causes);
    }
    if text.contains("certificate") {
        return ResourceError::refused(format!("the certificate of {} is not trusted", endpoint.unwrap_or("AWS"))).hint(
            "install the system's root certificates (`ca-certificates`), or name a file of those to trust in SSL_CERT_FILE",
        );
    }
    let connecting = text.contains("(connect)") || text.contains("tcp connect") || text.contains("dns error");
    match (connecting, endpoint.filter(|url| url.starts_with("http"))) {
        (true, Some(url)) => ResourceError::refused(format!("nothing responds at {url}")).hint(
            "is it running? for the local emulator see `stackctl local status`; otherwise check AWS_ENDPOINT_URL",
        ),
        (true, None) => {
            ResourceError::refused(UNREACHABLE).hint("check the network connection, or set a proxy (HTTPS_PROXY)")
        }
        (false, _) => ResourceError::new(Verdict::Ambiguous, "the connection was closed before the response"),
    }
}

fn no_credentials(text: &str, causes: &[String]) -> ResourceError {
    if text.contains("expired") {
        return ResourceError::refused("the credentials have expired").hint("sign in again, as with `aws sso login`");
    }
    if text.contains("no providers in chain") || text.contains("not enabled") {
        return ResourceError::refused("no AWS credentials found").hint(
            "sign in (`aws configure`, `aws sso login`), choose `--profile`, or try without an account: `--local`",
        );
    }
    // The outer causes only say that loading failed.
    let telling = causes.iter().skip(2).filter(|cause| !cause.contains("error occurred while loading credentials"));
    let telling = telling.map(String::as_str).collect::<Vec<_>>().join(": ");
    ResourceError::refused(format!("the AWS credentials cannot be used: {telling}"))
        .hint("sign in again, as with `aws sso login`, or see `aws sts get-caller-identity`")
}

fn listed(actions: &[&str]) -> String {
    let quoted: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.join(""),
    }
}

fn request_id(response: &HttpResponse) -> Option<String> {
    let names = ["x-amzn-requestid", "x-amzn-request-id", "x-amz-request-id"];
    names.iter().find_map(|name| response.headers().get(*name)).map(ToOwned::to_owned)
}

impl From<BuildError> for ResourceError {
    fn from(error: BuildError) -> Self {
        Self::refused(format!("the request could not be sent: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};

    use super::*;
    use crate::aws::operation;

    fn unsent_because(causes: &[&str], endpoint: Option<&str>) -> ResourceError {
        let causes: Vec<String> = ["dispatch failure", "other"].iter().chain(causes).map(ToString::to_string).collect();
        unsent(&causes, endpoint)
    }

    #[test]
    fn every_cause_before_sending_has_its_own_words() {
        let loading = "an error occurred while loading credentials";
        let none = unsent_because(&["no providers in chain provided credentials"], None);
        assert_eq!(none.message, "no AWS credentials found");
        let sso = unsent_because(&[loading, loading, "Failed to read `x.json`", "No such file or directory"], None);
        assert_eq!(
            sso.message,
            "the AWS credentials cannot be used: Failed to read `x.json`: No such file or directory"
        );
        let down = unsent_because(&["client error (Connect)", "tcp connect error"], Some("http://127.0.0.1:9"));
        assert_eq!(down.message, "nothing responds at http://127.0.0.1:9");
        assert_eq!(down.verdict, Verdict::Refused);
        assert_eq!(unsent_because(&["connection closed"], None).verdict, Verdict::Ambiguous);
    }

    #[test]
    fn an_environment_that_is_too_large_is_not_repeated() {
        let metadata = ErrorMetadata::builder()
            .code("InvalidParameterValueException")
            .message(r#"variables you have provided exceeded the 4KB limit. String measured: {"KEY":"s3cr3t"}"#)
            .build();
        let raw = HttpResponse::new(400.try_into().unwrap(), SdkBody::empty());
        let error = answered(&operation::CREATE_FUNCTION, &metadata, &raw);
        assert_eq!(error.message, "variables you have provided exceeded the 4KB limit.");
    }

    #[test]
    fn verdicts_tell_what_took_effect() {
        assert_eq!(verdict("EntityAlreadyExists", "", 409), Verdict::AlreadyExists);
        assert_eq!(verdict("ResourceConflictException", "Function already exist: x", 409), Verdict::AlreadyExists);
        assert_eq!(verdict("ResourceConflictException", "An update is in progress", 409), Verdict::Refused);
        assert_eq!(verdict("TooManyRequestsException", "", 429), Verdict::Refused);
        assert_eq!(verdict("InternalFailure", "", 500), Verdict::Ambiguous);
        assert_eq!(verdict("NotImplemented", "", 501), Verdict::Refused);
    }

    #[test]
    fn a_success_that_cannot_be_read_may_have_taken_effect() {
        let raw = HttpResponse::new(200.try_into().unwrap(), SdkBody::from("<html>"));
        let error = answered(&operation::CREATE_USER_POOL, &ErrorMetadata::builder().build(), &raw);
        assert_eq!(error.verdict, Verdict::Ambiguous);
        assert_eq!(error.to_string(), "unreadable response (HTTP status 200)");
    }
}
