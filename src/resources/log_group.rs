//! `log_group`: a CloudWatch Logs group, made before its function so that it expires and goes with the stack.

use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::types;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{many::each, tags::TagChanges};
use crate::{
    aws::{Clients, Context, Tagged, Tagging, call, claim_of, claimed, look, operation, remove, unmanaged, user_tags},
    engine::{
        ByTags, Claim, Discover, Discovered, Field, Found, FoundOf, Kind, Live, Plain, Replacement, Resource,
        ResourceError, Result, Scope, Work,
    },
};

/// The kind.
#[derive(Debug)]
pub struct LogGroup;

/// How a log group is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// As `/aws/lambda/x`.
    pub name: String,
    /// Days until a line is deleted; `None` in a live one is never.
    pub retention_days: Option<u32>,
    /// The user's own tags.
    pub tags: BTreeMap<String, String>,
}

/// What a log group is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outputs {
    pub name: String,
    /// The ARN without `:*`.
    pub arn: String,
    /// The retention last asked for: all there is to compare with where a policy of the account overrules it.
    pub retention_days: Option<u32>,
}

impl Resource for LogGroup {
    const KIND: Kind = Kind::new("log_group");
    const FIELDS: &'static [Field] = &[
        Field::immutable("name", "CloudWatch Logs cannot rename a log group"),
        Field::managed("retention_days").config("functions.*.logRetentionDays"),
        Field::managed("tags").config("deployment.tags"),
    ];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[];
    const LISTED_LATE: bool = false;
    const WORK: Work = Work::logs(300);

    type Ownership = ByTags;
    type Promise = Plain;

    type Clients = Clients;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        outputs.name.clone()
    }

    async fn read(context: &Context<'_>, outputs: &Outputs, claim: &Claim) -> Result<FoundOf<Self>> {
        match describe(context, &outputs.name).await? {
            // The ARN whose tags are read is that of the group that would be changed, whatever the state says.
            Some(group) => {
                let outputs = self::outputs(context.cloud, &outputs.name, outputs.retention_days);
                seen(context, outputs, &group, claim).await
            }
            None => Ok(Found::Nothing),
        }
    }

    async fn find(context: &Context<'_>, spec: &Spec, claim: &Claim, known: &[Outputs]) -> Result<FoundOf<Self>> {
        if known.iter().any(|outputs| outputs.name == spec.name) {
            return Ok(Found::Nothing);
        }
        let Some(group) = describe(context, &spec.name).await? else { return Ok(Found::Nothing) };
        let outputs = outputs(context.cloud, &spec.name, retention(&group));
        seen(context, outputs, &group, claim).await
    }

    async fn create(context: &Context<'_>, spec: &Spec, claim: &Claim) -> Result<Outputs> {
        let request = context
            .cloud
            .logs
            .create_log_group()
            .log_group_name(&spec.name)
            .set_tags(Some(claimed(&spec.tags, claim).into_iter().collect()));
        call(context, &operation::CREATE_LOG_GROUP, || request.clone().send()).await?;
        put_retention(context, spec).await?;
        Ok(outputs(context.cloud, &spec.name, spec.retention_days))
    }

    async fn update(context: &Context<'_>, outputs: &Outputs, live: &Spec, want: &Spec) -> Result<Outputs> {
        if want.retention_days != live.retention_days {
            put_retention(context, want).await?;
        }
        change_tags(context, &outputs.arn, &TagChanges::between(&live.tags, &want.tags)).await?;
        Ok(Outputs { retention_days: want.retention_days.or(outputs.retention_days), ..outputs.clone() })
    }

    async fn delete(context: &Context<'_>, outputs: &Outputs) -> Result<()> {
        let request = context.cloud.logs.delete_log_group().log_group_name(&outputs.name);
        let Err(error) = remove(context, &operation::DELETE_LOG_GROUP, || request.clone().send()).await else {
            return Ok(());
        };
        let group = describe(context, &outputs.name).await.ok().flatten();
        if group.is_some_and(|group| group.deletion_protection_enabled == Some(true)) {
            let hint = format!(
                "its deletion protection is on: `aws logs put-log-group-deletion-protection --log-group-identifier {} --no-deletion-protection-enabled`",
                outputs.name
            );
            return Err(error.hint(hint));
        }
        Err(error)
    }
}

impl Discover for LogGroup {
    async fn discover(context: &Context<'_>, scope: &Scope, _beneath: &[Value]) -> Result<Discovered<Outputs, Spec>> {
        let mut groups = list(context, &name_for(&scope.prefix)).await?;
        groups.extend(list(context, &access_name(scope.prefix.trim_end_matches('-'))).await?);
        each(groups, async |group| {
            let outputs = outputs(context.cloud, group.log_group_name().unwrap_or_default(), retention(&group));
            let Some(tags) = tags(context, &outputs.arn).await? else { return Ok(None) };
            Ok(claim_of(&tags, &Self::KIND, scope).map(|claim| (claim, live(outputs, &group, &tags))))
        })
        .await
    }
}

