//! The REST API itself: name, description, endpoint type and binary media types.
//!
//! What is beneath it are kinds of their own. API Gateway accepts a name twice, so an API is known by its tags.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_apigateway::types::{EndpointConfiguration, EndpointType, Op, PatchOperation, RestApi as Described};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{kept::kept, tags::TagChanges};
use crate::{
    aws::{
        Clients, Context, Tagged, Tagging, call, carries, claim_of, claimed, look, once, operation, remove, spelled,
        unmanaged, user_tags,
    },
    engine::{
        ByTags, Claim, Discover, Discovered, Field, Found, FoundOf, Kind, Live, Plain, Replacement, Resource, Result,
        Scope, Work,
    },
};

/// The kind.
pub struct RestApi;

/// What a REST API is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The name; AWS does not ask it to be unique.
    pub name: String,
    /// Empty is none.
    pub description: String,
    /// `REGIONAL` or `EDGE`.
    pub endpoint_type: String,
    /// The media types whose bodies travel as base64 between API Gateway and functions.
    pub binary_media_types: BTreeSet<String>,
    /// The user's tags.
    pub tags: BTreeMap<String, String>,
}

/// What AWS calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs {
    /// The first part of the host name in its URL.
    pub id: String,
    /// The id of the path `/`.
    pub root_resource_id: String,
    /// The ARN that its tags hang on.
    pub arn: String,
}

impl Resource for RestApi {
    const KIND: Kind = Kind::new("rest_api");
    const FIELDS: &'static [Field] = &[
        Field::managed("name"),
        Field::managed("description").config("api.description"),
        Field::managed("endpoint_type").config("api.endpointType"),
        Field::managed("binary_media_types").config("api.binaryMediaTypes"),
        Field::managed("tags").config("deployment.tags"),
    ];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[];
    const LISTED_LATE: bool = true;
    const WORK: Work = Work::apigateway(500);

    type Ownership = ByTags;
    type Promise = Plain;

    type Clients = Clients;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        outputs.id.clone()
    }

    async fn read(context: &Context<'_>, outputs: &Outputs, claim: &Claim) -> Result<FoundOf<Self>> {
        let request = context.cloud.apigateway.get_rest_api().rest_api_id(&outputs.id);
        let Some(found) = look(context, &operation::GET_REST_API, || request.clone().send()).await? else {
            return Ok(Found::Nothing);
        };
        let described = Described::builder()
            .set_name(found.name)
            .set_description(found.description)
            .set_endpoint_configuration(found.endpoint_configuration)
            .set_binary_media_types(found.binary_media_types)
            .set_tags(found.tags)
            .build();
        let (thing, tags) = (format!("REST API `{}`", outputs.id), tags(&described));
        let tagging = Tagging::Resource { service: "apigateway", arn: &outputs.arn };
        Ok(match unmanaged(context.cloud, Tagged { thing, tags: &tags, tagging }, claim) {
            None => {
                // The ARN that would be tagged is that of the API that was read, whatever the state says.
                let outputs = Outputs { arn: arn(context.cloud, &outputs.id, ""), ..outputs.clone() };
                Found::Ours(Live { outputs, spec: spec(&described) })
            }
            Some(unmanaged) => Found::NotOurs(unmanaged),
        })
    }

    async fn find(context: &Context<'_>, _spec: &Spec, claim: &Claim, known: &[Outputs]) -> Result<FoundOf<Self>> {
        let all = list(context).await?;
        let mut unknown = all.iter().filter(|api| known.iter().all(|one| Some(one.id.as_str()) != api.id()));
        // An API of the same name is no obstacle, so one with another claim does not matter here.
        let ours = unknown.find(|api| carries(&tags(api), claim));
        Ok(ours.map_or(Found::Nothing, |api| Found::Ours(live(context.cloud, api))))
    }

    async fn create(context: &Context<'_>, spec: &Spec, claim: &Claim) -> Result<Outputs> {
        let endpoint = EndpointConfiguration::builder().types(EndpointType::from(spec.endpoint_type.as_str())).build();
        let types = &spec.binary_media_types;
        let request = context
            .cloud
            .apigateway
            .create_rest_api()
            .name(&spec.name)
            .set_description((!spec.description.is_empty()).then(|| spec.description.clone()))
            .set_binary_media_types((!types.is_empty()).then(|| types.iter().cloned().collect()))
            .endpoint_configuration(endpoint)
            .set_tags(Some(claimed(&spec.tags, claim).into_iter().collect()));
        let created = call(context, &operation::CREATE_REST_API, || {
            request.clone().customize().config_override(once::apigateway()).send()
        })
        .await?;
        Ok(outputs(context.cloud, created.id, created.root_resource_id))
    }

    async fn update(context: &Context<'_>, outputs: &Outputs, live: &Spec, want: &Spec) -> Result<Outputs> {
        let _alone = context.alone(&outputs.id).await;
        let patches = patches(live, want);
        if !patches.is_empty() {
            let client = &context.cloud.apigateway;
            let request = client.update_rest_api().rest_api_id(&outputs.id).set_patch_operations(Some(patches));
            let answer = call(context, &operation::UPDATE_REST_API, || request.clone().send()).await?;
            let answer = Described::builder()
                .set_name(answer.name)
                .set_description(answer.description)
                .set_endpoint_configuration(answer.endpoint_configuration)
                .set_binary_media_types(answer.binary_media_types)
                .build();
            let answer = Spec { tags: want.tags.clone(), ..spec(&answer) };
            kept(&format!("REST API `{}`", outputs.id), &answer, want, &[])?;
        }
        retag(context, &outputs.arn, &live.tags, &want.tags).await?;
        Ok(outputs.clone())
    }

    async fn delete(context: &Context<'_>, outputs: &Outputs) -> Result<()> {
        let _alone = context.alone(&outputs.id).await;
        let request = context.cloud.apigateway.delete_rest_api().rest_api_id(&outputs.id);
        remove(context, &operation::DELETE_REST_API, || request.clone().send()).await
    }
}

