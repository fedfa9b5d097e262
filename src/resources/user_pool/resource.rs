//! The kind `user_pool`.

use std::time::Duration;

use aws_sdk_cognitoidentityprovider::types::UserPoolType;
use serde_json::{Map, Value, json};

use super::{
    echo, mfa, settings,
    spec::{Outputs, Spec},
};
use crate::{
    aws::{
        Clients, Context, Tagged, Tagging, call, carries, claim_of, claimed, look, once, operation, remove, settle,
        unmanaged,
        verbatim::{self, Verbatim},
    },
    engine::{
        ByTags, Claim, Count, Discover, Discovered, Field, Found, FoundOf, Kind, Live, Replacement, Resource,
        ResourceError, Result, Scope, UserData, Verdict, Work,
    },
    resources::{many::each, tags::TagChanges},
};

const RESET: &str = "UpdateUserPool resets what it is not sent";

/// The kind.
#[derive(Debug)]
pub struct UserPool;

impl Resource for UserPool {
    const KIND: Kind = Kind::new("user_pool");
    // AliasAttributes and the schema are fixed as well. A pool gets neither an alias nor an attribute of its own here.
    const FIELDS: &'static [Field] = &[
        Field::managed("name").config("deployment.userPoolName"),
        Field::immutable("username_attributes", "UpdateUserPool has no UsernameAttributes")
            .config("userPool.usernameAttributes"),
        Field::immutable("case_sensitive", "UpdateUserPool has no UsernameConfiguration")
            .config("userPool.caseSensitive")
            .or("false"),
        Field::managed("mfa").config("userPool.mfa"),
        Field::reset("password_policy", RESET).config("userPool.passwordPolicy"),
        Field::reset("auto_verified_attributes", RESET).config("userPool.autoVerifiedAttributes"),
        Field::reset("deletion_protection", RESET).config("userPool.deletionProtection"),
        Field::reset("self_sign_up", RESET).config("userPool.selfSignUp"),
        Field::reset("account_recovery", RESET).config("userPool.accountRecovery"),
        Field::managed("tags").config("deployment.tags"),
    ];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[];
    const LISTED_LATE: bool = true;
    const WORK: Work = Work::cognito(1_200);

    type Ownership = ByTags;
    type Promise = UserData;

    type Clients = Clients;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        outputs.id.clone()
    }

    async fn read(context: &Context<'_>, outputs: &Outputs, claim: &Claim) -> Result<FoundOf<Self>> {
        let Some(pool) = describe(context, &outputs.id).await? else { return Ok(Found::Nothing) };
        let (thing, tags) = (format!("user pool `{}`", outputs.id), settings::all_tags(&pool));
        let tagging = Tagging::Resource { service: "cognito-idp", arn: &outputs.arn };
        match unmanaged(context.cloud, Tagged { thing, tags: &tags, tagging }, claim) {
            None => live(context, &pool).await.map(Found::Ours),
            Some(unmanaged) => Ok(Found::NotOurs(unmanaged)),
        }
    }

    async fn find(context: &Context<'_>, spec: &Spec, claim: &Claim, known: &[Outputs]) -> Result<FoundOf<Self>> {
        let known = |id: &String| known.iter().any(|outputs| outputs.id == *id);
        let named = list(context).await?.into_iter().filter(|(_, name)| *name == spec.name).map(|(id, _)| id);
        for id in named.filter(|id| !known(id)) {
            let Some(pool) = describe(context, &id).await? else { continue };
            // Names are not unique: a pool of the same name with another owner is no obstacle.
            if carries(&settings::all_tags(&pool), claim) {
                return live(context, &pool).await.map(Found::Ours);
            }
        }
        Ok(Found::Nothing)
    }

    async fn create(context: &Context<'_>, spec: &Spec, claim: &Claim) -> Result<Outputs> {
        let cognito = &context.cloud.cognito;
        let request = settings::creation(cognito.create_user_pool(), spec)?
            .set_user_pool_tags(Some(claimed(&spec.tags, claim).into_iter().collect()));
        let answer = call(context, &operation::CREATE_USER_POOL, || {
            request.clone().customize().config_override(once::cognito()).mutate_request(echo::strip).send()
        })
        .await?;
        let outputs = answer.user_pool.as_ref().and_then(outputs);
        let outputs = outputs.ok_or_else(|| {
            ResourceError::new(Verdict::Ambiguous, "cognito-idp:CreateUserPool returned a response without an id")
        })?;
        // CreateUserPool refuses a second factor that is not SMS: it is switched on afterwards.
        if spec.mfa != mfa::OFF {
            mfa::set(context, &outputs.id, &spec.mfa).await?;
        }
        Ok(outputs)
    }

    async fn update(context: &Context<'_>, outputs: &Outputs, live: &Spec, want: &Spec) -> Result<Outputs> {
        let _alone = context.alone(&outputs.id).await;
        change_tags(context, &outputs.arn, TagChanges::between(&live.tags, &want.tags)).await?;
        let rest = Spec { mfa: live.mfa.clone(), tags: live.tags.clone(), ..want.clone() };
        if rest != *live {
            rewrite(context, &outputs.id, |now| settings::managed(now, want)).await?;
        }
        if live.mfa != want.mfa {
            mfa::set(context, &outputs.id, &want.mfa).await?;
        }
        Ok(Outputs { name: want.name.clone(), ..outputs.clone() })
    }

    async fn delete(context: &Context<'_>, outputs: &Outputs) -> Result<()> {
        let _alone = context.alone(&outputs.id).await;
        let Some(pool) = describe(context, &outputs.id).await? else { return Ok(()) };
        // Cognito would refuse, but only after the deletion protection is off.
        if let Some(domain) = pool.custom_domain.as_ref().or(pool.domain.as_ref()) {
            return Err(ResourceError::refused(format!("the user pool still has the domain `{domain}`"))
                .hint("delete the domain first, with `aws cognito-idp delete-user-pool-domain`"));
        }
        if settings::is_protected(&pool) {
            rewrite(context, &outputs.id, |mut now| {
                now.insert("DeletionProtection".into(), json!("INACTIVE"));
                now
            })
            .await?;
        }
        let request = context.cloud.cognito.delete_user_pool().user_pool_id(&outputs.id);
        remove(context, &operation::DELETE_USER_POOL, || request.clone().send()).await
    }
}

