//! The lines of an access log, which are JSON.

use serde_json::Value;

/// A request to the API. What API Gateway does not know is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Of the request, as its answer's header `x-amzn-RequestId` tells it.
    pub request_id: Option<String>,
    /// Of the call of the function behind it.
    pub function_request_id: Option<String>,
    /// As `GET`.
    pub method: Option<String>,
    /// With the stage.
    pub path: Option<String>,
    /// What was answered.
    pub status: Option<String>,
    /// Milliseconds until then.
    pub latency: Option<String>,
    /// Whose request it was.
    pub ip: Option<String>,
    /// Which of API Gateway's own answers it was.
    pub error: Option<String>,
    /// Why the authorizer refused it.
    pub authorizer_error: Option<String>,
}

/// Reads a line as `api.accessLogs` has it written; `None` for any other.
#[must_use]
pub fn access(message: &str) -> Option<Access> {
    let line: Value = serde_json::from_str(message).ok()?;
    // API Gateway's word for nothing.
    let text = |name: &str| line.get(name)?.as_str().filter(|text| *text != "-").map(str::to_owned);
    line.get("requestId")?;
    Some(Access {
        request_id: text("requestId"),
        function_request_id: text("functionRequestId"),
        method: text("method"),
        path: text("path"),
        status: text("status"),
        latency: text("latency"),
        ip: text("ip"),
        error: text("error"),
        authorizer_error: text("authorizerError"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_what_api_gateway_knows_and_others_are_none() {
        let line = r#"{"requestId":"a","status":"200","ip":"-","latency":"12"}"#;
        let some = |text: &str| Some(text.to_owned());
        let wanted = Access { request_id: some("a"), status: some("200"), latency: some("12"), ..Access::default() };
        assert_eq!(access(line), Some(wanted));
        for other in ["START RequestId: a", "{}", "{\"message\":\"x\"}", "[]"] {
            assert_eq!(access(other), None, "{other}");
        }
    }
}
