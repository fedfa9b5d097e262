//! Sign-ins: their tokens, expiry and revocation.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    services::cognito::{
        claims::Claims,
        client::Client,
        client_settings::validity_seconds,
        context::{Context, texts},
        key::SigningKey,
        moment::Moment,
        pool::UserPool,
        random,
        token::{self, TokenUse},
        user::User,
    },
    store::table::Row,
};

/// The scope of every access token that does not come from the OAuth endpoints.
pub(super) const SCOPE: &str = "aws.cognito.signin.user.admin";

/// A sign-in. Its key in the pool is the `event_id` of its tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SignIn {
    pub(super) user: String,
    pub(super) client: String,
    auth_time: i64,
    origin_jti: String,
    begun: Moment,
    /// The SHA-256 of the refresh token.
    refresh_token: String,
    /// The SHA-256 of the refresh tokens that a rotation has replaced.
    #[serde(default)]
    replaced: BTreeMap<String, Moment>,
    pub(super) revoked: bool,
    /// The key of the device, if the pool tracks devices.
    #[serde(default)]
    pub(super) device: Option<String>,
}

/// What a refresh token is to its sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Current,
    Replaced(Moment),
}

impl SignIn {
    /// Whether the refresh token has expired by the client's settings.
    pub(super) fn expired(&self, client: &Client, now: Moment) -> bool {
        let seconds = u64::try_from(validity_seconds(&client.settings, "Refresh")).unwrap_or_default();
        now.since(&self.begun) >= Duration::from_secs(seconds)
    }

    /// The standing of a token that [`UserPool::event_of`] has found.
    pub(super) fn standing(&self, token: &str) -> Standing {
        self.replaced.get(&digest(token)).map_or(Standing::Current, |when| Standing::Replaced(*when))
    }
}

fn refresh_token() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<96>())
}

impl Row for SignIn {
    fn terms(&self) -> Vec<String> {
        let tokens = self.replaced.keys().chain([&self.refresh_token, &self.user]);
        tokens.cloned().collect()
    }
}

fn digest(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}

impl UserPool {
    /// Creates a sign-in and returns its three tokens. A user whose device was not verified gets the metadata of a new one.
    pub(super) fn sign_in(
        &mut self,
        context: &Context<'_>,
        key: &SigningKey,
        client: &Client,
        (user, device): (&str, Option<String>),
    ) -> Value {
        let (event, refresh_token) = (Uuid::new_v4().to_string(), refresh_token());
        let new_device = if device.is_none() { self.track_device(user, context.now) } else { None };
        let new_key = new_device.as_ref().and_then(|metadata| metadata["DeviceKey"].as_str()).map(str::to_owned);
        let sign_in = SignIn {
            user: user.to_owned(),
            client: client.id.clone(),
            auth_time: context.now.epoch_seconds(),
            origin_jti: Uuid::new_v4().to_string(),
            begun: context.now,
            refresh_token: digest(&refresh_token),
            replaced: BTreeMap::new(),
            revoked: false,
            device: device.or(new_key),
        };
        self.drop_expired(context, user);
        self.sign_ins.insert(event.clone(), sign_in);
        let mut result = self.tokens(context, key, client, (&event, None));
        result.insert("RefreshToken".into(), json!(refresh_token));
        result.extend(new_device.map(|metadata| ("NewDeviceMetadata".to_owned(), metadata)));
        Value::Object(result)
    }

    /// Replaces the refresh token of a sign-in, which expires when the first one would have.
    pub(super) fn rotate(&mut self, event: &str, now: Moment) -> String {
        let token = refresh_token();
        if let Some(sign_in) = self.sign_ins.get_mut(event) {
            let old = std::mem::replace(&mut sign_in.refresh_token, digest(&token));
            sign_in.replaced.insert(old, now);
        }
        token
    }