/// The group to which Lambda writes what a function says, unless it is told another.
#[must_use]
pub fn name_for(function_name: &str) -> String {
    format!("/aws/lambda/{function_name}")
}

/// The group to which API Gateway writes a line for each request to a stage of a stack, `<stack>-<stage>`.
#[must_use]
pub fn access_name(stage_of_stack: &str) -> String {
    format!("/aws/apigateway/{stage_of_stack}-access")
}

fn outputs(cloud: &Clients, name: &str, retention_days: Option<u32>) -> Outputs {
    Outputs { name: name.to_owned(), arn: cloud.arn("logs", &format!("log-group:{name}")), retention_days }
}

async fn seen(
    context: &Context<'_>,
    outputs: Outputs,
    group: &types::LogGroup,
    claim: &Claim,
) -> Result<Found<Outputs, Spec>> {
    let Some(tags) = tags(context, &outputs.arn).await? else { return Ok(Found::Nothing) };
    let thing = format!("log group `{}`", outputs.name);
    let tagging = Tagging::Resource { service: "logs", arn: &outputs.arn };
    Ok(match unmanaged(context.cloud, Tagged { thing, tags: &tags, tagging }, claim) {
        None => Found::Ours(live(outputs, group, &tags)),
        Some(unmanaged) => Found::NotOurs(unmanaged),
    })
}

fn live(outputs: Outputs, group: &types::LogGroup, tags: &BTreeMap<String, String>) -> Live<Outputs, Spec> {
    // A retention policy of the account wins over the group's own: that cannot be changed here, so it is no drift.
    let overruled = group.retention_policy_name.is_some();
    let retention_days = if overruled { outputs.retention_days } else { retention(group) };
    let spec = Spec { name: outputs.name.clone(), retention_days, tags: user_tags(tags) };
    Live { outputs, spec }
}

fn retention(group: &types::LogGroup) -> Option<u32> {
    group.retention_in_days.and_then(|days| days.try_into().ok())
}

/// There is no get by name, only a list by prefix; names come sorted, so an exact one is on the first page.
async fn describe(context: &Context<'_>, name: &str) -> Result<Option<types::LogGroup>> {
    let mut page = None;
    loop {
        let request = context.cloud.logs.describe_log_groups().log_group_name_prefix(name).set_next_token(page);
        let answer = call(context, &operation::DESCRIBE_LOG_GROUPS, || request.clone().send()).await?;
        let groups = answer.log_groups.unwrap_or_default();
        let found = groups.into_iter().find(|group| group.log_group_name.as_deref() == Some(name));
        page = answer.next_token;
        if found.is_some() || page.is_none() {
            return Ok(found);
        }
    }
}

/// All groups whose names begin so.
async fn list(context: &Context<'_>, prefix: &str) -> Result<Vec<types::LogGroup>> {
    let (mut groups, mut page) = (Vec::new(), None);
    loop {
        let request = context.cloud.logs.describe_log_groups().log_group_name_prefix(prefix).set_next_token(page);
        let answer = call(context, &operation::DESCRIBE_LOG_GROUPS, || request.clone().send()).await?;
        groups.extend(answer.log_groups.unwrap_or_default());
        page = answer.next_token;
        if page.is_none() {
            return Ok(groups);
        }
    }
}

/// `None` when the group is gone.
async fn tags(context: &Context<'_>, arn: &str) -> Result<Option<BTreeMap<String, String>>> {
    let request = context.cloud.logs.list_tags_for_resource().resource_arn(arn);
    let answer = look(context, &operation::LOG_GROUP_TAGS, || request.clone().send()).await?;
    Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
}

async fn put_retention(context: &Context<'_>, spec: &Spec) -> Result<()> {
    let Some(days) = spec.retention_days else { return Ok(()) };
    let days = i32::try_from(days).map_err(|_| ResourceError::refused(format!("{days} days are too many")))?;
    let request = context.cloud.logs.put_retention_policy().log_group_name(&spec.name).retention_in_days(days);
    call(context, &operation::PUT_RETENTION_POLICY, || request.clone().send()).await.map(drop)
}

async fn change_tags(context: &Context<'_>, arn: &str, changes: &TagChanges) -> Result<()> {
    if !changes.written.is_empty() {
        let request = context.cloud.logs.tag_resource().resource_arn(arn).set_tags(Some(changes.written.clone()));
        call(context, &operation::LOG_GROUP_TAG, || request.clone().send()).await?;
    }
    if !changes.removed.is_empty() {
        let request = context.cloud.logs.untag_resource().resource_arn(arn).set_tag_keys(Some(changes.removed.clone()));
        call(context, &operation::LOG_GROUP_UNTAG, || request.clone().send()).await?;
    }
    Ok(())
}
