//! The kind `stage`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_apigateway::{
    operation::get_stage::GetStageOutput,
    types::{Op, PatchOperation},
};
use serde_json::Value;

use super::{
    access_log, deployments, method_settings,
    spec::{Outputs, Spec},
};
use crate::{
    aws::{
        Clients, Context, Tagged, Tagging, call, claim_of, claimed, dns_suffix, look, operation, remove, unmanaged,
        user_tags,
    },
    engine::{
        ByTags, Claim, Discover, Discovered, Field, Found, FoundOf, Kind, Live, LiveVersion, Replacement, Resource,
        ResourceError, Restore, Result, Scope, Work,
    },
    resources::{
        kept::kept,
        many::each,
        rest_api::{RestApi, arn, patch, retag},
    },
};

/// The kind.
pub struct Stage;

impl Resource for Stage {
    const KIND: Kind = Kind::new("stage");
    const FIELDS: &'static [Field] = &[
        Field::immutable("rest_api_id", "a stage belongs to its API"),
        Field::immutable("name", "API Gateway cannot rename a stage"),
        Field::filled_in("description", "never desired, as intents of earlier versions have it"),
        Field::managed("fingerprint"),
        Field::managed("throttling").config("api.throttle"),
        Field::managed("access_log").config("api.accessLogs"),
        Field::managed("tags").config("deployment.tags"),
    ];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[RestApi::KIND];
    const LISTED_LATE: bool = false;
    const WORK: Work = Work::apigateway(1_000);

    type Ownership = ByTags;
    type Promise = LiveVersion;

    type Clients = Clients;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        format!("{}/{}", outputs.rest_api_id, outputs.name)
    }

    async fn read(context: &Context<'_>, outputs: &Outputs, claim: &Claim) -> Result<FoundOf<Self>> {
        seen(context, &outputs.rest_api_id, &outputs.name, claim).await
    }

    async fn find(context: &Context<'_>, spec: &Spec, claim: &Claim, known: &[Outputs]) -> Result<FoundOf<Self>> {
        let rest_api_id = spec.rest_api_id.known();
        if known.iter().any(|one| (&one.rest_api_id, &one.name) == (rest_api_id, &spec.name)) {
            return Ok(Found::Nothing);
        }
        seen(context, rest_api_id, &spec.name, claim).await
    }

    async fn create(context: &Context<'_>, spec: &Spec, claim: &Claim) -> Result<Outputs> {
        let rest_api_id = spec.rest_api_id.known();
        let _alone = context.alone(rest_api_id).await;
        let deployment_id = deployments::provide(context, rest_api_id, spec.fingerprint.known()).await?;
        let request = context
            .cloud
            .apigateway
            .create_stage()
            .rest_api_id(rest_api_id)
            .stage_name(&spec.name)
            .deployment_id(&deployment_id)
            .set_tags(Some(claimed(&spec.tags, claim).into_iter().collect()));
        call(context, &operation::CREATE_STAGE, || request.clone().send()).await?;
        let outputs = outputs(rest_api_id, &spec.name, &deployment_id);
        // CreateStage has no members for method settings and access logs.
        let mut patches = method_settings::patches(&HashMap::new(), &spec.throttling);
        patches.extend(spec.access_log.iter().flat_map(|log| access_log::patches(Some(log))));
        change(context, &outputs, patches, Some(spec)).await?;
        Ok(outputs)
    }

    async fn update(context: &Context<'_>, outputs: &Outputs, live: &Spec, want: &Spec) -> Result<Outputs> {
        let _alone = context.alone(&outputs.rest_api_id).await;
        let mut outputs = outputs.clone();
        let mut patches = Vec::new();
        if live.fingerprint != want.fingerprint {
            outputs.deployment_id =
                deployments::provide(context, &outputs.rest_api_id, want.fingerprint.known()).await?;
            patches.push(patch(Op::Replace, "/deploymentId", Some(&outputs.deployment_id)));
        }
        if live.throttling != want.throttling {
            // Asked again, for what is set beside the throttling.
            let stage = get(context, &outputs.rest_api_id, &outputs.name).await?;
            let settings = stage.and_then(|stage| stage.method_settings).unwrap_or_default();
            patches.extend(method_settings::patches(&settings, &want.throttling));
        }
        if live.access_log != want.access_log {
            patches.extend(access_log::patches(want.access_log.as_ref()));
        }
        change(context, &outputs, patches, Some(want)).await?;
        let arn = stage_arn(context.cloud, &outputs.rest_api_id, &outputs.name);
        retag(context, &arn, &live.tags, &want.tags).await?;
        Ok(outputs)
    }

    async fn delete(context: &Context<'_>, outputs: &Outputs) -> Result<()> {
        let _alone = context.alone(&outputs.rest_api_id).await;
        let client = &context.cloud.apigateway;
        let request = client.delete_stage().rest_api_id(&outputs.rest_api_id).stage_name(&outputs.name);
        remove(context, &operation::DELETE_STAGE, || request.clone().send()).await
    }
}

