//! The deployments of a stage: made, found again by the fingerprint in their description, and pruned.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_apigateway::types::Deployment;

use super::Outputs;
use crate::{
    aws::{Cloud, call, look, once, operation, remove, settle},
    engine::{Context, ResourceError, Verdict},
};

/// What the description of a deployment of ours begins with; the fingerprint follows.
///
/// A fingerprint covers the specs, not how a version of this program writes them into API Gateway. Whoever changes what
/// `api_routes` writes for the same spec changes this mark, so that every stage gets a new deployment.
const MARK: &str = "stackctl ";

/// How many deployments are kept besides the one served, for rolling back.
const KEPT: usize = 3;

/// How long lost answers to `CreateDeployment` are put up with.
const PATIENCE: Duration = Duration::from_mins(1);

/// The fingerprint of a deployment; empty when it is gone or not of our making.
pub(super) async fn fingerprint(
    context: &Context<'_, Cloud>,
    rest_api_id: &str,
    deployment_id: &str,
) -> Result<String, ResourceError> {
    let request = context.cloud.apigateway.get_deployment().rest_api_id(rest_api_id).deployment_id(deployment_id);
    let deployment = look(context, &operation::GET_DEPLOYMENT, || request.clone().send()).await?;
    let description = deployment.and_then(|deployment| deployment.description).unwrap_or_default();
    Ok(description.strip_prefix(MARK).unwrap_or_default().to_owned())
}

/// Finds or makes the deployment with this fingerprint; answers all that there were before and its id.
///
/// `CreateDeployment` makes a second one when it is sent again, so an answer that is lost is followed by another look.
pub(super) async fn provide(
    context: &Context<'_, Cloud>,
    rest_api_id: &str,
    fingerprint: &str,
) -> Result<(Vec<Deployment>, String), ResourceError> {
    let description = format!("{MARK}{fingerprint}");
    let what = "API Gateway to answer for a deployment";
    settle::until(context, PATIENCE, what, || async {
        let all = list(context, rest_api_id).await?;
        let present = all.iter().find(|one| one.description() == Some(&description)).and_then(|one| one.id.clone());
        if let Some(id) = present {
            return Ok(Some((all, id)));
        }
        match create(context, rest_api_id, &description).await {
            Err(error) if error.verdict == Verdict::Ambiguous => Ok(None),
            created => created.map(|id| Some((all, id))),
        }
    })
    .await
}

async fn create(context: &Context<'_, Cloud>, rest_api_id: &str, description: &str) -> Result<String, ResourceError> {
    let request = context.cloud.apigateway.create_deployment().rest_api_id(rest_api_id).description(description);
    let created = call(context, &operation::CREATE_DEPLOYMENT, || {
        request.clone().customize().config_override(once::apigateway()).send()
    })
    .await?;
    Ok(created.id.unwrap_or_default())
}

/// Deletes the deployments of ours that nobody serves and that are too old to roll back to.
pub(super) async fn prune(
    context: &Context<'_, Cloud>,
    outputs: &Outputs,
    all: Vec<Deployment>,
) -> Result<(), ResourceError> {
    let old = superfluous(all, &outputs.deployment_id);
    if old.is_empty() {
        return Ok(());
    }
    let served = served(context, &outputs.rest_api_id).await?;
    let client = &context.cloud.apigateway;
    for id in old.iter().filter(|id| !served.contains(*id)) {
        let request = client.delete_deployment().rest_api_id(&outputs.rest_api_id).deployment_id(id);
        match remove(context, &operation::DELETE_DEPLOYMENT, || request.clone().send()).await {
            // A stage was pointed to it meanwhile; it costs nothing and is looked at again after the next deployment.
            Err(error) if error.verdict == Verdict::Refused && error.message.contains("Active stages") => {}
            pruned => pruned?,
        }
    }
    Ok(())
}

/// Ours besides the one served, without the newest; the list comes in no particular order.
fn superfluous(mut all: Vec<Deployment>, served: &str) -> Vec<String> {
    all.retain(|one| one.description().is_some_and(|text| text.starts_with(MARK)) && one.id() != Some(served));
    all.sort_by_key(|one| {
        std::cmp::Reverse(one.created_date().map(aws_sdk_apigateway::primitives::DateTime::as_nanos))
    });
    all.into_iter().skip(KEPT).filter_map(|one| one.id).collect()
}

/// The deployments that any stage of the API points to, be it only as a canary.
async fn served(context: &Context<'_, Cloud>, rest_api_id: &str) -> Result<BTreeSet<String>, ResourceError> {
    let request = context.cloud.apigateway.get_stages().rest_api_id(rest_api_id);
    let stages = call(context, &operation::GET_STAGES, || request.clone().send()).await?;
    let pointers = stages.item().iter().flat_map(|stage| {
        let canary = stage.canary_settings().and_then(|canary| canary.deployment_id());
        stage.deployment_id().into_iter().chain(canary).map(ToOwned::to_owned)
    });
    Ok(pointers.collect())
}

async fn list(context: &Context<'_, Cloud>, rest_api_id: &str) -> Result<Vec<Deployment>, ResourceError> {
    let mut all = Vec::new();
    let mut position = None;
    loop {
        let client = &context.cloud.apigateway;
        let request = client.get_deployments().rest_api_id(rest_api_id).limit(500).set_position(position);
        let page = call(context, &operation::GET_DEPLOYMENTS, || request.clone().send()).await?;
        all.extend(page.items.unwrap_or_default());
        match page.position {
            Some(next) => position = Some(next),
            None => return Ok(all),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_apigateway::primitives::DateTime;

    use super::*;

    fn deployment(id: &str, description: &str, seconds: i64) -> Deployment {
        Deployment::builder().id(id).description(description).created_date(DateTime::from_secs(seconds)).build()
    }

    #[test]
    fn the_served_one_the_last_three_and_those_of_others_are_kept() {
        let all = vec![
            deployment("served", "stackctl 0", 1),
            deployment("oldest", "stackctl 1", 2),
            deployment("newest", "stackctl 5", 6),
            deployment("older", "stackctl 2", 3),
            deployment("new", "stackctl 4", 5),
            deployment("old", "stackctl 3", 4),
            deployment("foreign", "by hand", 0),
        ];
        assert_eq!(superfluous(all, "served"), ["older", "oldest"]);
    }
}
