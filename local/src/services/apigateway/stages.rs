//! Stages: named references to deployments, with settings that take effect without a deployment.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ApiGateway,
    asked::{Asked, answer as answered, date, json as to_json, nothing},
    deployed::{AccessLogSettings, MethodSetting, Stage},
    method_settings,
    model::{RestApi, Texts},
    patch::{Op, Patch},
    refusal::{bad_request, conflict, limit_exceeded, not_found},
    tags,
};
use crate::wire::error::{Answered, AwsError};

/// The paths that AWS names in its error for another one, with its commas.
const PATHS: &str = "/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, \
     /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, \
     /{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, \
     /{resourcePath}/{httpMethod}/logging/loglevel, \
     /{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit\
     /{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, \
     /{resourcePath}/{httpMethod}/caching/dataEncrypted, \
     /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, \
     /{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, \
     /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit \
     /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, \
     /*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, \
     /variables/{variable_name}, /tracingEnabled";

/// Handles the read operations on stages; `None` for any other operation.
pub(super) fn read(gateway: &ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "GetStage" => {
            gateway.api(asked).and_then(|api| answered(api.stages.get(asked.text("stageName")?).ok_or_else(no_stage)?))
        }
        "GetStages" => list(gateway, asked),
        _ => return None,
    })
}

/// Handles the write operations on stages; `None` for any other operation.
pub(super) fn write(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "CreateStage" => create(gateway, asked),
        "UpdateStage" => update(gateway, asked),
        "DeleteStage" => delete(gateway, asked),
        _ => return None,
    })
}

/// The requested stage. Method settings, access logs and client certificates can be set only by a later update.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Requested {
    #[serde(default)]
    pub(super) stage_name: String,
    #[serde(default)]
    pub(super) deployment_id: String,
    pub(super) description: Option<String>,
    pub(super) documentation_version: Option<String>,
    pub(super) variables: Option<Texts>,
    pub(super) tracing_enabled: Option<bool>,
    #[serde(default)]
    pub(super) tags: Texts,
}

/// Rejects the features that are not emulated: cache clusters and canary releases.
pub(super) fn refuse_what_is_not_imitated(
    asked: &Asked<'_>,
    cache_cluster: bool,
    canary: Option<&Value>,
) -> Result<(), AwsError> {
    if cache_cluster {
        return Err(AwsError::not_imitated(&format!("cacheClusterEnabled of {}", asked.call.name())));
    }
    if canary.is_some() {
        return Err(AwsError::not_imitated(&format!("canarySettings of {}", asked.call.name())));
    }
    Ok(())
}

fn create(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let api = gateway.api_mut(asked)?;
    let requested: Requested = asked.members()?;
    let cache = asked.call.input.get("cacheClusterEnabled") == Some(&Value::Bool(true));
    refuse_what_is_not_imitated(asked, cache, asked.call.input.get("canarySettings"))?;
    if api.stages.contains_key(&requested.stage_name) {
        return Err(conflict("Stage already exists"));
    }
    if !api.deployments.contains_key(&requested.deployment_id) {
        return Err(no_such_deployment());
    }
    let name = requested.stage_name.clone();
    make_or_repoint(api, asked, requested)?;
    answered(&api.stages[&name])
}

