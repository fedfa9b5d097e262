//! API Gateway access logs in JSON.

use serde_json::Value;

/// A request in the access log. Fields without a value are `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The API request ID, as in the response header `x-amzn-RequestId`.
    pub request_id: Option<String>,
    /// The request ID of the Lambda invocation.
    pub function_request_id: Option<String>,
    /// The HTTP method, such as `GET`.
    pub method: Option<String>,
    /// The path, including the stage.
    pub path: Option<String>,
    /// The status code of the response.
    pub status: Option<String>,
    /// The response latency, in milliseconds.
    pub latency: Option<String>,
    /// The client's IP address.
    pub ip: Option<String>,
    /// The type of the gateway response, if API Gateway itself responded.
    pub error: Option<String>,
    pub authorizer_error: Option<String>,
}

/// Parses a line in the format that `api.accessLogs` sets; `None` for any other line.
#[must_use]
pub fn access(message: &str) -> Option<Access> {
    let line: Value = serde_json::from_str(message).ok()?;
    // API Gateway writes `-` for a missing value.
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
    fn access_log_lines_are_parsed_and_other_lines_are_ignored() {
        let line = r#"{"requestId":"a","status":"200","ip":"-","latency":"12"}"#;
        let some = |text: &str| Some(text.to_owned());
        let wanted = Access { request_id: some("a"), status: some("200"), latency: some("12"), ..Access::default() };
        assert_eq!(access(line), Some(wanted));
        for other in ["START RequestId: a", "{}", "{\"message\":\"x\"}", "[]"] {
            assert_eq!(access(other), None, "{other}");
        }
    }
}
