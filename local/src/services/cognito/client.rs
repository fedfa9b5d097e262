//! App clients of a pool: create, describe, update, delete, list.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    services::cognito::{
        Cognito, Operation,
        client_settings::{self},
        context::Context,
        moment::Moment,
        paging,
        pool::UserPool,
        random, refusal,
    },
    store::table::Row,
    wire::error::AwsError,
};

/// An app client.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Client {
    pub(super) id: String,
    name: String,
    pub(super) secret: Option<String>,
    created: Moment,
    modified: Moment,
    /// The configurable members of `DescribeUserPoolClient`.
    pub(super) settings: Map<String, Value>,
}

impl Row for Client {}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

impl Client {
    /// Whether errors must not show that a user does not exist.
    pub(super) fn hides_users(&self) -> bool {
        self.settings["PreventUserExistenceErrors"] == "ENABLED"
    }

    /// Whether a refresh returns a new refresh token.
    pub(super) fn rotates(&self) -> bool {
        self.settings.get("RefreshTokenRotation").is_some_and(|rotation| rotation["Feature"] == "ENABLED")
    }
}

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "CreateUserPoolClient" => Operation::Changes(create),
        "DescribeUserPoolClient" => Operation::Reads(describe),
        "UpdateUserPoolClient" => Operation::Changes(update),
        "DeleteUserPoolClient" => Operation::Changes(delete),
        "ListUserPoolClients" => Operation::Reads(list),
        _ => return None,
    })
}

impl UserPool {
    /// The client with this ID.
    pub(super) fn client(&self, id: &str) -> Result<&Client, AwsError> {
        self.clients.get(id).ok_or_else(|| refusal::no_client(id))
    }
}

fn described(pool: &str, client: &Client) -> Value {
    let mut members = client.settings.clone();
    members.extend([
        ("UserPoolId".to_owned(), json!(pool)),
        ("ClientId".to_owned(), json!(client.id)),
        ("ClientName".to_owned(), json!(client.name)),
        ("CreationDate".to_owned(), client.created.date()),
        ("LastModifiedDate".to_owned(), client.modified.date()),
    ]);
    members.extend(client.secret.as_ref().map(|secret| ("ClientSecret".to_owned(), json!(secret))));
    json!({ "UserPoolClient": members })
}

fn create(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let input = context.input();
    let pool = cognito.pool_mut(context)?;
    let generated =
        (context.member("GenerateSecret") == Some(&json!(true))).then(|| random::text(random::LOWERCASE, 51));
    let secret = context.call.text("ClientSecret").map(str::to_owned).or(generated);
    let client = Client {
        id: random::text(random::LOWERCASE, 26),
        name: context.text("ClientName").to_owned(),
        settings: client_settings::settings(pool, input, secret.is_some())?,
        secret,
        created: context.now,
        modified: context.now,
    };
    let answer = described(&pool.id, &client);
    pool.clients.insert(client.id.clone(), client);
    Ok(answer)
}

fn describe(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool(context)?;
    Ok(described(&pool.id, pool.client(context.text("ClientId"))?))
}

fn update(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let input = context.input();
    let pool = cognito.pool_mut(context)?;
    let has_secret = pool.client(context.text("ClientId"))?.secret.is_some();
    let settings = client_settings::settings(pool, input, has_secret)?;
    let client = pool.clients.get_mut(context.text("ClientId")).expect("it was found above");
    client.settings = settings;
    client.modified = context.now;
    if let Some(name) = context.call.text("ClientName") {
        name.clone_into(&mut client.name);
    }
    Ok(described(&pool.id, client))
}

fn delete(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let id = context.text("ClientId");
    pool.clients.remove(id).ok_or_else(|| refusal::no_client(id))?;
    Ok(json!({}))
}

fn list(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool(context)?;
    let listed = pool.clients.values().map(|client| {
        let members = json!({ "UserPoolId": pool.id, "ClientId": client.id, "ClientName": client.name });
        (client.id.clone(), members)
    });
    let page = paging::page(context, "MaxResults", "NextToken", listed)?;
    Ok(paging::answer("UserPoolClients", "NextToken", page))
}