    /// Issues a new ID token and access token for a sign-in. `generated` is the response of `PreTokenGeneration`.
    pub(super) fn tokens(
        &self,
        context: &Context<'_>,
        key: &SigningKey,
        client: &Client,
        (event, generated): (&str, Option<&Value>),
    ) -> Map<String, Value> {
        let sign_in = &self.sign_ins[event];
        let user = &self.users[&sign_in.user];
        let now = context.now.epoch_seconds();
        let common = |token_use: &str, validity: i64| {
            let mut claims = Map::from_iter([
                ("sub".to_owned(), json!(user.sub)),
                ("iss".to_owned(), json!(self.issuer_at(context.host()))),
                ("event_id".to_owned(), json!(event)),
                ("token_use".to_owned(), json!(token_use)),
                ("auth_time".to_owned(), json!(sign_in.auth_time)),
                ("iat".to_owned(), json!(now)),
                ("exp".to_owned(), json!(now + validity)),
                ("jti".to_owned(), json!(Uuid::new_v4().to_string())),
            ]);
            if client.settings["EnableTokenRevocation"] == true {
                claims.insert("origin_jti".into(), json!(sign_in.origin_jti));
            }
            claims
        };
        let access_validity = validity_seconds(&client.settings, "Access");
        let id_validity = validity_seconds(&client.settings, "Id");
        let mut claims = Claims { id: common("id", id_validity), access: common("access", access_validity) };
        let Claims { id, access } = &mut claims;
        access.extend([
            ("client_id".to_owned(), json!(client.id)),
            ("scope".to_owned(), json!(SCOPE)),
            ("username".to_owned(), json!(user.username)),
        ]);
        access.extend(sign_in.device.as_ref().map(|device| ("device_key".to_owned(), json!(device))));
        id.extend([("aud".to_owned(), json!(client.id)), ("cognito:username".to_owned(), json!(user.username))]);
        id.extend(attribute_claims(client, user));
        let (groups, roles) = self.group_claims(user);
        claims.set_groups(&groups, &roles, roles.first().map(String::as_str));
        match generated {
            Some(response) => claims.apply(response),
            None => self.generate_tokens(context, client, event, user),
        }
        Map::from_iter([
            ("IdToken".to_owned(), json!(token::sign(key, &self.id, TokenUse::Id, &claims.id))),
            ("AccessToken".to_owned(), json!(token::sign(key, &self.id, TokenUse::Access, &claims.access))),
            ("ExpiresIn".to_owned(), json!(access_validity)),
            ("TokenType".to_owned(), json!("Bearer")),
        ])
    }

    /// The `event_id` of the sign-in with this refresh token.
    pub(super) fn event_of(&self, refresh_token: &str) -> Option<String> {
        let digest = digest(refresh_token);
        let mut found = self.sign_ins.find(&digest);
        let has = |sign_in: &SignIn| sign_in.refresh_token == digest || sign_in.replaced.contains_key(&digest);
        found.find(|(_, sign_in)| has(sign_in)).map(|(event, _)| event.clone())
    }

    /// Revokes all tokens of a user.
    pub(super) fn sign_out(&mut self, name: &str) {
        let key = self.user_key(name).unwrap_or_default();
        for event in self.sign_ins_of(&key, |_| true) {
            if let Some(sign_in) = self.sign_ins.get_mut(&event) {
                sign_in.revoked = true;
            }
        }
    }

    /// The `event_id` of each of a user's sign-ins that are `wanted`.
    pub(super) fn sign_ins_of(&self, user: &str, wanted: impl Fn(&SignIn) -> bool) -> Vec<String> {
        let found = self.sign_ins.find(user).filter(|(_, sign_in)| sign_in.user == user && wanted(sign_in));
        found.map(|(event, _)| event.clone()).collect()
    }

    fn drop_expired(&mut self, context: &Context<'_>, user: &str) {
        let clients = &self.clients;
        let expired = |old: &SignIn| clients.get(&old.client).is_none_or(|client| old.expired(client, context.now));
        for event in self.sign_ins_of(user, expired) {
            self.sign_ins.remove(&event);
        }
    }
}

/// The attributes that the client may read, as claims. The `_verified` attributes are booleans. Custom attributes are
/// strings regardless of their type.
fn attribute_claims(client: &Client, user: &User) -> Map<String, Value> {
    let readable = client.settings.get("ReadAttributes").map(|list| texts(Some(list)));
    let read = user.attributes.iter().filter(|(name, _)| readable.as_ref().is_none_or(|list| list.contains(name)));
    let claim = |(name, value): (&String, &String)| {
        let value = match name.as_str() {
            "email_verified" | "phone_number_verified" => json!(value == "true"),
            "updated_at" => value.parse::<i64>().map_or_else(|_| json!(value), |number| json!(number)),
            "address" => json!({ "formatted": value }),
            _ => json!(value),
        };
        (name.clone(), value)
    };
    read.map(claim).collect()
}
