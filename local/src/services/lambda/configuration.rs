//! `FunctionConfiguration`, as reads and writes return it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Function, Version, function::Phase};

/// Renders one version of a function under the requested ARN.
pub(super) fn render(function: &Function, version: &Version, qualifier: Option<&str>, now: Duration) -> Value {
    render_in(function.phase_of(version, now), function, version, qualifier)
}

/// Renders a version in a phase, as the responses to changes do: these are in progress, however short they are.
pub(super) fn render_in(phase: Phase, function: &Function, version: &Version, qualifier: Option<&str>) -> Value {
    let mut members = render_summary(function, version, qualifier);
    members["RevisionId"] = version.revision_in(phase).into();
    let state = match phase {
        Phase::Pending => json!({
            "State": "Pending", "StateReason": "The function is being created.", "StateReasonCode": "Creating",
        }),
        Phase::Updating => json!({
            "State": "Active",
            "LastUpdateStatus": "InProgress",
            "LastUpdateStatusReason": "The function is being created.",
            "LastUpdateStatusReasonCode": "Creating",
        }),
        Phase::Settled => json!({ "State": "Active", "LastUpdateStatus": "Successful" }),
    };
    if let (Value::Object(members), Value::Object(state)) = (&mut members, state) {
        members.extend(state);
    }
    members
}

/// Renders an entry of `ListFunctions`: everything but the states.
pub(super) fn render_summary(function: &Function, version: &Version, qualifier: Option<&str>) -> Value {
    let settings = &version.settings;
    let arn = match qualifier {
        Some(qualifier) => format!("{}:{qualifier}", function.arn),
        None => function.arn.clone(),
    };
    let mut members = json!({
        "FunctionName": function.name,
        "FunctionArn": arn,
        "Runtime": settings.runtime,
        "Role": settings.role,
        "Handler": settings.handler,
        "CodeSize": version.code_size,
        "Description": settings.description,
        "Timeout": settings.timeout,
        "MemorySize": settings.memory_size,
        "LastModified": timestamp(version.last_modified),
        "CodeSha256": version.code_sha256,
        "Version": version.label,
        "TracingConfig": { "Mode": settings.tracing_mode },
        "RevisionId": version.revision_id,
        "PackageType": "Zip",
        "Architectures": [version.architecture],
        "EphemeralStorage": { "Size": settings.ephemeral_storage },
        "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
        "LoggingConfig": { "LogFormat": "Text", "LogGroup": version.log_group(&function.name) },
    });
    if settings.has_environment || !settings.environment.is_empty() {
        members["Environment"] = json!({ "Variables": settings.environment });
    }
    members
}

fn timestamp(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis)
        .map(|moment| moment.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string())
        .unwrap_or_default()
}