impl Discover for UserPool {
    async fn discover(context: &Context<'_>, scope: &Scope, _beneath: &[Value]) -> Result<Discovered<Outputs, Spec>> {
        // Each has to be asked for its tags: its name may be another by now than the configuration says.
        each(list(context).await?, async |(id, _)| {
            let Some(pool) = describe(context, &id).await? else { return Ok(None) };
            let Some(claim) = claim_of(&settings::all_tags(&pool), &Self::KIND, scope) else { return Ok(None) };
            Ok(Some((claim, live(context, &pool).await?)))
        })
        .await
    }
}

impl Count for UserPool {
    async fn count(context: &Context<'_>, outputs: &Outputs) -> Result<u64> {
        let (mut users, mut page) = (0, None);
        loop {
            // `sub` alone: who the users are is of no concern here. The estimate of DescribeUserPool is hours old.
            let cognito = &context.cloud.cognito;
            let request = cognito.list_users().user_pool_id(&outputs.id).attributes_to_get("sub").limit(60);
            let request = request.set_pagination_token(page);
            let answer = look(context, &operation::LIST_USERS, || request.clone().send()).await?;
            let Some(answer) = answer else { return Ok(users) };
            users += answer.users().len() as u64;
            page = answer.pagination_token;
            if page.is_none() {
                return Ok(users);
            }
        }
    }
}

fn outputs(pool: &UserPoolType) -> Option<Outputs> {
    Some(Outputs { id: pool.id.clone()?, arn: pool.arn.clone()?, name: pool.name.clone()? })
}

