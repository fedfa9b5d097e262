//! The authorizer of an API: it lets calls with a token of a Cognito user pool pass.
//!
//! It has no tags, but its name is unique within the API, and the API is ours: so it is known by its name. The name is
//! also what an import of routes ties to (`api_routes`), and AWS does not say whether an import keeps ids. Therefore a
//! read looks for the recorded id first and for the name then, and answers the id that holds now.

use std::time::Duration;

use aws_sdk_apigateway::types::{Authorizer as Described, AuthorizerType, Op, PatchOperation};
use serde::{Deserialize, Serialize};

use super::{kept::kept, rest_api::patch};
use crate::{
    aws::{Clients, Context, call, look, meant, operation, remove, settle},
    engine::{
        Beneath, ByParent, Claim, Field, Found, FoundOf, Input, Kind, Live, Plain, Replacement, Resource,
        ResourceError, Result, Unmanaged, Work,
    },
    resources::rest_api::RestApi,
};

/// AWS's own default, which it may leave out of its answers.
const DEFAULT_TTL_SECONDS: i32 = 300;

/// Where API Gateway looks for a token when nothing is said.
const DEFAULT_IDENTITY_SOURCE: &str = "method.request.header.Authorization";

/// How long another change of the API is waited for.
const BUSY: Duration = Duration::from_mins(2);

/// The kind.
pub struct Authorizer;

/// What an authorizer is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub rest_api_id: Input<String>,
    /// Unique within the API.
    pub name: String,
    /// The user pools whose tokens pass, sorted.
    pub provider_arns: Vec<Input<String>>,
    /// Where the token is, as `method.request.header.Authorization`.
    pub identity_source: String,
    /// Seconds for which a verdict on a token is remembered, 0–3600.
    pub ttl_seconds: i32,
}

/// What AWS calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outputs {
    /// What methods refer to.
    pub id: String,
    pub rest_api_id: String,
    pub name: String,
}

impl Resource for Authorizer {
    const KIND: Kind = Kind::new("authorizer");
    const FIELDS: &'static [Field] = &[
        Field::immutable("rest_api_id", "an authorizer belongs to its API"),
        Field::managed("name"),
        Field::managed("provider_arns"),
        Field::managed("identity_source"),
        Field::managed("ttl_seconds"),
    ];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[RestApi::KIND];
    const LISTED_LATE: bool = false;
    const WORK: Work = Work::apigateway(300);

    type Ownership = ByParent;
    type Promise = Plain;

    type Clients = Clients;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        outputs.id.clone()
    }

    async fn read(context: &Context<'_>, outputs: &Outputs, _claim: &Claim) -> Result<FoundOf<Self>> {
        let all = list(context, &outputs.rest_api_id).await?;
        let by_id = all.iter().find(|one| one.id() == Some(&outputs.id));
        let found = by_id.or_else(|| all.iter().find(|one| one.name() == Some(&outputs.name) && is_cognito(one)));
        let Some(found) = found else { return Ok(Found::Nothing) };
        let mut live = live(&outputs.rest_api_id, found);
        if found.id().is_none_or(|id| id == outputs.id) {
            live.outputs = outputs.clone();
        }
        Ok(Found::Ours(live))
    }

    async fn find(context: &Context<'_>, spec: &Spec, _claim: &Claim, known: &[Outputs]) -> Result<FoundOf<Self>> {
        let rest_api_id = spec.rest_api_id.known();
        let all = list(context, rest_api_id).await?;
        let mut unknown = all.iter().filter(|one| known.iter().all(|other| Some(other.id.as_str()) != one.id()));
        Ok(match unknown.find(|one| one.name() == Some(&spec.name)) {
            None => Found::Nothing,
            Some(one) if is_cognito(one) => Found::Ours(live(rest_api_id, one)),
            Some(_) => Found::NotOurs(Unmanaged {
                thing: format!("authorizer `{}` of REST API `{rest_api_id}`", spec.name),
                whose: "is not for a Cognito user pool, so it was not created by stackctl".into(),
                hints: Vec::new(),
            }),
        })
    }

    async fn create(context: &Context<'_>, spec: &Spec, _claim: &Claim) -> Result<Outputs> {
        let rest_api_id = spec.rest_api_id.known();
        let _alone = context.alone(rest_api_id).await;
        let request = context
            .cloud
            .apigateway
            .create_authorizer()
            .rest_api_id(rest_api_id)
            .name(&spec.name)
            .r#type(AuthorizerType::CognitoUserPools)
            .set_provider_arns(Some(spec.provider_arns.iter().map(|arn| arn.known().clone()).collect()))
            .identity_source(&spec.identity_source)
            .authorizer_result_ttl_in_seconds(spec.ttl_seconds);
        let created = settle::until(context, BUSY, "another change of the REST API to end", || async {
            match call(context, &operation::CREATE_AUTHORIZER, || request.clone().send()).await {
                Err(error) if is_busy(&error) => there(context, rest_api_id).await.map(|()| None),
                created => created.map(Some),
            }
        })
        .await?;
        Ok(outputs(rest_api_id, created.id, created.name))
    }

    async fn update(context: &Context<'_>, outputs: &Outputs, live: &Spec, want: &Spec) -> Result<Outputs> {
        let _alone = context.alone(&outputs.rest_api_id).await;
        let client = &context.cloud.apigateway;
        let request = client
            .update_authorizer()
            .rest_api_id(&outputs.rest_api_id)
            .authorizer_id(&outputs.id)
            .set_patch_operations(Some(patches(live, want)));
        let answer = call(context, &operation::UPDATE_AUTHORIZER, || request.clone().send()).await?;
        let answer = Described::builder()
            .set_name(answer.name)
            .set_provider_arns(answer.provider_arns)
            .set_identity_source(answer.identity_source)
            .set_authorizer_result_ttl_in_seconds(answer.authorizer_result_ttl_in_seconds)
            .build();
        let answer = self::live(&outputs.rest_api_id, &answer);
        kept(&format!("authorizer `{}`", outputs.id), &answer.spec, want, &[])?;
        Ok(Outputs { name: want.name.clone(), ..outputs.clone() })
    }

    async fn delete(context: &Context<'_>, outputs: &Outputs) -> Result<()> {
        let _alone = context.alone(&outputs.rest_api_id).await;
        let client = &context.cloud.apigateway;
        let request = client.delete_authorizer().rest_api_id(&outputs.rest_api_id).authorizer_id(&outputs.id);
        remove(context, &operation::DELETE_AUTHORIZER, || request.clone().send()).await
    }
}