/// Creates a stage, or points an existing stage to another deployment.
pub(super) fn make_or_repoint(api: &mut RestApi, asked: &Asked<'_>, requested: Requested) -> Result<(), AwsError> {
    check_variables(requested.variables.as_ref())?;
    if let Some(stage) = api.stages.get_mut(&requested.stage_name) {
        stage.deployment_id = requested.deployment_id;
        stage.description = requested.description.or(stage.description.take());
        stage.variables = requested.variables.unwrap_or_else(|| std::mem::take(&mut stage.variables));
        stage.tracing_enabled = requested.tracing_enabled.unwrap_or(stage.tracing_enabled);
        stage.last_updated_date = date();
        return Ok(());
    }
    check_name(&requested.stage_name)?;
    tags::check(&requested.tags)?;
    if asked.settings.weather.quotas && api.stages.len() >= 10 {
        return Err(limit_exceeded(
            "Maximum number of stages for this API has been reached. Please contact AWS if you need additional stages.",
        ));
    }
    let now = date();
    let stage = Stage {
        stage_name: requested.stage_name.clone(),
        deployment_id: requested.deployment_id,
        description: requested.description,
        client_certificate_id: None,
        cache_cluster_enabled: false,
        cache_cluster_size: None,
        cache_cluster_status: "NOT_AVAILABLE".into(),
        method_settings: BTreeMap::new(),
        variables: requested.variables.unwrap_or_default(),
        documentation_version: requested.documentation_version,
        access_log_settings: None,
        tracing_enabled: requested.tracing_enabled.unwrap_or_default(),
        tags: requested.tags,
        created_date: now,
        last_updated_date: now,
    };
    api.stages.insert(requested.stage_name, stage);
    Ok(())
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=128).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(bad_request("Stage name only allows a-zA-Z0-9_-"))
}

fn check_variables(variables: Option<&Texts>) -> Result<(), AwsError> {
    let variables = variables.into_iter().flatten();
    if variables.clone().count() > 100 {
        return Err(limit_exceeded("The number of stage variables exceeds the limit of 100"));
    }
    for (name, value) in variables {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(bad_request(format!(
                "Invalid stage variable name: {name}. Please use alphanumeric characters and underscores"
            )));
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#&=,".contains(&byte);
        if value.is_empty() || !value.bytes().all(allowed) {
            return Err(bad_request(format!(
                "Invalid stage variable value: {value}. Please use values with alphanumeric characters and the symbols \
                 -._~:/?#&=,"
            )));
        }
    }
    Ok(())
}

/// Unlike the other lists, this list is not paginated.
fn list(gateway: &ApiGateway, asked: &Asked<'_>) -> Answered {
    let stages = &gateway.api(asked)?.stages;
    let of = asked.call.text("deploymentId");
    let wanted = stages.values().filter(|stage| of.is_none_or(|id| stage.deployment_id == id));
    Ok(json!({ "item": wanted.map(to_json).collect::<Vec<_>>() }).into())
}

fn update(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let patches = Patch::all(asked)?;
    let may_log = gateway.account.log_role(asked.settings).is_some();
    let api = gateway.api_mut(asked)?;
    let mut stage = api.stages.get(asked.text("stageName")?).ok_or_else(no_stage)?.clone();
    for patch in &patches {
        apply(&mut stage, patch)?;
    }
    check_variables(Some(&stage.variables))?;
    if !api.deployments.contains_key(&stage.deployment_id) {
        return Err(no_such_deployment());
    }
    let traced = |setting: &MethodSetting| setting.logging_level.as_deref().is_some_and(|level| level != "OFF");
    if !may_log && (stage.access_log_settings.is_some() || stage.method_settings.values().any(traced)) {
        return Err(bad_request("CloudWatch Logs role ARN must be set in account settings to enable logging"));
    }
    stage.last_updated_date = date();
    let answer = answered(&stage);
    api.stages.insert(stage.stage_name.clone(), stage);
    answer
}