async fn live(context: &Context<'_>, pool: &UserPoolType) -> Result<Live<Outputs, Spec>> {
    let outputs = outputs(pool).ok_or_else(|| {
        ResourceError::refused("cognito-idp:DescribeUserPool returned a response without the pool's id")
    })?;
    let mfa = mfa::read(context, pool).await?;
    Ok(Live { outputs, spec: settings::spec(pool, mfa) })
}

async fn describe(context: &Context<'_>, id: &str) -> Result<Option<UserPoolType>> {
    let request = context.cloud.cognito.describe_user_pool().user_pool_id(id);
    let answer = look(context, &operation::DESCRIBE_USER_POOL, || request.clone().send()).await?;
    // A pool that seems gone would be created a second time, without its users.
    let missing = || ResourceError::refused("cognito-idp:DescribeUserPool returned a response without the pool");
    answer.map(|answer| answer.user_pool.ok_or_else(missing)).transpose()
}

/// The ids and names of all pools; the list knows none of their tags.
async fn list(context: &Context<'_>) -> Result<Vec<(String, String)>> {
    let (mut all, mut page) = (Vec::new(), None);
    loop {
        let request = context.cloud.cognito.list_user_pools().max_results(60).set_next_token(page);
        let answer = call(context, &operation::LIST_USER_POOLS, || request.clone().send()).await?;
        let pools = answer.user_pools.unwrap_or_default().into_iter();
        all.extend(pools.filter_map(|pool| pool.id.zip(pool.name)));
        page = answer.next_token;
        if page.is_none() {
            return Ok(all);
        }
    }
}

/// Reads the pool, changes it and sends the whole of it back: what `UpdateUserPool` is not told, it resets.
async fn rewrite(
    context: &Context<'_>,
    id: &str,
    change: impl Fn(Map<String, Value>) -> Map<String, Value> + Send + Sync,
) -> Result<()> {
    let change = &change;
    settle::until(context, Duration::from_mins(2), "another change of the user pool to end", || async move {
        let request = Value::Object(change(echo::echo(&verbatim_pool(context, id).await?)));
        let update = context.cloud.cognito.update_user_pool().user_pool_id(id);
        let sent = call(context, &operation::UPDATE_USER_POOL, || {
            let whole = request.clone();
            update.clone().customize().mutate_request(move |sent| verbatim::send_instead(sent, &whole)).send()
        });
        settle::unless(sent.await, "ConcurrentModificationException")
    })
    .await
    .map(drop)
}

/// Everything that Cognito tells of a pool, in its own words.
async fn verbatim_pool(context: &Context<'_>, id: &str) -> Result<Value> {
    let (request, answer) = (context.cloud.cognito.describe_user_pool().user_pool_id(id), Verbatim::default());
    let found = look(context, &operation::DESCRIBE_USER_POOL, || {
        request.clone().customize().interceptor(answer.clone()).send()
    });
    if found.await?.is_none() {
        return Err(ResourceError::refused(format!("user pool `{id}` is missing")));
    }
    match answer.take()["UserPool"].take() {
        // An update out of nothing would reset everything.
        Value::Null => Err(ResourceError::refused("cognito-idp:DescribeUserPool returned a response without the pool")),
        pool => Ok(pool),
    }
}

async fn change_tags(context: &Context<'_>, arn: &str, changes: TagChanges) -> Result<()> {
    let cognito = &context.cloud.cognito;
    if !changes.written.is_empty() {
        let request = cognito.tag_resource().resource_arn(arn).set_tags(Some(changes.written));
        call(context, &operation::POOL_TAG, || request.clone().send()).await?;
    }
    if !changes.removed.is_empty() {
        let request = cognito.untag_resource().resource_arn(arn).set_tag_keys(Some(changes.removed));
        call(context, &operation::POOL_UNTAG, || request.clone().send()).await?;
    }
    Ok(())
}
