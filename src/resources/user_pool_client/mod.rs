//! `user_pool_client`: the app client through which users sign in.

mod update;

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::types::{
    PreventUserExistenceErrorTypes, TimeUnitsType, TokenValidityUnitsType, UserPoolClientType,
};
use serde::{Deserialize, Serialize};

use crate::{
    aws::{Cloud, call, look, meant, once, operation, remove, spelled},
    engine::{
        Beneath, ByParent, Claim, Context, Found, Immutable, Input, Kind, Live, Plain, Replacement, Resource,
        ResourceError, Verdict,
    },
};

/// The kind.
#[derive(Debug)]
pub struct UserPoolClient;

/// How an app client is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The pool.
    pub user_pool_id: Input<String>,
    /// The name; Cognito allows it twice.
    pub name: String,
    /// Whether it has a secret.
    pub generate_secret: bool,
    /// The ways to sign in.
    pub explicit_auth_flows: BTreeSet<String>,
    /// 5 to 1440; `None` in a live one is no whole number of minutes.
    pub access_token_validity_minutes: Option<u32>,
    /// 5 to 1440; `None` in a live one is no whole number of minutes.
    pub id_token_validity_minutes: Option<u32>,
    /// 1 to 3650; `None` in a live one is no whole number of days.
    pub refresh_token_validity_days: Option<u32>,
    /// Whether an unknown user is answered like a wrong password.
    pub prevent_user_existence_errors: bool,
}

/// What an app client is called. Its secret is not among it: Cognito shows it again at any time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outputs {
    /// The client id.
    pub id: String,
    /// The pool it is in.
    pub user_pool_id: String,
}

impl Resource for UserPoolClient {
    const KIND: Kind = Kind::new("user_pool_client");
    const IMMUTABLE: &'static [Immutable] = &[Immutable::chosen("generate_secret"), Immutable::derived("user_pool_id")];
    const REPLACEMENT: Replacement = Replacement::CreateFirst;
    const DIES_WITH: &'static [Kind] = &[Kind::new("user_pool")];
    const SECRET: &'static [&'static str] = &[];
    const LISTED_LATE: bool = false;

    type Ownership = ByParent;
    type Promise = Plain;

    type Cloud = Cloud;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        outputs.id.clone()
    }

    async fn read(
        context: &Context<'_, Cloud>,
        outputs: &Outputs,
        _claim: &Claim,
    ) -> Result<Found<Outputs, Spec>, ResourceError> {
        let client = describe(context, outputs).await?;
        let live = |client| Live { outputs: outputs.clone(), spec: spec(&outputs.user_pool_id, &client) };
        Ok(client.map_or(Found::Nothing, |client| Found::Ours(live(client))))
    }

    async fn find(
        context: &Context<'_, Cloud>,
        spec: &Spec,
        claim: &Claim,
        known: &[Outputs],
    ) -> Result<Found<Outputs, Spec>, ResourceError> {
        // A client has no tags: its name under a pool of ours stands for the claim.
        for outputs in named(context, spec.user_pool_id.known(), &spec.name).await? {
            if known.contains(&outputs) {
                continue;
            }
            if let Found::Ours(live) = Self::read(context, &outputs, claim).await? {
                return Ok(Found::Ours(live));
            }
        }
        Ok(Found::Nothing)
    }

    async fn create(context: &Context<'_, Cloud>, spec: &Spec, _claim: &Claim) -> Result<Outputs, ResourceError> {
        let pool = spec.user_pool_id.known();
        let _alone = context.cloud.alone(pool).await;
        let request = context
            .cloud
            .cognito
            .create_user_pool_client()
            .user_pool_id(pool)
            .client_name(&spec.name)
            .generate_secret(spec.generate_secret)
            .set_explicit_auth_flows(Some(flows(spec)))
            .set_access_token_validity(spec.access_token_validity_minutes.map(number))
            .set_id_token_validity(spec.id_token_validity_minutes.map(number))
            .set_refresh_token_validity(spec.refresh_token_validity_days.map(number))
            .token_validity_units(units())
            .prevent_user_existence_errors(existence(spec));
        let answer = call(context, &operation::CREATE_USER_POOL_CLIENT, || {
            request.clone().customize().config_override(once::cognito()).send()
        })
        .await?;
        let client = answer.user_pool_client;
        let id = client.as_ref().and_then(|client| client.client_id.clone()).ok_or_else(|| {
            ResourceError::new(Verdict::Ambiguous, "cognito-idp:CreateUserPoolClient answered without an id")
        })?;
        // A client whose secret is not shown would be replaced by every run.
        if spec.generate_secret && client.is_some_and(|client| client.client_secret.is_none()) {
            return Err(ResourceError::refused(format!("app client `{id}` was asked for a secret and has none"))
                .hint("this server generates no secrets: set `client.generateSecret` to false"));
        }
        Ok(Outputs { id, user_pool_id: pool.clone() })
    }

    async fn update(
        context: &Context<'_, Cloud>,
        outputs: &Outputs,
        _live: &Spec,
        want: &Spec,
    ) -> Result<Outputs, ResourceError> {
        let _alone = context.cloud.alone(&outputs.user_pool_id).await;
        update::update(context, outputs, want).await?;
        Ok(outputs.clone())
    }

    async fn delete(context: &Context<'_, Cloud>, outputs: &Outputs) -> Result<(), ResourceError> {
        let _alone = context.cloud.alone(&outputs.user_pool_id).await;
        let request =
            context.cloud.cognito.delete_user_pool_client().user_pool_id(&outputs.user_pool_id).client_id(&outputs.id);
        remove(context, &operation::DELETE_USER_POOL_CLIENT, || request.clone().send()).await
    }
}