impl Discover for Stage {
    async fn discover(context: &Context<'_>, scope: &Scope, beneath: &[Value]) -> Result<Discovered<Outputs, Spec>> {
        all(context, scope, beneath).await
    }
}

impl Restore for Stage {
    const LIVE: &'static str = "deployment_id";
    const SETTING: &'static str = "fingerprint";

    /// Points it to a deployment that it served.
    async fn restore(context: &Context<'_>, outputs: &Outputs, deployment_id: &str) -> Result<Outputs> {
        let _alone = context.alone(&outputs.rest_api_id).await;
        change(context, outputs, vec![patch(Op::Replace, "/deploymentId", Some(deployment_id))], None).await?;
        Ok(Outputs { deployment_id: deployment_id.to_owned(), ..outputs.clone() })
    }

    async fn still_has(context: &Context<'_>, outputs: &Outputs, deployment_id: &str) -> Result<bool> {
        Ok(deployments::get(context, &outputs.rest_api_id, deployment_id).await?.is_some())
    }

    async fn prune(context: &Context<'_>, outputs: &Outputs, kept: &BTreeSet<String>) -> Result<()> {
        let _alone = context.alone(&outputs.rest_api_id).await;
        deployments::prune(context, &outputs.rest_api_id, kept).await
    }
}

async fn seen(context: &Context<'_>, rest_api_id: &str, name: &str, claim: &Claim) -> Result<Found<Outputs, Spec>> {
    let Some(stage) = get(context, rest_api_id, name).await? else { return Ok(Found::Nothing) };
    let thing = format!("stage `{name}` of REST API `{rest_api_id}`");
    let arn = stage_arn(context.cloud, rest_api_id, name);
    let tagging = Tagging::Resource { service: "apigateway", arn: &arn };
    match unmanaged(context.cloud, Tagged { thing, tags: &tags(&stage), tagging }, claim) {
        None => {
            let ours = (claim.stack.as_str(), claim.stage.as_str());
            live(context, (rest_api_id, name), &stage, ours).await.map(Found::Ours)
        }
        Some(unmanaged) => Ok(Found::NotOurs(unmanaged)),
    }
}

async fn get(context: &Context<'_>, rest_api_id: &str, name: &str) -> Result<Option<GetStageOutput>> {
    let request = context.cloud.apigateway.get_stage().rest_api_id(rest_api_id).stage_name(name);
    look(context, &operation::GET_STAGE, || request.clone().send()).await
}

async fn live(
    context: &Context<'_>,
    (rest_api_id, name): (&str, &str),
    stage: &GetStageOutput,
    (stack, of): (&str, &str),
) -> Result<Live<Outputs, Spec>> {
    let deployment_id = stage.deployment_id().ok_or_else(|| {
        ResourceError::refused(format!(
            "apigateway:GetStage returned a response without the deployment of stage `{name}`"
        ))
    })?;
    let spec = Spec {
        rest_api_id: rest_api_id.into(),
        name: name.to_owned(),
        description: None,
        fingerprint: deployments::fingerprint(context, rest_api_id, deployment_id).await?.into(),
        throttling: stage.method_settings().map(method_settings::throttling).unwrap_or_default(),
        access_log: access_log::live(stage.access_log_settings(), &access_log::destination(context.cloud, stack, of)),
        tags: user_tags(&tags(stage)),
    };
    Ok(Live { outputs: outputs(rest_api_id, name, deployment_id), spec })
}

