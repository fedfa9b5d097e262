//! The emulator's own endpoints beside the AWS API: health, starting functions ahead of their first request,
//! and Cognito's public documents.

use bytes::Bytes;
use http::{
    Method, Request, Response, StatusCode,
    header::{CONTENT_TYPE, HOST, HeaderValue, ORIGIN},
};
use serde_json::{Value, json};

use crate::{emulator::Emulator, runtime};

/// The path for downloading the code of functions, as in the URL that `GetFunction` returns.
pub(crate) const CODE: &str = "/_stackctl/code/";

/// The path for reading what happened.
pub(crate) const ACTIVITY: &str = "/_stackctl/activity";

/// The path for reading the cause of a failed integration, by request id.
const EXECUTIONS: &str = "/_stackctl/executions/";

/// The header with a value that is used once.
const NONCE: &str = "x-stackctl-nonce";

/// The header with the proof that the sender knows the secret.
const PROOF: &str = "x-stackctl-proof";

/// Whether this build has the endpoints that tests of the binary use. A release build has not.
const HAS_TEST_ENDPOINTS: bool = cfg!(debug_assertions);

/// An extension of the responses of these endpoints.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Control;

/// Handles `/_stackctl/…`.
pub(crate) async fn answer(emulator: &Emulator, request: &Request<Bytes>) -> Response<Bytes> {
    answer_in(emulator, request, HAS_TEST_ENDPOINTS).await
}

/// The same, in a build with or without the endpoints of tests.
async fn answer_in(emulator: &Emulator, request: &Request<Bytes>, has_test_endpoints: bool) -> Response<Bytes> {
    // Web pages in the user's browser can reach this port too, but their requests carry an `Origin` header.
    if request.headers().contains_key(ORIGIN) {
        return json_response(StatusCode::FORBIDDEN, &json!({ "message": "not for web pages" }));
    }
    if let Some(public) = public(emulator, request) {
        return public;
    }
    if !is_authentic(emulator, request) {
        let message = "the request is not of the user of this emulator";
        return json_response(StatusCode::FORBIDDEN, &json!({ "message": message }));
    }
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/_stackctl/health") => {
            let proof =
                emulator.credentials().map(|credentials| credentials.proof(&["health", header(request, NONCE)]));
            json_response(
                StatusCode::OK,
                &json!({
                    "version": env!("CARGO_PKG_VERSION"),
                    "pid": std::process::id(),
                    "account": emulator.settings().account,
                    "proof": proof,
                }),
            )
        }
        (&Method::GET, "/_stackctl/status") => json_response(StatusCode::OK, &emulator.status()),
        (&Method::GET, "/_stackctl/mail") => {
            json_response(StatusCode::OK, &json!(crate::services::cognito::mail(emulator, after(request))))
        }
        (&Method::GET, ACTIVITY) => {
            json_response(StatusCode::OK, &json!(crate::services::cognito::with_mail(emulator, after(request))))
        }
        (&Method::POST, "/_stackctl/start") => start(emulator, &String::from_utf8_lossy(request.body())).await,
        (&Method::POST, "/_stackctl/stop") => {
            emulator.stop();
            json_response(StatusCode::OK, &json!({}))
        }
        _ if has_test_endpoints => of_tests(emulator, request),
        _ => unknown(request),
    }
}

/// The ID after which entries are requested; empty for all.
fn after(request: &Request<Bytes>) -> &str {
    request.uri().query().and_then(|query| query.strip_prefix("after=")).unwrap_or_default()
}

/// The documents whose paths only the caller of an API knows: a hash of the code, or the ID of a request.
fn public(emulator: &Emulator, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let missing = |message: &str| json_response(StatusCode::NOT_FOUND, &json!({ "message": message }));
    let path = Some(request.uri().path()).filter(|_| request.method() == Method::GET)?;
    if let Some(hash) = path.strip_prefix(CODE) {
        let code = crate::services::lambda::code(emulator, hash);
        return Some(code.map_or_else(|| missing("there is no such code"), Response::new));
    }
    let executions = emulator.executions();
    let execution = executions.of(path.strip_prefix(EXECUTIONS)?);
    Some(match execution {
        Some(execution) => json_response(StatusCode::OK, &json!(execution)),
        None => missing("no failed integration of this id"),
    })
}