fn apply(stage: &mut Stage, patch: &Patch) -> Result<(), AwsError> {
    let text = |patch: &Patch| patch.optional().filter(|text| !text.is_empty());
    match (patch.op, patch.steps().as_slice()) {
        (Op::Replace, ["deploymentId"]) => stage.deployment_id = patch.value()?,
        (Op::Replace, ["description"]) => stage.description = text(patch),
        (Op::Replace, ["tracingEnabled"]) => stage.tracing_enabled = patch.flag()?,
        // AWS's list of paths omits this one.
        (Op::Replace, ["documentationVersion"]) => stage.documentation_version = text(patch),
        (Op::Replace, ["clientCertificateId"]) => stage.client_certificate_id = text(patch),
        (Op::Replace, ["cacheClusterEnabled"]) if patch.flag()? => {
            return Err(AwsError::not_imitated("cacheClusterEnabled of apigateway:UpdateStage"));
        }
        (Op::Replace, ["cacheClusterEnabled"]) | (Op::Remove, ["canarySettings"]) => {}
        (Op::Replace, ["cacheClusterSize"]) => stage.cache_cluster_size = text(patch),
        (_, ["canarySettings", ..]) => {
            return Err(AwsError::not_imitated("canarySettings of apigateway:UpdateStage"));
        }
        (Op::Add | Op::Replace, ["accessLogSettings", "destinationArn"]) => {
            let arn = log_destination(log_value(patch)?)?;
            stage.access_log_settings.get_or_insert_with(AccessLogSettings::default).destination_arn = Some(arn);
        }
        (Op::Add | Op::Replace, ["accessLogSettings", "format"]) => {
            let format = log_format(log_value(patch)?)?;
            stage.access_log_settings.get_or_insert_with(AccessLogSettings::default).format = Some(format);
        }
        (Op::Remove, ["accessLogSettings"]) => stage.access_log_settings = None,
        (Op::Remove, ["accessLogSettings", _]) => return Err(method_settings::nothing_to_remove(patch)),
        (Op::Add | Op::Replace, ["accessLogSettings", ..]) => {
            return Err(bad_request(
                "Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, \
                 /accessLogSettings/format]",
            ));
        }
        (Op::Replace | Op::Remove, ["variables", name]) => patch.entry(&mut stage.variables, name, Patch::value)?,
        (Op::Replace | Op::Remove, [_, _, ..]) if patch.raw().contains('/') => {
            return method_settings::apply(&mut stage.method_settings, patch)
                .unwrap_or_else(|| Err(invalid_path(patch)));
        }
        _ => return Err(invalid_path(patch)),
    }
    Ok(())
}

fn invalid_path(patch: &Patch) -> AwsError {
    bad_request(format!("Invalid method setting path: /{}. Must be one of: [{PATHS}]", patch.raw()))
}

fn log_value(patch: &Patch) -> Result<String, AwsError> {
    let value = patch.optional().filter(|value| !value.is_empty());
    value.ok_or_else(|| bad_request("Access Log value must not be empty"))
}

/// The ARN must not have the `:*` at the end of the ARNs that `DescribeLogGroups` returns.
fn log_destination(arn: String) -> Result<String, AwsError> {
    let parts: Vec<&str> = arn.splitn(7, ':').collect();
    match parts.as_slice() {
        ["arn", _, "logs", _, _, "log-group", name] => {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-/.#".contains(&byte);
            if !name.is_empty() && name.bytes().all(allowed) {
                return Ok(arn);
            }
            Err(bad_request(format!(
                "Access Log destination must only contain characters a-z, A-Z, 0-9, '_', '-', '/', '.': '{name}'"
            )))
        }
        ["arn", _, "firehose", _, _, stream] if stream.starts_with("deliverystream/amazon-apigateway-") => Ok(arn),
        _ => Err(bad_request(format!("Invalid ARN specified in the request: {arn}"))),
    }
}

fn log_format(format: String) -> Result<String, AwsError> {
    if format.trim_end_matches('\n').contains('\n') {
        return Err(bad_request(
            "Access Log format must be single line, new line character is allowed only at end of the format",
        ));
    }
    if !format.contains("$context.requestId") {
        return Err(bad_request("Access Log format must contain $context.requestId"));
    }
    Ok(format)
}

fn delete(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let api = gateway.api_mut(asked)?;
    api.stages.remove(asked.text("stageName")?).ok_or_else(no_stage)?;
    Ok(nothing())
}

pub(super) fn no_stage() -> AwsError {
    not_found("Invalid stage identifier specified")
}

fn no_such_deployment() -> AwsError {
    bad_request("Deployment id does not exist")
}