fn tags(stage: &GetStageOutput) -> BTreeMap<String, String> {
    stage.tags().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn outputs(rest_api_id: &str, name: &str, deployment_id: &str) -> Outputs {
    Outputs { rest_api_id: rest_api_id.to_owned(), name: name.to_owned(), deployment_id: deployment_id.to_owned() }
}

/// Where a stage answers; a route's path follows. `endpoint` is what stands in for AWS, when anything does.
///
/// It is not among the outputs, because a local emulator that comes back on another port answers somewhere else.
#[must_use]
pub fn invoke_url(endpoint: Option<&str>, region: &str, rest_api_id: &str, name: &str) -> String {
    if let Some(endpoint) = endpoint {
        return format!("{}/_aws/execute-api/{rest_api_id}/{name}", endpoint.trim_end_matches('/'));
    }
    format!("https://{rest_api_id}.execute-api.{region}.{}/{name}", dns_suffix(region))
}

fn stage_arn(cloud: &Clients, rest_api_id: &str, name: &str) -> String {
    arn(cloud, rest_api_id, &format!("/stages/{name}"))
}

/// Sends patches, and makes sure that the answer shows what was `want`ed by them.
async fn change(
    context: &Context<'_>,
    outputs: &Outputs,
    patches: Vec<PatchOperation>,
    want: Option<&Spec>,
) -> Result<()> {
    if patches.is_empty() {
        return Ok(());
    }
    let client = &context.cloud.apigateway;
    let request = client
        .update_stage()
        .rest_api_id(&outputs.rest_api_id)
        .stage_name(&outputs.name)
        .set_patch_operations(Some(patches));
    let sent = call(context, &operation::UPDATE_STAGE, || request.clone().send()).await;
    let answer = sent.map_err(access_log::explained)?;
    let Some(want) = want else { return Ok(()) };
    let ours = want.access_log.as_ref().map(|log| log.destination_arn.as_str()).unwrap_or_default();
    let answer = Spec {
        throttling: answer.method_settings().map(method_settings::throttling).unwrap_or_default(),
        access_log: access_log::live(answer.access_log_settings(), ours),
        ..want.clone()
    };
    kept(&format!("stage `{}`", outputs.name), &answer, want, &[])
}

/// Finds every stage that carries a claim of the stack.
pub(super) async fn all(context: &Context<'_>, scope: &Scope, apis: &[Value]) -> Result<Discovered<Outputs, Spec>> {
    let mut found = Vec::new();
    for rest_api_id in apis.iter().filter_map(|api| api.get("id")?.as_str()) {
        let beneath = each(names(context, rest_api_id).await?, async |name| {
            let Some(stage) = get(context, rest_api_id, &name).await? else { return Ok(None) };
            let Some(claim) = claim_of(&tags(&stage), &Stage::KIND, scope) else { return Ok(None) };
            Ok(Some((claim, live(context, (rest_api_id, &name), &stage, (&scope.stack, &scope.stage)).await?)))
        });
        found.extend(beneath.await?);
    }
    Ok(found)
}

/// The names of the stages of an API; none when it is gone.
pub(super) async fn names(context: &Context<'_>, rest_api_id: &str) -> Result<Vec<String>> {
    let request = context.cloud.apigateway.get_stages().rest_api_id(rest_api_id);
    let answer = look(context, &operation::GET_STAGES, || request.clone().send()).await?;
    let stages = answer.and_then(|answer| answer.item).unwrap_or_default();
    Ok(stages.into_iter().filter_map(|stage| stage.stage_name).collect())
}
