//! An app client, with every member of `UpdateUserPoolClient`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cognitoidentityprovider::operation::update_user_pool_client::UpdateUserPoolClientInput;
use serde_json::{Value, json};
use stackctl_local::Settings;

use super::{ByHand, differences, folded, members};
use crate::{
    harness::connect,
    kinds::cases::{make, user_pool, with},
};

/// Every member of `UpdateUserPoolClient` that the spec does not have, with a value that is not its default.
fn set_by_hand() -> Value {
    json!({
        "ReadAttributes": ["email", "name"],
        "WriteAttributes": ["email"],
        "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": ["https://a.example"],
        "LogoutURLs": ["https://b.example"],
        "DefaultRedirectURI": "https://a.example",
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AnalyticsConfiguration": { "ApplicationArn": "arn:aws:mobiletargeting:us-west-2:000000000000:apps/x" },
        "EnableTokenRevocation": false,
        "EnablePropagateAdditionalUserContextData": true,
        "AuthSessionValidity": 10,
        "RefreshTokenRotation": { "Feature": "DISABLED", "RetryGracePeriodSeconds": 10 },
    })
}

fn spec(pool: &Value) -> Value {
    json!({
        "user_pool_id": pool["id"], "name": "web", "generate_secret": true,
        "explicit_auth_flows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "access_token_validity_minutes": 60, "id_token_validity_minutes": 60, "refresh_token_validity_days": 30,
        "prevent_user_existence_errors": true,
    })
}

/// How each field of the spec is changed, with the place that differs then.
fn changes() -> BTreeMap<&'static str, (Value, &'static str)> {
    BTreeMap::from([
        ("name", (json!("site"), "/ClientName")),
        ("explicit_auth_flows", (json!(["ALLOW_REFRESH_TOKEN_AUTH"]), "/ExplicitAuthFlows")),
        ("access_token_validity_minutes", (json!(5), "/AccessTokenValidity")),
        ("id_token_validity_minutes", (json!(90), "/IdTokenValidity")),
        ("refresh_token_validity_days", (json!(1), "/RefreshTokenValidity")),
        ("prevent_user_existence_errors", (json!(false), "/PreventUserExistenceErrors")),
    ])
}

impl ByHand {
    /// A client of ours with a value for everything that an update may reset, and its spec.
    async fn client() -> (Self, Value) {
        let local = stackctl_local::Emulator::new(Settings::default());
        let cloud = connect(&local).await;
        let spec = spec(&make(&cloud, "user_pool", &user_pool("people")).await);
        let outputs = make(&cloud, "user_pool_client", &spec).await;
        let this = Self { local, cloud, outputs };
        let mut whole = this.described_client().await;
        for unsettable in ["ClientSecret", "CreationDate"] {
            whole.as_object_mut().unwrap().remove(unsettable);
        }
        whole.as_object_mut().unwrap().extend(set_by_hand().as_object().unwrap().clone());
        this.call("UpdateUserPoolClient", whole).await;
        (this, spec)
    }

    /// The description of the client, without the time of its last change.
    async fn described_client(&self) -> Value {
        let named = json!({ "UserPoolId": self.outputs["user_pool_id"], "ClientId": self.outputs["id"] });
        let mut client = self.call("DescribeUserPoolClient", named).await["UserPoolClient"].take();
        client.as_object_mut().unwrap().remove("LastModifiedDate");
        client
    }
}

#[test]
fn every_member_that_an_update_of_a_client_accepts_is_set_by_hand_or_has_a_field() {
    let accepted = members(&format!("{:?}", UpdateUserPoolClientInput::builder().build().unwrap()));
    let mut known: BTreeSet<String> = set_by_hand().as_object().unwrap().keys().map(|name| folded(name)).collect();
    let fields = changes().into_values().map(|(_, place)| folded(place.trim_start_matches('/')));
    known.extend(fields);
    known.extend(["UserPoolId", "ClientId", "TokenValidityUnits"].map(folded));
    assert_eq!(accepted, known);
}

#[tokio::test(start_paused = true)]
async fn every_update_of_a_client_keeps_all_settings_made_by_hand() {
    for (field, (value, place)) in changes() {
        let (client, spec) = ByHand::client().await;
        let before = client.described_client().await;
        client.update("user_pool_client", &with(&spec, json!({ field: value }))).await;
        let found = differences(&before, &client.described_client().await);
        assert_eq!(found, BTreeSet::from([place.to_owned()]), "{field}");
    }
}
