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
        if let Some(role) = members.text("Role") {
            settings.role = role.into();
        }
        if let Some(handler) = members.text("Handler") {
            settings.handler = handler.into();
        }
        if let Some(runtime) = members.text("Runtime") {
            settings.runtime = runtime.into();
        }
        if let Some(description) = members.text("Description") {
            settings.description = description.into();
        }
        settings.timeout = members.at_most("timeout", LONGEST_TIMEOUT)?.unwrap_or(settings.timeout);
        settings.memory_size = members.at_most("memorySize", 10_240)?.unwrap_or(settings.memory_size);
        settings.merge_structures(members)?;
        Ok(settings)
    }

    fn merge_structures(&mut self, members: Members<'_>) -> Result<(), AwsError> {
        // `Environment {}` without `Variables` clears nothing.
        if let Some(environment) = members.structure("Environment")
            && let Some(variables) = environment.text_map("Variables")
        {
            check_environment(&variables)?;
            self.environment = variables;
            self.has_environment = true;
        }
        if let Some(tracing) = members.structure("TracingConfig")
            && let Some(mode) = tracing.text("Mode")
        {
            self.tracing_mode = mode.into();
        }
        if let Some(storage) = members.structure("EphemeralStorage") {
            self.ephemeral_storage =
                storage.at_most("ephemeralStorage.size", 10_240)?.unwrap_or(self.ephemeral_storage);
        }
        if let Some(snap_start) = members.structure("SnapStart")
            && snap_start.text("ApplyOn").is_some_and(|moment| moment != "None")
        {
            return Err(AwsError::not_imitated("SnapStart"));
        }
        if let Some(logging) = members.structure("LoggingConfig") {
            self.log_group = read_logging(logging)?;
        }
        Ok(())
    }
}

fn read_logging(logging: Members<'_>) -> Result<Option<String>, AwsError> {
    if logging.text("LogFormat").is_some_and(|format| format != "Text") {
        return Err(AwsError::not_imitated("LoggingConfig.LogFormat JSON"));
    }
    if logging.value("ApplicationLogLevel").or(logging.value("SystemLogLevel")).is_some() {
        return Err(refusals::invalid(
            "ApplicationLogLevel and SystemLogLevel are only supported when LogFormat is set to JSON.",
        ));
    }
    Ok(logging.text("LogGroup").map(str::to_owned))
}

fn check_environment(variables: &BTreeMap<String, String>) -> Result<(), AwsError> {
    let reserved: Vec<_> = variables.keys().map(String::as_str).filter(|key| RESERVED.contains(key)).collect();
    if !reserved.is_empty() {
        return Err(refusals::invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have \
             provided contains reserved keys that are currently not supported for modification. Reserved keys used in \
             this request: {}",
            reserved.join(", ")
        )));
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
