//! The deployments of a stage: made, found again by the fingerprint in their description, and pruned.

use std::{collections::BTreeSet, time::Duration};

use aws_sdk_apigateway::{operation::get_deployment::GetDeploymentOutput, types::Deployment};

use crate::{
    aws::{Context, call, look, once, operation, remove, settle},
    engine::{Result, Verdict},
};

/// What the description of a deployment of ours begins with; the fingerprint follows.
///
/// A fingerprint covers the specs, not how a version of this program writes them into API Gateway. A change of what
/// `api_routes` writes for the same spec changes this mark, so that every stage gets a new deployment.
const MARK: &str = "stackctl ";

/// How long lost answers to `CreateDeployment` are put up with.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The fingerprint of a deployment; empty when it is gone or not of our making.
pub(super) async fn fingerprint(context: &Context<'_>, rest_api_id: &str, deployment_id: &str) -> Result<String> {
    let deployment = get(context, rest_api_id, deployment_id).await?;
    let description = deployment.and_then(|deployment| deployment.description).unwrap_or_default();
    Ok(description.strip_prefix(MARK).unwrap_or_default().to_owned())
}

/// Reads a deployment; `None` when it is gone.
pub(super) async fn get(
    context: &Context<'_>,
    rest_api_id: &str,
    deployment_id: &str,
) -> Result<Option<GetDeploymentOutput>> {
    let request = context.cloud.apigateway.get_deployment().rest_api_id(rest_api_id).deployment_id(deployment_id);
    look(context, &operation::GET_DEPLOYMENT, || request.clone().send()).await
}

/// Finds or makes the deployment with this fingerprint; answers its id.
///
/// `CreateDeployment` makes a second one when it is sent again, so an answer that is lost is followed by another look.
pub(super) async fn provide(context: &Context<'_>, rest_api_id: &str, fingerprint: &str) -> Result<String> {
    let description = format!("{MARK}{fingerprint}");
    let what = "API Gateway to respond to a deployment";
    settle::until(context, TIMEOUT, what, || async {
        let all = list(context, rest_api_id).await?;
        let present = all.into_iter().find(|one| one.description() == Some(&description)).and_then(|one| one.id);
        if present.is_some() {
            return Ok(present);
        }
        match create(context, rest_api_id, &description).await {
            Err(error) if error.verdict == Verdict::Ambiguous => Ok(None),
            created => created.map(Some),
        }
    })
    .await
}

async fn create(context: &Context<'_>, rest_api_id: &str, description: &str) -> Result<String> {
    let request = context.cloud.apigateway.create_deployment().rest_api_id(rest_api_id).description(description);
    let created = call(context, &operation::CREATE_DEPLOYMENT, || {
        request.clone().customize().config_override(once::apigateway()).send()
    })
    .await?;
    Ok(created.id.unwrap_or_default())
}

/// Deletes the deployments of ours that no stage uses, but for those `kept`.
pub(super) async fn prune(context: &Context<'_>, rest_api_id: &str, kept: &BTreeSet<String>) -> Result<()> {
    let old = superfluous(list(context, rest_api_id).await?, kept);
    if old.is_empty() {
        return Ok(());
    }
    let served = served(context, rest_api_id).await?;
    let client = &context.cloud.apigateway;
    for id in old.iter().filter(|id| !served.contains(*id)) {
        let request = client.delete_deployment().rest_api_id(rest_api_id).deployment_id(id);
        match remove(context, &operation::DELETE_DEPLOYMENT, || request.clone().send()).await {
            // A stage was pointed to it meanwhile; it costs nothing and is looked at again after the next deployment.
            Err(error) if error.verdict == Verdict::Refused && error.message.contains("Active stages") => {}
            pruned => pruned?,
        }
    }
    Ok(())
}

/// Ours without those that are kept.
fn superfluous(all: Vec<Deployment>, kept: &BTreeSet<String>) -> Vec<String> {
    let ours = |one: &Deployment| one.description().is_some_and(|text| text.starts_with(MARK));
    all.into_iter().filter(ours).filter_map(|one| one.id).filter(|id| !kept.contains(id)).collect()
}

/// The deployments that any stage of the API points to, be it only as a canary.
async fn served(context: &Context<'_>, rest_api_id: &str) -> Result<BTreeSet<String>> {
    let request = context.cloud.apigateway.get_stages().rest_api_id(rest_api_id);
    let stages = call(context, &operation::GET_STAGES, || request.clone().send()).await?;
    let pointers = stages.item().iter().flat_map(|stage| {
        let canary = stage.canary_settings().and_then(|canary| canary.deployment_id());
        stage.deployment_id().into_iter().chain(canary).map(ToOwned::to_owned)
    });
    Ok(pointers.collect())
}

async fn list(context: &Context<'_>, rest_api_id: &str) -> Result<Vec<Deployment>> {
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
    use super::*;

    fn deployment(id: &str, description: &str) -> Deployment {
        Deployment::builder().id(id).description(description).build()
    }

    #[test]
    fn what_is_to_be_kept_and_those_of_others_are_not_pruned() {
        let all = vec![
            deployment("served", "stackctl 0"),
            deployment("failed", "stackctl 1"),
            deployment("before", "stackctl 2"),
            deployment("unmanaged", "by hand"),
        ];
        assert_eq!(superfluous(all, &["served".to_owned(), "before".to_owned()].into()), ["failed"]);
    }
}