impl Beneath for UserPoolClient {
    const PARENT: Kind = Kind::new("user_pool");
    const PARENT_OUTPUT: &'static str = "id";

    fn parent(live: &Spec) -> &str {
        live.user_pool_id.known()
    }
}

async fn describe(
    context: &Context<'_, Cloud>,
    outputs: &Outputs,
) -> Result<Option<UserPoolClientType>, ResourceError> {
    let cognito = &context.cloud.cognito;
    let request = cognito.describe_user_pool_client().user_pool_id(&outputs.user_pool_id).client_id(&outputs.id);
    let answer = look(context, &operation::DESCRIBE_USER_POOL_CLIENT, || request.clone().send()).await?;
    let missing = || ResourceError::refused("cognito-idp:DescribeUserPoolClient answered without the client");
    answer.map(|answer| answer.user_pool_client.ok_or_else(missing)).transpose()
}

/// The clients of a pool that have this name; none when the pool is gone.
async fn named(context: &Context<'_, Cloud>, pool: &str, name: &str) -> Result<Vec<Outputs>, ResourceError> {
    let (mut found, mut page) = (Vec::new(), None);
    loop {
        let cognito = &context.cloud.cognito;
        let request = cognito.list_user_pool_clients().user_pool_id(pool).max_results(60).set_next_token(page);
        let answer = look(context, &operation::LIST_USER_POOL_CLIENTS, || request.clone().send()).await?;
        let Some(answer) = answer else { return Ok(found) };
        let clients = answer.user_pool_clients.unwrap_or_default().into_iter();
        let clients = clients.filter(|client| client.client_name.as_deref() == Some(name));
        let ids = clients.filter_map(|client| client.client_id);
        found.extend(ids.map(|id| Outputs { id, user_pool_id: pool.to_owned() }));
        page = answer.next_token;
        if page.is_none() {
            return Ok(found);
        }
    }
}

fn spec(pool: &str, client: &UserPoolClientType) -> Spec {
    let units = client.token_validity_units.clone().unwrap_or_else(|| TokenValidityUnitsType::builder().build());
    let hours = TimeUnitsType::Hours;
    let access = (client.access_token_validity.unwrap_or(0), units.access_token.unwrap_or(hours.clone()));
    let id = (client.id_token_validity.unwrap_or(0), units.id_token.unwrap_or(hours));
    let refresh = (client.refresh_token_validity, units.refresh_token.unwrap_or(TimeUnitsType::Days));
    let prevents = Some(PreventUserExistenceErrorTypes::Enabled);
    // What Cognito allows where nothing is said.
    let usual = || ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"].map(str::to_owned).into();
    let flows = client.explicit_auth_flows.as_ref().filter(|flows| !flows.is_empty());
    Spec {
        user_pool_id: pool.into(),
        name: client.client_name.clone().unwrap_or_default(),
        generate_secret: client.client_secret.is_some(),
        explicit_auth_flows: flows.map_or_else(usual, |flows| flows.iter().map(spelled).collect()),
        access_token_validity_minutes: whole(access, 60, 60),
        id_token_validity_minutes: whole(id, 60, 60),
        refresh_token_validity_days: whole(refresh, 86_400, 30),
        prevent_user_existence_errors: client.prevent_user_existence_errors.as_ref().map(meant) == prevents,
    }
}

/// A validity in other units, when it is a whole number of them; a zero stands for Cognito's default.
fn whole((validity, unit): (i32, TimeUnitsType), seconds: u32, default: u32) -> Option<u32> {
    if validity == 0 {
        return Some(default);
    }
    let factor = match meant(&unit) {
        TimeUnitsType::Seconds => 1,
        TimeUnitsType::Minutes => 60,
        TimeUnitsType::Hours => 3_600,
        TimeUnitsType::Days => 86_400,
        _ => return None,
    };
    let total = u32::try_from(validity).ok()?.checked_mul(factor)?;
    (total % seconds == 0).then_some(total / seconds)
}

fn flows(spec: &Spec) -> Vec<aws_sdk_cognitoidentityprovider::types::ExplicitAuthFlowsType> {
    spec.explicit_auth_flows.iter().map(|flow| flow.as_str().into()).collect()
}

/// Without units a validity of 60 would be 60 hours.
fn units() -> TokenValidityUnitsType {
    TokenValidityUnitsType::builder()
        .access_token(TimeUnitsType::Minutes)
        .id_token(TimeUnitsType::Minutes)
        .refresh_token(TimeUnitsType::Days)
        .build()
}

fn existence(spec: &Spec) -> PreventUserExistenceErrorTypes {
    if spec.prevent_user_existence_errors {
        PreventUserExistenceErrorTypes::Enabled
    } else {
        PreventUserExistenceErrorTypes::Legacy
    }
}

fn number(number: u32) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validities_are_compared_in_whole_minutes_and_days() {
        assert_eq!(whole((1, TimeUnitsType::Hours), 60, 60), Some(60));
        assert_eq!(whole((90, TimeUnitsType::Seconds), 60, 60), None);
        assert_eq!(whole((0, TimeUnitsType::Days), 86_400, 30), Some(30));
        assert_eq!(whole((48, TimeUnitsType::Hours), 86_400, 30), Some(2));
    }
}