/// Whether the sender knows the secret of this emulator: it proves so for the method, the path, a nonce and the body.
fn is_authentic(emulator: &Emulator, request: &Request<Bytes>) -> bool {
    let body = String::from_utf8_lossy(request.body());
    let parts = [request.method().as_str(), request.uri().path(), header(request, NONCE), &body];
    emulator.credentials().is_none_or(|credentials| credentials.is_proven(header(request, PROOF), &parts))
}

fn header<'r>(request: &'r Request<Bytes>, name: &str) -> &'r str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The endpoints that tests of the binary use.
fn of_tests(emulator: &Emulator, request: &Request<Bytes>) -> Response<Bytes> {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/_stackctl/calls") => {
            json_response(StatusCode::OK, &json!({ "counts": emulator.call_counts(), "log": emulator.call_log() }))
        }
        (&Method::POST, "/_stackctl/faults") => match serde_json::from_slice(request.body()) {
            Ok(fault) => {
                emulator.add_fault(fault);
                json_response(StatusCode::OK, &json!({}))
            }
            Err(error) => {
                json_response(StatusCode::BAD_REQUEST, &json!({ "message": format!("not a fault: {error}") }))
            }
        },
        _ => unknown(request),
    }
}

fn unknown(request: &Request<Bytes>) -> Response<Bytes> {
    let message = format!("there is no {} {}", request.method(), request.uri().path());
    json_response(StatusCode::NOT_FOUND, &json!({ "message": message }))
}

/// Starts the function of an ARN ahead of its first request. `error` is the error that a caller would get.
async fn start(emulator: &Emulator, arn: &str) -> Response<Bytes> {
    let Some(target) = emulator.world().lambda.invocable(emulator, arn) else {
        return json_response(StatusCode::NOT_FOUND, &json!({ "message": format!("there is no function {arn}") }));
    };
    match runtime::start_ahead(emulator, target.order(Bytes::new(), None)).await {
        Ok(failed) => {
            let error = failed.map(|payload| serde_json::from_slice::<Value>(&payload).unwrap_or_default());
            json_response(StatusCode::OK, &json!({ "error": error }))
        }
        Err(reason) => json_response(StatusCode::NOT_IMPLEMENTED, &json!({ "message": format!("{reason:?}") })),
    }
}

/// Returns a pool's JWKS or OpenID discovery document. Both are public.
pub(crate) fn well_known(emulator: &Emulator, request: &Request<Bytes>) -> Response<Bytes> {
    let authority = request.uri().authority().map(http::uri::Authority::as_str);
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let base_url = format!("http://{}", authority.or(host).unwrap_or("127.0.0.1"));
    match crate::services::cognito::well_known(emulator, request.uri().path(), &base_url) {
        Some(document) if request.method() == Method::GET => {
            let mut response = json_response(StatusCode::OK, &document);
            // A page verifies tokens with them.
            crate::services::cognito::browser::share(response.headers_mut());
            response
        }
        _ => json_response(StatusCode::NOT_FOUND, &json!({ "message": "there is no such document" })),
    }
}

/// Whether the host is `{prefix}.auth.localhost`, in the place of the domain of a user pool.
pub(crate) fn is_of_domain(request: &Request<Bytes>) -> bool {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = request.uri().host().or(host).unwrap_or_default();
    host.split(':').next().is_some_and(|name| name.to_ascii_lowercase().ends_with(".auth.localhost"))
}

/// The response to such a request.
pub(crate) fn no_domain() -> Response<Bytes> {
    let message = "the local emulator does not imitate the sign-in pages and OAuth endpoints of a user pool's domain; \
                   sign in with the API of the user pool, as `InitiateAuth`";
    json_response(StatusCode::NOT_IMPLEMENTED, &json!({ "message": message }))
}

fn json_response(status: StatusCode, document: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(document.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    #[tokio::test]
    async fn a_release_build_has_no_endpoints_that_inject_faults_or_list_calls() {
        let emulator = Emulator::new(Settings::default());
        for (method, path) in [(Method::GET, "/_stackctl/calls"), (Method::POST, "/_stackctl/faults")] {
            let request = Request::builder().method(method).uri(path).body(Bytes::new()).unwrap();
            let status = async |has| answer_in(&emulator, &request, has).await.status().as_u16();
            assert_eq!([status(false).await == 404, status(true).await == 404], [true, false], "{path}");
        }
    }
}
