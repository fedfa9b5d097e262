//! The kind `user_pool_client`.

use aws_sdk_cognitoidentityprovider::types::UserPoolClientType;

use super::{
    spec::{Outputs, Spec, existence, flows, number, spec, units},
    update,
};
use crate::{
    aws::{Clients, Context, call, look, once, operation, remove},
    engine::{
        Beneath, ByParent, Claim, Field, Found, FoundOf, Kind, Live, Plain, Replacement, Resource, ResourceError,
        Result, Verdict, Work,
    },
    resources::user_pool::UserPool,
};

const RESET: &str = "UpdateUserPoolClient resets what it is not sent";

/// The kind.
#[derive(Debug)]
pub struct UserPoolClient;

impl Resource for UserPoolClient {
    const KIND: Kind = Kind::new("user_pool_client");
    const FIELDS: &'static [Field] = &[
        Field::immutable("user_pool_id", "a client belongs to its pool"),
        Field::reset("name", RESET).config("deployment.clientName"),
        Field::immutable("generate_secret", "UpdateUserPoolClient has no GenerateSecret")
            .config("client.generateSecret"),
        Field::reset("explicit_auth_flows", RESET).config("client.explicitAuthFlows"),
        Field::reset("access_token_validity_minutes", RESET).config("client.accessTokenValidityMinutes"),
        Field::reset("id_token_validity_minutes", RESET).config("client.idTokenValidityMinutes"),
        Field::reset("refresh_token_validity_days", RESET).config("client.refreshTokenValidityDays"),
        Field::reset("prevent_user_existence_errors", RESET).config("client.preventUserExistenceErrors"),
    ];
    const REPLACEMENT: Replacement = Replacement::CreateFirst;
    const DIES_WITH: &'static [Kind] = &[UserPool::KIND];
    const LISTED_LATE: bool = false;
    const WORK: Work = Work::cognito(300);

    type Ownership = ByParent;
    type Promise = Plain;

    type Clients = Clients;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        outputs.id.clone()
    }

    async fn read(context: &Context<'_>, outputs: &Outputs, _claim: &Claim) -> Result<FoundOf<Self>> {
        let client = describe(context, outputs).await?;
        let live = |client| Live { outputs: outputs.clone(), spec: spec(&outputs.user_pool_id, &client) };
        Ok(client.map_or(Found::Nothing, |client| Found::Ours(live(client))))
    }

    async fn find(context: &Context<'_>, spec: &Spec, claim: &Claim, known: &[Outputs]) -> Result<FoundOf<Self>> {
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

    async fn create(context: &Context<'_>, spec: &Spec, _claim: &Claim) -> Result<Outputs> {
        let pool = spec.user_pool_id.known();
        let _alone = context.alone(pool).await;
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
            ResourceError::new(Verdict::Ambiguous, "cognito-idp:CreateUserPoolClient returned a response without an id")
        })?;
        // A client whose secret is not shown would be replaced by every run.
        if spec.generate_secret && client.is_some_and(|client| client.client_secret.is_none()) {
            return Err(ResourceError::refused(format!("app client `{id}` was asked for a secret and has none"))
                .hint("this server generates no secrets: set `client.generateSecret` to false"));
        }
        Ok(Outputs { id, user_pool_id: pool.clone() })
    }

    async fn update(context: &Context<'_>, outputs: &Outputs, _live: &Spec, want: &Spec) -> Result<Outputs> {
        let _alone = context.alone(&outputs.user_pool_id).await;
        update::update(context, outputs, want).await?;
        Ok(outputs.clone())
    }

    async fn delete(context: &Context<'_>, outputs: &Outputs) -> Result<()> {
        let _alone = context.alone(&outputs.user_pool_id).await;
        let request =
            context.cloud.cognito.delete_user_pool_client().user_pool_id(&outputs.user_pool_id).client_id(&outputs.id);
        remove(context, &operation::DELETE_USER_POOL_CLIENT, || request.clone().send()).await
    }
}

impl Beneath for UserPoolClient {
    const PARENT: Kind = UserPool::KIND;
    const PARENT_OUTPUT: &'static str = "id";

    fn parent(live: &Spec) -> &str {
        live.user_pool_id.known()
    }
}

async fn describe(context: &Context<'_>, outputs: &Outputs) -> Result<Option<UserPoolClientType>> {
    let cognito = &context.cloud.cognito;
    let request = cognito.describe_user_pool_client().user_pool_id(&outputs.user_pool_id).client_id(&outputs.id);
    let answer = look(context, &operation::DESCRIBE_USER_POOL_CLIENT, || request.clone().send()).await?;
    let missing =
        || ResourceError::refused("cognito-idp:DescribeUserPoolClient returned a response without the client");
    answer.map(|answer| answer.user_pool_client.ok_or_else(missing)).transpose()
}

/// The clients of a pool that have this name; none when the pool is gone.
async fn named(context: &Context<'_>, pool: &str, name: &str) -> Result<Vec<Outputs>> {
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
