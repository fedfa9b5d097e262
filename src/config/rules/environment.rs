//! Rules for environment variables of functions. The values may be secrets, so messages never show them.

use crate::config::limits;
use crate::config::problem::Findings;
use crate::config::tree::JsonNode;

/// Lambda's limit for the variables as JSON text, in bytes.
const MAXIMUM: usize = 4096;

/// Names that Lambda sets itself and rejects in a function's configuration.
const RESERVED: &[&str] = &[
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
];

pub(super) fn check(variables: &JsonNode, findings: &mut Findings) {
    for entry in variables.entries() {
        if RESERVED.contains(&entry.name.as_str()) {
            findings.add(
                entry.error("Lambda sets this variable itself and does not allow it here").hint("choose another name"),
            );
        } else if !is_name(&entry.name) {
            let rule = "a name consists of two or more letters, digits and underscores, and starts with a letter";
            findings.add(entry.error("Lambda does not allow this variable name").detail(rule));
        }
    }
    let size = variables.to_json().to_string().len();
    if size > MAXIMUM {
        findings.add(
            variables
                .error(format!("the variables have {size} bytes"))
                .detail(format!("Lambda takes {MAXIMUM}, measured on their JSON text: {{\"NAME\":\"value\",…}}"))
                .hint("put what is large into a file of the package"),
        );
    }
}

fn is_name(text: &str) -> bool {
    text.len() >= 2 && text.starts_with(|c: char| c.is_ascii_alphabetic()) && limits::VARIABLE.accepts(text)
}
