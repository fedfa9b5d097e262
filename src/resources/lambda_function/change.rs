//! The calls that change a function.

use std::collections::HashMap;

use aws_sdk_lambda::{primitives::Blob, types};

use super::{
    read::{get, package, parts},
    spec::Spec,
    wait,
};
use crate::{
    aws::{Context, call, operation, slow},
    engine::Result,
    resources::{kept::kept, tags::TagChanges},
};

/// Sends the settings that differ; the others Lambda leaves as they are.
pub(super) async fn settings(context: &Context<'_>, live: &Spec, want: &Spec) -> Result<()> {
    let rest_as_wanted = Spec {
        source_hash: live.source_hash.clone(),
        architecture: live.architecture.clone(),
        tags: live.tags.clone(),
        alias: live.alias.clone(),
        ..want.clone()
    };
    if rest_as_wanted == *live {
        return Ok(());
    }
    let logging = if live.log_group == want.log_group { None } else { Some(relogging(context, want).await?) };
    let differs = |old: &str, new: &str| (old != new).then(|| new.to_owned());
    let request = context
        .cloud
        .lambda
        .update_function_configuration()
        .function_name(&want.name)
        .set_role(differs(&live.role_arn, &want.role_arn))
        .set_runtime(differs(&live.runtime, &want.runtime).map(|runtime| runtime.as_str().into()))
        .set_handler(differs(&live.handler, &want.handler))
        .set_timeout((live.timeout != want.timeout).then(|| number(want.timeout)))
        .set_memory_size((live.memory != want.memory).then(|| number(want.memory)))
        .set_environment((live.environment != want.environment).then(|| environment(want)))
        .set_description(differs(&live.description, &want.description))
        .set_logging_config(logging);
    let answer = call(context, &operation::UPDATE_FUNCTION_CONFIGURATION, || request.clone().send()).await?;
    wait::until_updated(context, &want.name, answer.last_update_status.as_ref()).await?;
    // All other settings are compared when they are published.
    let description = |text: &str| serde_json::json!({ "description": text });
    let answered = description(answer.description.as_deref().unwrap_or_default());
    kept(&format!("function `{}`", want.name), &answered, &description(&want.description), &[])
}

/// Uploads the code when its source or the processor differs, and answers AWS's hash of it.
pub(super) async fn code(context: &Context<'_>, live: &Spec, want: &Spec) -> Result<Option<String>> {
    if live.source_hash == want.source_hash && live.architecture == want.architecture {
        return Ok(None);
    }
    let zip = package(context.cloud, want)?;
    let request = context
        .cloud
        .lambda
        .update_function_code()
        .function_name(&want.name)
        .architectures(want.architecture.as_str().into());
    let answer = call(context, &operation::UPDATE_FUNCTION_CODE, || {
        request.clone().zip_file(Blob::new(zip.to_vec())).customize().config_override(slow::lambda()).send()
    })
    .await?;
    wait::until_updated(context, &want.name, answer.last_update_status.as_ref()).await?;
    Ok(Some(answer.code_sha256.unwrap_or_default()))
}

/// Tags have calls of their own; the updates do not carry them.
pub(super) async fn tags(context: &Context<'_>, arn: &str, changes: TagChanges) -> Result<()> {
    if !changes.written.is_empty() {
        let request = context.cloud.lambda.tag_resource().resource(arn).set_tags(Some(changes.written));
        call(context, &operation::FUNCTION_TAG, || request.clone().send()).await?;
    }
    if !changes.removed.is_empty() {
        let request = context.cloud.lambda.untag_resource().resource(arn).set_tag_keys(Some(changes.removed));
        call(context, &operation::FUNCTION_UNTAG, || request.clone().send()).await?;
    }
    Ok(())
}

/// `Variables` is there even when it is empty: `Environment {}` alone clears nothing.
pub(super) fn environment(spec: &Spec) -> types::Environment {
    let variables: HashMap<_, _> = spec.environment.clone().into_iter().collect();
    types::Environment::builder().set_variables(Some(variables)).build()
}

/// The log group, with the format and the levels that may be set outside stackctl.
pub(super) fn logging(now: Option<types::LoggingConfig>, group: &str) -> types::LoggingConfig {
    let now = now.unwrap_or_else(|| types::LoggingConfig::builder().build());
    types::LoggingConfig::builder()
        .set_log_format(now.log_format)
        .set_application_log_level(now.application_log_level)
        .set_system_log_level(now.system_log_level)
        .log_group(group)
        .build()
}

async fn relogging(context: &Context<'_>, want: &Spec) -> Result<types::LoggingConfig> {
    let now = match get(context, &want.name, None).await? {
        Some(answer) => parts(&want.name, answer)?.0.logging_config,
        None => None,
    };
    Ok(logging(now, &want.log_group))
}

/// Timeouts and memory sizes are far below the limit; a larger one is AWS's to refuse.
pub(super) fn number(number: u32) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
