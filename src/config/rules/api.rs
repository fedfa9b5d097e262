//! Rules for the REST API: throttling, binary media types and access logs.

use crate::config::problem::Findings;
use crate::config::tree::{JsonNode, Value};

use super::{functions, made_of};

/// API Gateway's default quota of requests per second for an account.
const ACCOUNT_RATE: f64 = 10_000.0;

pub(super) fn check(api: &JsonNode, findings: &mut Findings) {
    for node in api.get("binaryMediaTypes").map(JsonNode::items).unwrap_or_default() {
        let Some(text) = node.text() else { continue };
        if !is_media_type(text) {
            let problem = node.error(format!("`{text}` is not a media type"));
            findings.add(problem.detail("a media type is written like `image/png` or `image/*`"));
        }
    }
    if let Some(throttle) = api.get("throttle") {
        check_throttle(throttle, findings);
    }
    functions::log_retention(api.get("accessLogs").and_then(|logs| logs.get("retentionDays")), findings);
}

fn is_media_type(text: &str) -> bool {
    let token = |part: &str| made_of(part, |c| c.is_ascii_alphanumeric() || "!#$&-^_.+*".contains(c));
    text.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

fn check_throttle(throttle: &JsonNode, findings: &mut Findings) {
    if let Some(node) = throttle.get("rate")
        && let Value::Number(number) = &node.value
        && let Some(rate) = number.as_f64()
    {
        if rate <= 0.0 {
            findings.add(node.error(format!("a rate of {rate} lets nothing through")).detail("it must be above 0"));
        } else if rate > ACCOUNT_RATE {
            let problem = node.error(format!("a rate of {rate} is beyond what the account takes in all"));
            findings
                .add(problem.detail(format!("that is {ACCOUNT_RATE} per second until the quota is raised")).warning());
        }
    }
}