impl Beneath for Authorizer {
    const PARENT: Kind = RestApi::KIND;
    const PARENT_OUTPUT: &'static str = "id";

    fn parent(live: &Spec) -> &str {
        live.rest_api_id.known()
    }
}

/// What API Gateway says of an API that another change is under way of, and in `CreateAuthorizer` of one that is gone.
fn is_busy(error: &ResourceError) -> bool {
    error.code.as_deref() == Some("ConflictException") && error.message.contains("concurrent modification")
}

/// Makes sure that an API is there, so that no change of it is waited for in vain.
async fn there(context: &Context<'_>, rest_api_id: &str) -> Result<()> {
    let request = context.cloud.apigateway.get_rest_api().rest_api_id(rest_api_id);
    match look(context, &operation::GET_REST_API, || request.clone().send()).await? {
        Some(_) => Ok(()),
        None => Err(ResourceError::refused(format!("REST API `{rest_api_id}` not found"))
            .hint("it was deleted during this run: run the command again to create it")),
    }
}

/// Lists the authorizers of an API; none when the API is gone.
async fn list(context: &Context<'_>, rest_api_id: &str) -> Result<Vec<Described>> {
    let mut all = Vec::new();
    let mut position = None;
    loop {
        let client = &context.cloud.apigateway;
        let request = client.get_authorizers().rest_api_id(rest_api_id).limit(500).set_position(position);
        let Some(page) = look(context, &operation::GET_AUTHORIZERS, || request.clone().send()).await? else {
            return Ok(Vec::new());
        };
        all.extend(page.items.unwrap_or_default());
        match page.position {
            Some(next) => position = Some(next),
            None => return Ok(all),
        }
    }
}

fn is_cognito(authorizer: &Described) -> bool {
    authorizer.r#type().map(meant) == Some(AuthorizerType::CognitoUserPools)
}

fn live(rest_api_id: &str, authorizer: &Described) -> Live<Outputs, Spec> {
    let mut provider_arns = authorizer.provider_arns().to_vec();
    provider_arns.sort_unstable();
    let spec = Spec {
        rest_api_id: rest_api_id.into(),
        name: authorizer.name().unwrap_or_default().to_owned(),
        provider_arns: provider_arns.into_iter().map(Input::Known).collect(),
        identity_source: authorizer.identity_source().unwrap_or(DEFAULT_IDENTITY_SOURCE).to_owned(),
        ttl_seconds: authorizer.authorizer_result_ttl_in_seconds.unwrap_or(DEFAULT_TTL_SECONDS),
    };
    Live { outputs: outputs(rest_api_id, authorizer.id.clone(), authorizer.name.clone()), spec }
}

fn outputs(rest_api_id: &str, id: Option<String>, name: Option<String>) -> Outputs {
    Outputs { id: id.unwrap_or_default(), rest_api_id: rest_api_id.to_owned(), name: name.unwrap_or_default() }
}

fn patches(live: &Spec, want: &Spec) -> Vec<PatchOperation> {
    let (old_ttl, new_ttl) = (live.ttl_seconds.to_string(), want.ttl_seconds.to_string());
    let settings = [
        ("/name", &live.name, &want.name),
        ("/identitySource", &live.identity_source, &want.identity_source),
        ("/authorizerResultTtlInSeconds", &old_ttl, &new_ttl),
    ];
    let changed = settings.into_iter().filter(|(_, old, new)| old != new);
    let changed = changed.map(|(path, _, new)| patch(Op::Replace, path, Some(new)));
    let provider = |op: Op| move |arn: &Input<String>| patch(op.clone(), "/providerARNs", Some(arn.known()));
    let added = want.provider_arns.iter().filter(|arn| !live.provider_arns.contains(arn));
    let removed = live.provider_arns.iter().filter(|arn| !want.provider_arns.contains(arn));
    // AWS refuses a moment without any user pool, so the new ones come first.
    changed.chain(added.map(provider(Op::Add))).chain(removed.map(provider(Op::Remove))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(pools: &[&str]) -> Spec {
        Spec {
            rest_api_id: "api".into(),
            name: "pool".into(),
            provider_arns: pools.iter().map(|arn| Input::from(*arn)).collect(),
            identity_source: "method.request.header.Authorization".into(),
            ttl_seconds: 300,
        }
    }

    #[test]
    fn a_new_pool_is_added_before_the_old_one_is_removed() {
        let patches = patches(&spec(&["old"]), &spec(&["new"]));
        let seen: Vec<_> = patches.iter().map(|one| (one.op().cloned(), one.value())).collect();
        assert_eq!(seen, [(Some(Op::Add), Some("new")), (Some(Op::Remove), Some("old"))]);
    }
}
