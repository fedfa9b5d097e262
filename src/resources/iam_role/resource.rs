//! The kind `iam_role`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    attached,
    spec::{Outputs, Spec},
};
use crate::{
    aws::{Clients, Context, Tagged, Tagging, call, claim_of, claimed, look, operation, remove, unmanaged, user_tags},
    engine::{
        ByTags, Claim, Discover, Discovered, Field, Found, FoundOf, Kind, Live, Plain, Replacement, Resource, Result,
        Scope, Unmanaged, Work,
    },
    resources::{many::each, policy::Policy, tags::TagChanges},
};

/// IAM's limit for a name.
const LONGEST_NAME: usize = 64;

/// The kind.
#[derive(Debug)]
pub struct IamRole;

impl Resource for IamRole {
    const KIND: Kind = Kind::new("iam_role");
    const FIELDS: &'static [Field] = &[
        Field::immutable("name", "IAM cannot rename a role"),
        Field::immutable("path", "IAM cannot move a role"),
        Field::managed("description"),
        Field::managed("assume_role_policy"),
        Field::managed("inline_policies").config("functions.*.policy"),
        Field::managed("managed_policy_arns").config("functions.*.managedPolicies"),
        Field::managed("tags").config("deployment.tags"),
    ];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[];
    const LISTED_LATE: bool = false;
    /// Lambda can assume a new role after 5 to 15 s.
    const WORK: Work = Work::iam(8_500);

    type Ownership = ByTags;
    type Promise = Plain;

    type Clients = Clients;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        outputs.arn.clone()
    }

    async fn read(context: &Context<'_>, outputs: &Outputs, claim: &Claim) -> Result<FoundOf<Self>> {
        seen(context, &outputs.name, claim).await
    }

    async fn find(context: &Context<'_>, spec: &Spec, claim: &Claim, known: &[Outputs]) -> Result<FoundOf<Self>> {
        if known.iter().any(|outputs| outputs.name == spec.name) {
            return Ok(Found::Nothing);
        }
        seen(context, &spec.name, claim).await
    }

    async fn create(context: &Context<'_>, spec: &Spec, claim: &Claim) -> Result<Outputs> {
        let request = context
            .cloud
            .iam
            .create_role()
            .role_name(&spec.name)
            .path(&spec.path)
            .set_description((!spec.description.is_empty()).then(|| spec.description.clone()))
            .assume_role_policy_document(spec.assume_role_policy.text())
            .set_tags(Some(tag_list(claimed(&spec.tags, claim))?));
        call(context, &operation::CREATE_ROLE, || request.clone().send()).await?;
        let created = outputs(context.cloud, &spec.name, &spec.path);
        context.cloud.new_roles.created(&created.arn);
        let bare = Spec { inline_policies: BTreeMap::new(), managed_policy_arns: BTreeSet::new(), ..spec.clone() };
        attached::change(context, &bare, spec).await?;
        Ok(created)
    }

    async fn update(context: &Context<'_>, outputs: &Outputs, live: &Spec, want: &Spec) -> Result<Outputs> {
        let iam = &context.cloud.iam;
        if live.description != want.description {
            let request = iam.update_role().role_name(&outputs.name).description(&want.description);
            call(context, &operation::UPDATE_ROLE, || request.clone().send()).await?;
        }
        if live.assume_role_policy != want.assume_role_policy {
            let document = want.assume_role_policy.text();
            let request = iam.update_assume_role_policy().role_name(&outputs.name).policy_document(document);
            call(context, &operation::UPDATE_ASSUME_ROLE_POLICY, || request.clone().send()).await?;
        }
        attached::change(context, live, want).await?;
        change_tags(context, &outputs.name, TagChanges::between(&live.tags, &want.tags)).await?;
        Ok(outputs.clone())
    }

    async fn delete(context: &Context<'_>, outputs: &Outputs) -> Result<()> {
        attached::remove_all(context, &outputs.name).await?;
        let request = context.cloud.iam.delete_role().role_name(&outputs.name);
        remove(context, &operation::DELETE_ROLE, || request.clone().send()).await
    }
}

impl Discover for IamRole {
    async fn discover(context: &Context<'_>, scope: &Scope, _beneath: &[Value]) -> Result<Discovered<Outputs, Spec>> {
        let region = &context.cloud.region;
        let names = list(context, &path(&scope.stack, &scope.stage)).await?;
        each(names, async |name| {
            let Some(role) = get(context, &name).await? else { return Ok(None) };
            let claim = claim_of(&all_tags(&role), &Self::KIND, scope);
            // The stack in another Region has roles with the same claims: names tell them apart.
            let here = |claim: &Claim| name == name_for(&format!("{}{}", scope.prefix, claim.key.name), region);
            let Some(claim) = claim.filter(here) else { return Ok(None) };
            Ok(Some((claim, live(context, &name, role).await?)))
        })
        .await
    }
}

