//! Resource servers: the custom scopes of a pool.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    services::cognito::{Cognito, Operation, context::Context, paging, pool::UserPool, refusal},
    store::table::Row,
    wire::error::AwsError,
};

/// A resource server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ResourceServer {
    identifier: String,
    name: String,
    scopes: Vec<Value>,
}

impl Row for ResourceServer {}

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "CreateResourceServer" => Operation::Changes(create),
        "DescribeResourceServer" => Operation::Reads(describe),
        "UpdateResourceServer" => Operation::Changes(update),
        "DeleteResourceServer" => Operation::Changes(delete),
        "ListResourceServers" => Operation::Reads(list),
        _ => return None,
    })
}

impl UserPool {
    /// Whether one of the pool's resource servers has this scope, written `identifier/scope`.
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.resource_servers.values().any(|server| {
            let name = scope.strip_prefix(&server.identifier).and_then(|rest| rest.strip_prefix('/'));
            name.is_some_and(|name| server.scopes.iter().any(|scope| scope["ScopeName"] == name))
        })
    }
}

fn members(pool: &str, server: &ResourceServer) -> Value {
    json!({ "UserPoolId": pool, "Identifier": server.identifier, "Name": server.name, "Scopes": server.scopes })
}

fn missing(identifier: &str) -> AwsError {
    refusal::not_found(format!("Resource server {identifier} does not exist."))
}

fn given(context: &Context<'_>) -> ResourceServer {
    ResourceServer {
        identifier: context.text("Identifier").to_owned(),
        name: context.text("Name").to_owned(),
        scopes: context.member("Scopes").and_then(Value::as_array).cloned().unwrap_or_default(),
    }
}

fn create(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let server = given(context);
    if pool.resource_servers.contains_key(&server.identifier) {
        return Err(refusal::invalid_parameter(format!(
            "{} already exists in user pool {}.",
            server.identifier, pool.id
        )));
    }
    let answer = json!({ "ResourceServer": members(&pool.id, &server) });
    pool.resource_servers.insert(server.identifier.clone(), server);
    Ok(answer)
}

fn describe(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool(context)?;
    let identifier = context.text("Identifier");
    let server = pool.resource_servers.get(identifier).ok_or_else(|| missing(identifier))?;
    Ok(json!({ "ResourceServer": members(&pool.id, server) }))
}

/// Replaces the name and all scopes. Omitted scopes are deleted.
fn update(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let identifier = context.text("Identifier");
    let server = pool.resource_servers.get_mut(identifier).ok_or_else(|| missing(identifier))?;
    *server = given(context);
    Ok(json!({ "ResourceServer": members(&pool.id, server) }))
}

fn delete(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let identifier = context.text("Identifier");
    pool.resource_servers.remove(identifier).ok_or_else(|| missing(identifier))?;
    Ok(json!({}))
}

fn list(context: &Context<'_>, cognito: &Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool(context)?;
    let listed = pool.resource_servers.values().map(|server| (server.identifier.clone(), members(&pool.id, server)));
    let page = paging::page(context, "MaxResults", "NextToken", listed)?;
    Ok(paging::answer("ResourceServers", "NextToken", page))
}