impl Discover for RestApi {
    async fn discover(context: &Context<'_>, scope: &Scope, _beneath: &[Value]) -> Result<Discovered<Outputs, Spec>> {
        let all = list(context).await?;
        let claims = all.iter().filter_map(|api| Some((claim_of(&tags(api), &Self::KIND, scope)?, api)));
        Ok(claims.map(|(claim, api)| (claim, live(context.cloud, api))).collect())
    }
}

/// All APIs of the account and Region, with their tags.
async fn list(context: &Context<'_>) -> Result<Vec<Described>> {
    let (mut all, mut position) = (Vec::new(), None);
    loop {
        let request = context.cloud.apigateway.get_rest_apis().limit(500).set_position(position);
        let page = call(context, &operation::GET_REST_APIS, || request.clone().send()).await?;
        all.extend(page.items.unwrap_or_default());
        position = page.position;
        if position.is_none() {
            return Ok(all);
        }
    }
}

/// Sets and removes tags until the user's own are as wanted.
pub(crate) async fn retag(
    context: &Context<'_>,
    arn: &str,
    live: &BTreeMap<String, String>,
    want: &BTreeMap<String, String>,
) -> Result<()> {
    let client = &context.cloud.apigateway;
    let TagChanges { written, removed } = TagChanges::between(live, want);
    if !written.is_empty() {
        let request = client.tag_resource().resource_arn(arn).set_tags(Some(written));
        call(context, &operation::API_TAG, || request.clone().send()).await?;
    }
    if !removed.is_empty() {
        let request = client.untag_resource().resource_arn(arn).set_tag_keys(Some(removed));
        call(context, &operation::API_UNTAG, || request.clone().send()).await?;
    }
    Ok(())
}

/// One JSON patch. API Gateway takes every value as text.
pub(crate) fn patch(op: Op, path: impl Into<String>, value: Option<&str>) -> PatchOperation {
    PatchOperation::builder().op(op).path(path).set_value(value.map(ToOwned::to_owned)).build()
}

/// A name as a step of a patch's path, which is a JSON pointer.
pub(crate) fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// The ARN of an API, or with `beneath` of something under it; it names no account.
pub(crate) fn arn(cloud: &Clients, rest_api_id: &str, beneath: &str) -> String {
    format!("arn:{}:apigateway:{}::/restapis/{rest_api_id}{beneath}", cloud.partition, cloud.region)
}

fn live(cloud: &Clients, api: &Described) -> Live<Outputs, Spec> {
    Live { outputs: outputs(cloud, api.id.clone(), api.root_resource_id.clone()), spec: spec(api) }
}

fn spec(api: &Described) -> Spec {
    let types = api.endpoint_configuration().map(EndpointConfiguration::types).unwrap_or_default();
    Spec {
        name: api.name().unwrap_or_default().to_owned(),
        description: api.description().unwrap_or_default().to_owned(),
        endpoint_type: types.first().map_or_else(|| "EDGE".into(), spelled),
        binary_media_types: api.binary_media_types().iter().cloned().collect(),
        tags: user_tags(&tags(api)),
    }
}

fn outputs(cloud: &Clients, id: Option<String>, root_resource_id: Option<String>) -> Outputs {
    let id = id.unwrap_or_default();
    Outputs { arn: arn(cloud, &id, ""), root_resource_id: root_resource_id.unwrap_or_default(), id }
}

fn tags(api: &Described) -> BTreeMap<String, String> {
    api.tags().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn patches(live: &Spec, want: &Spec) -> Vec<PatchOperation> {
    let settings = [
        ("/name", &live.name, &want.name),
        ("/description", &live.description, &want.description),
        // An API has exactly one type, so it is changed by its position.
        ("/endpointConfiguration/types/0", &live.endpoint_type, &want.endpoint_type),
    ];
    let changed = settings.into_iter().filter(|(_, old, new)| old != new);
    // Only a description can be empty, and API Gateway takes none that is.
    let changed = changed.map(|(path, _, new)| match new.as_str() {
        "" => patch(Op::Remove, path, None),
        new => patch(Op::Replace, path, Some(new)),
    });
    let media_type =
        |op: Op| move |name: &String| patch(op.clone(), format!("/binaryMediaTypes/{}", escaped(name)), None);
    let added = want.binary_media_types.difference(&live.binary_media_types).map(media_type(Op::Add));
    let removed = live.binary_media_types.difference(&want.binary_media_types).map(media_type(Op::Remove));
    changed.chain(added).chain(removed).collect()
}
