//! A function's configuration: members, Lambda's defaults, and merging an update.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{members::Members, refusals};
use crate::wire::error::AwsError;

/// Seconds. The API model's 5400 apply to Managed Instances only.
const LONGEST_TIMEOUT: u32 = 1800;

/// Bytes of the environment as JSON.
const LARGEST_ENVIRONMENT: usize = 4096;

/// Environment variables reserved by Lambda.
const RESERVED: &[&str] = &[
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
];

/// The supported members of both `CreateFunction` and `UpdateFunctionConfiguration`.
pub(super) const MEMBERS: &[&str] = &[
    "Description",
    "Environment",
    "EphemeralStorage",
    "FunctionName",
    "Handler",
    "LoggingConfig",
    "MemorySize",
    "Role",
    "Runtime",
    "SnapStart",
    "Timeout",
    "TracingConfig",
];

/// The settings that `UpdateFunctionConfiguration` changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) role: String,
    pub(crate) handler: String,
    pub(crate) runtime: String,
    pub(crate) description: String,
    /// Seconds.
    pub(crate) timeout: u32,
    /// Megabytes.
    pub(crate) memory_size: u32,
    pub(crate) environment: BTreeMap<String, String>,
    /// Whether a request has set the environment, perhaps to an empty one, which is then returned.
    #[serde(default)]
    pub(super) has_environment: bool,
    pub(crate) tracing_mode: String,
    /// Megabytes.
    pub(crate) ephemeral_storage: u32,
    /// `None` means `/aws/lambda/NAME`.
    pub(crate) log_group: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            role: String::new(),
            handler: String::new(),
            runtime: String::new(),
            description: String::new(),
            timeout: 3,
            memory_size: 128,
            environment: BTreeMap::new(),
            has_environment: false,
            tracing_mode: "PassThrough".into(),
            ephemeral_storage: 512,
            log_group: None,
        }
    }
}

impl Settings {
    /// These settings with the given members replaced. An absent member means no change.
    pub(super) fn merged(&self, members: Members<'_>) -> Result<Self, AwsError> {
        let mut settings = self.clone();
        if let Some(role) = members.text("Role")? {
            check_role(role)?;
            settings.role = role.into();
        }
        if let Some(handler) = members.text("Handler")? {
            check_handler(handler)?;
            settings.handler = handler.into();
        }
        if let Some(runtime) = members.text("Runtime")? {
            settings.runtime = runtime.into();
        }
        if let Some(description) = members.text("Description")? {
            check_length("description", description, 256)?;
            settings.description = description.into();
        }
        settings.timeout = members.integer("Timeout", &(1..=LONGEST_TIMEOUT))?.unwrap_or(settings.timeout);
        settings.memory_size = members.integer("MemorySize", &(128..=10_240))?.unwrap_or(settings.memory_size);
        settings.merge_structures(members)?;
        Ok(settings)
    }

    fn merge_structures(&mut self, members: Members<'_>) -> Result<(), AwsError> {
        // `Environment {}` without `Variables` clears nothing.
        if let Some(environment) = members.structure("Environment")?
            && let Some(variables) = environment.text_map("Variables")?
        {
            check_environment(&variables)?;
            self.environment = variables;
            self.has_environment = true;
        }
        if let Some(tracing) = members.structure("TracingConfig")?
            && let Some(mode) = tracing.text("Mode")?
        {
            check_one_of("tracingConfig.mode", mode, &["Active", "PassThrough"])?;
            self.tracing_mode = mode.into();
        }
        if let Some(storage) = members.structure("EphemeralStorage")? {
            self.ephemeral_storage = storage.integer("Size", &(512..=10_240))?.unwrap_or(self.ephemeral_storage);
        }
        if let Some(snap_start) = members.structure("SnapStart")?
            && snap_start.text("ApplyOn")?.is_some_and(|moment| moment != "None")
        {
            return Err(AwsError::not_imitated("SnapStart"));
        }
        if let Some(logging) = members.structure("LoggingConfig")? {
            self.log_group = read_logging(logging)?;
        }
        Ok(())
    }
}

fn read_logging(logging: Members<'_>) -> Result<Option<String>, AwsError> {
    if logging.text("LogFormat")?.is_some_and(|format| format != "Text") {
        return Err(AwsError::not_imitated("LoggingConfig.LogFormat JSON"));
    }
    if logging.value("ApplicationLogLevel").or(logging.value("SystemLogLevel")).is_some() {
        return Err(refusals::invalid(
            "ApplicationLogLevel and SystemLogLevel are only supported when LogFormat is set to JSON.",
        ));
    }
    let Some(group) = logging.text("LogGroup")? else { return Ok(None) };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte);
    if group.is_empty() || group.len() > 512 || !group.bytes().all(allowed) {
        return Err(refusals::constraint(
            "loggingConfig.logGroup",
            group,
            "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
        ));
    }
    Ok(Some(group.into()))
}

fn check_role(role: &str) -> Result<(), AwsError> {
    let parts: Vec<_> = role.splitn(6, ':').collect();
    let name_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@-_/".contains(&byte);
    let good = matches!(parts.as_slice(), ["arn", partition, "iam", "", account, resource]
        if partition.starts_with("aws")
            && account.len() == 12
            && account.bytes().all(|digit| digit.is_ascii_digit())
            && resource.strip_prefix("role").is_some_and(|name| !name.is_empty() && name.bytes().all(name_allowed)));
    if good {
        return Ok(());
    }
    Err(refusals::constraint(
        "role",
        role,
        "Member must satisfy regular expression pattern: \
         arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    ))
}

fn check_handler(handler: &str) -> Result<(), AwsError> {
    check_length("handler", handler, 128)?;
    if handler.is_empty() || handler.contains(char::is_whitespace) {
        let rule = "Member must satisfy regular expression pattern: [^\\s]+";
        return Err(refusals::constraint("handler", handler, rule));
    }
    Ok(())
}

pub(super) fn check_length(member: &str, value: &str, most: usize) -> Result<(), AwsError> {
    if value.chars().count() <= most {
        return Ok(());
    }
    Err(refusals::constraint(member, value, &format!("Member must have length less than or equal to {most}")))
}

pub(super) fn check_one_of(member: &str, value: &str, allowed: &[&str]) -> Result<(), AwsError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let rule = format!("Member must satisfy enum value set: [{}]", allowed.join(", "));
    Err(refusals::constraint(member, value, &rule))
}

fn check_environment(variables: &BTreeMap<String, String>) -> Result<(), AwsError> {
    let well_formed = |key: &str| {
        key.len() >= 2
            && key.as_bytes()[0].is_ascii_alphabetic()
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let reserved: Vec<_> = variables.keys().map(String::as_str).filter(|key| RESERVED.contains(key)).collect();
    if !reserved.is_empty() {
        return Err(refusals::invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided contains reserved keys that are currently not supported for modification. Reserved keys used in \
             this request: {}",
            reserved.join(", ")
        )));
    }
    if variables.keys().any(|key| !well_formed(key)) {
        return Err(AwsError::new(
            400,
            "ValidationException",
            "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys \
             must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
        ));
    }
    let measured: Value = variables.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let measured = measured.to_string();
    if measured.len() > LARGEST_ENVIRONMENT {
        return Err(refusals::invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided exceeded the 4KB limit. String measured: {measured}"
        )));
    }
    Ok(())
}