/// The name of the role of a function.
///
/// Roles belong to the account and not to a Region, so a stack in two Regions would fight for one name: the Region is
/// part of it. A name that would be too long is cut, and a hash of the whole stands for what is missing.
#[must_use]
pub fn name_for(function_name: &str, region: &str) -> String {
    let whole = format!("{function_name}-{region}");
    if whole.len() <= LONGEST_NAME {
        return whole;
    }
    let digest = Sha256::digest(&whole);
    let hash = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    let kept: String = whole.chars().take(LONGEST_NAME - "-01234567".len()).collect();
    format!("{kept}-{hash:08x}")
}

/// The path of all roles of a stack, by which they are found.
#[must_use]
pub fn path(stack: &str, stage: &str) -> String {
    format!("/stackctl/{stack}/{stage}/")
}

/// The ARN is computed: for a moment after its creation IAM shows a role's unique id in its place.
fn outputs(cloud: &Clients, name: &str, path: &str) -> Outputs {
    let arn = format!("arn:{}:iam::{}:role{path}{name}", cloud.partition, cloud.account);
    Outputs { name: name.to_owned(), arn }
}

async fn seen(context: &Context<'_>, name: &str, claim: &Claim) -> Result<Found<Outputs, Spec>> {
    let Some(role) = get(context, name).await? else { return Ok(Found::Nothing) };
    let tagged = Tagged { thing: format!("role `{name}`"), tags: &all_tags(&role), tagging: Tagging::Role(name) };
    match unmanaged(context.cloud, tagged, claim) {
        None if name != claimed_name(claim, &context.cloud.region) => {
            let thing = format!("role `{name}`");
            Ok(Found::NotOurs(Unmanaged {
                thing,
                whose: "belongs to this stack in another Region".into(),
                hints: Vec::new(),
            }))
        }
        None => live(context, name, role).await.map(Found::Ours),
        Some(unmanaged) => Ok(Found::NotOurs(unmanaged)),
    }
}

/// The name of the role with this claim. The same stack in another Region has a role with the same claim but for the token.
fn claimed_name(claim: &Claim, region: &str) -> String {
    name_for(&format!("{}-{}-{}", claim.stack, claim.stage, claim.key.name), region)
}

/// The names of all roles beneath a path; the list knows none of their tags.
async fn list(context: &Context<'_>, path: &str) -> Result<Vec<String>> {
    let (mut names, mut page) = (Vec::new(), None);
    loop {
        let request = context.cloud.iam.list_roles().path_prefix(path).set_marker(page);
        let answer = call(context, &operation::LIST_ROLES, || request.clone().send()).await?;
        names.extend(answer.roles.into_iter().map(|role| role.role_name));
        page = answer.marker;
        if page.is_none() {
            return Ok(names);
        }
    }
}

async fn get(context: &Context<'_>, name: &str) -> Result<Option<types::Role>> {
    let request = context.cloud.iam.get_role().role_name(name);
    let answer = look(context, &operation::GET_ROLE, || request.clone().send()).await?;
    Ok(answer.and_then(|answer| answer.role))
}

async fn live(context: &Context<'_>, name: &str, role: types::Role) -> Result<Live<Outputs, Spec>> {
    let (inline_policies, managed_policy_arns) =
        futures_util::future::try_join(attached::inline(context, name), attached::managed(context, name)).await?;
    let document = role.assume_role_policy_document.as_deref().unwrap_or_default();
    let assume_role_policy = Policy::decode(document).unwrap_or_else(|| Policy::new(&document.into()));
    let path = path_of(&role, name);
    let spec = Spec {
        name: name.to_owned(),
        path: path.clone(),
        description: role.description.clone().unwrap_or_default(),
        assume_role_policy,
        inline_policies,
        managed_policy_arns,
        tags: user_tags(&all_tags(&role)),
    };
    Ok(Live { outputs: outputs(context.cloud, name, &path), spec })
}

/// The path, which is also part of the ARN; IAM's own is `/`.
fn path_of(role: &types::Role, name: &str) -> String {
    let in_arn = || Some(role.arn.split_once(":role")?.1.strip_suffix(name)?.to_owned());
    let path = Some(role.path.clone()).filter(|path| !path.is_empty()).or_else(in_arn);
    path.unwrap_or_else(|| "/".to_owned())
}

fn all_tags(role: &types::Role) -> BTreeMap<String, String> {
    role.tags().iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect()
}

fn tag_list(tags: impl IntoIterator<Item = (String, String)>) -> Result<Vec<types::Tag>> {
    let tags = tags.into_iter().map(|(name, value)| types::Tag::builder().key(name).value(value).build());
    Ok(tags.collect::<Result<_, _>>()?)
}

async fn change_tags(context: &Context<'_>, name: &str, changes: TagChanges) -> Result<()> {
    if !changes.written.is_empty() {
        let request = context.cloud.iam.tag_role().role_name(name).set_tags(Some(tag_list(changes.written)?));
        call(context, &operation::TAG_ROLE, || request.clone().send()).await?;
    }
    if !changes.removed.is_empty() {
        let request = context.cloud.iam.untag_role().role_name(name).set_tag_keys(Some(changes.removed));
        call(context, &operation::UNTAG_ROLE, || request.clone().send()).await?;
    }
    Ok(())
}
