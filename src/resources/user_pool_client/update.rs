//! Changing a client by sending back everything that Cognito tells of it: what `UpdateUserPoolClient` is not told, it
//! resets.

use std::time::Duration;

use aws_sdk_cognitoidentityprovider::types::TimeUnitsType;
use serde_json::{Map, Value, json};

use super::spec::{Outputs, Spec, existence, spec};
use crate::{
    aws::{
        Context, call, look, operation, settle,
        verbatim::{self, Verbatim},
    },
    engine::{ResourceError, Result},
    resources::kept::kept,
};

/// What is told of a client and cannot be set by an update.
const READ_ONLY: &[&str] = &["ClientSecret", "ClientType", "CreationDate", "LastModifiedDate"];

/// Puts our settings in the place of the client's own.
pub(super) async fn update(context: &Context<'_>, outputs: &Outputs, want: &Spec) -> Result<()> {
    settle::until(context, Duration::from_mins(2), "another change of the app client to end", || async move {
        let request = managed(echo(&verbatim_client(context, outputs).await?), want);
        let cognito = &context.cloud.cognito;
        let update = cognito.update_user_pool_client().user_pool_id(&outputs.user_pool_id).client_id(&outputs.id);
        let sent = call(context, &operation::UPDATE_USER_POOL_CLIENT, || {
            let whole = request.clone();
            update.clone().customize().mutate_request(move |sent| verbatim::send_instead(sent, &whole)).send()
        });
        settle::unless(sent.await, "ConcurrentModificationException")
    })
    .await
    .and_then(|answer| {
        let Some(client) = answer.user_pool_client else { return Ok(()) };
        let answer = Spec { generate_secret: want.generate_secret, ..spec(&outputs.user_pool_id, &client) };
        kept(&format!("app client `{}`", outputs.id), &answer, want, &[])
    })
}

/// Everything that Cognito tells of a client, in its own words.
async fn verbatim_client(context: &Context<'_>, outputs: &Outputs) -> Result<Value> {
    let (cognito, answer) = (&context.cloud.cognito, Verbatim::default());
    let request = cognito.describe_user_pool_client().user_pool_id(&outputs.user_pool_id).client_id(&outputs.id);
    let found = look(context, &operation::DESCRIBE_USER_POOL_CLIENT, || {
        request.clone().customize().interceptor(answer.clone()).send()
    });
    if found.await?.is_none() {
        return Err(ResourceError::refused(format!("app client `{}` is missing", outputs.id)));
    }
    match answer.take()["UserPoolClient"].take() {
        // An update out of nothing would reset everything.
        Value::Null => {
            Err(ResourceError::refused("cognito-idp:DescribeUserPoolClient returned a response without the client"))
        }
        client => Ok(client),
    }
}

/// Turns what is told of a client into a request that changes nothing: Cognito would reset what were left out.
fn echo(client: &Value) -> Map<String, Value> {
    let mut request = client.as_object().cloned().unwrap_or_default();
    request.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    request
}

/// An update with our settings in the place of the client's own. A setting left to AWS keeps the value it has.
fn managed(mut client: Map<String, Value>, want: &Spec) -> Value {
    client.insert("ClientName".into(), json!(want.name));
    client.insert("ExplicitAuthFlows".into(), json!(want.explicit_auth_flows));
    client.insert("PreventUserExistenceErrors".into(), json!(existence(want).as_str()));
    let mut units = client.remove("TokenValidityUnits").unwrap_or_else(|| json!({}));
    let validities = [
        ("Access", want.access_token_validity_minutes, TimeUnitsType::Minutes),
        ("Id", want.id_token_validity_minutes, TimeUnitsType::Minutes),
        ("Refresh", want.refresh_token_validity_days, TimeUnitsType::Days),
    ];
    for (token, validity, unit) in validities {
        if let Some(validity) = validity {
            units[format!("{token}Token")] = json!(unit.as_str());
            client.insert(format!("{token}TokenValidity"), json!(validity));
        }
    }
    client.insert("TokenValidityUnits".into(), units);
    Value::Object(client)
}
