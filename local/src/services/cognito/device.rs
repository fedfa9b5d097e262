//! Devices of users: tracked from a sign-in on, confirmed with a secret, and verified at later sign-ins.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    services::cognito::{
        Cognito, Operation,
        account::Bearer,
        auth::{Attempt, wrong_password},
        challenge::RESPONSES,
        context::Context,
        moment::Moment,
        paging,
        pool::UserPool,
        proof::Proof,
        random, refusal,
        session::{Challenge, Session, required},
        srp::{Identity, Verifier},
    },
    wire::error::AwsError,
};

/// A device of a user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Device {
    group: String,
    name: Option<String>,
    /// `None` until the device is confirmed.
    verifier: Option<Verifier>,
    remembered: bool,
    created: Moment,
    modified: Moment,
    authenticated: Moment,
}

/// How long a device that was not confirmed is kept.
const UNCONFIRMED: Duration = Duration::from_hours(1);

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "ConfirmDevice" => Operation::Changes(confirm),
        "GetDevice" => Operation::Changes(get),
        "ListDevices" => Operation::Changes(list),
        "UpdateDeviceStatus" => Operation::Changes(update),
        "ForgetDevice" => Operation::Changes(forget),
        _ => return None,
    })
}

fn missing() -> AwsError {
    refusal::not_found("Device does not exist.")
}

impl UserPool {
    /// Whether the pool tracks devices, and the setting of this name.
    pub(super) fn device_setting(&self, name: &str) -> Option<bool> {
        let settings = self.setting("DeviceConfiguration")?.as_object()?;
        Some(settings.get(name).is_some_and(|value| value == true))
    }

    /// Begins to track a new device of a user, and returns its metadata; `None` if the pool does not track devices.
    pub(super) fn track_device(&mut self, user: &str, now: Moment) -> Option<Value> {
        self.device_setting("")?;
        let devices = &mut self.users.get_mut(user)?.devices;
        devices.retain(|_, device| device.verifier.is_some() || now.since(&device.created) < UNCONFIRMED);
        let (key, group) =
            (format!("{}_{}", self.region, Uuid::new_v4()), format!("-{}", random::text(random::ALPHANUMERIC, 8)));
        let metadata = json!({ "DeviceKey": key, "DeviceGroupKey": group });
        let (name, verifier, remembered) = (None, None, false);
        let device = Device { group, name, verifier, remembered, created: now, modified: now, authenticated: now };
        devices.insert(key, device);
        Some(metadata)
    }
}

impl Attempt<'_> {
    /// Whether a remembered device replaces the second factor.
    ///
    /// # Errors
    /// When the caller named a device that the user does not have.
    pub(super) fn skips_second_factor(&self, user: &str) -> Result<bool, AwsError> {
        let Some(new_only) = self.pool.device_setting("ChallengeRequiredOnNewDevice") else { return Ok(false) };
        let Some(key) = &self.device else { return Ok(false) };
        let device = self.pool.users[user].devices.get(key).ok_or_else(missing)?;
        Ok(new_only && device.remembered)
    }

    /// The step after all factors: the challenge of the caller's device, or the tokens.
    pub(super) fn finish(mut self, user: &str) -> Value {
        let device = self.device.as_ref().and_then(|key| self.pool.users[user].devices.get(key));
        let known = device.is_some_and(|device| device.verifier.is_some());
        if known && self.pool.device_setting("").is_some() {
            return self.ask(user, Challenge::DeviceSrpAuth, &json!({}));
        }
        self.grant(user, None)
    }

    /// Responds to `DEVICE_SRP_AUTH`.
    pub(super) fn device_srp(mut self, text: &str, session: &Session) -> Result<Value, AwsError> {
        let key = required(self.context, RESPONSES, "DEVICE_KEY")?;
        let public = required(self.context, RESPONSES, "SRP_A")?;
        let user = &self.pool.users[&session.user];
        let verifier = user.devices.get(key).and_then(|device| device.verifier.clone()).ok_or_else(missing)?;
        let parameters = json!({ "USERNAME": user.username, "DEVICE_KEY": key });
        self.pool.close_session(text);
        let session = self.session(&session.user, Challenge::DevicePasswordVerifier);
        self.ask_with(session, public, verifier, parameters)
    }

    /// Responds to `DEVICE_PASSWORD_VERIFIER`.
    pub(super) fn device_proof(self, text: &str, session: &Session) -> Result<Value, AwsError> {
        let proof = Proof::of(&self, text)?;
        self.pool.close_session(text);
        let key = session.device.clone().unwrap_or_default();
        let user = self.pool.users.get_mut(&session.user).ok_or_else(missing)?;
        let device = user.devices.get_mut(&key).ok_or_else(missing)?;
        if !proof.holds(session, Identity { group: &device.group, name: &key }) {
            return Err(wrong_password());
        }
        device.authenticated = self.context.now;
        Ok(self.grant(&session.user, Some(key)))
    }
}

/// The devices of the user of the access token.
fn devices<'a>(context: &Context<'_>, cognito: &'a mut Cognito) -> Result<&'a mut BTreeMap<String, Device>, AwsError> {
    let Bearer { pool, user, .. } = Bearer::of(context, cognito)?;
    Ok(&mut pool.users.get_mut(&user).ok_or_else(missing)?.devices)
}

fn confirm(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let Bearer { pool, user, .. } = Bearer::of(context, cognito)?;
    let prompts = pool.device_setting("DeviceOnlyRememberedOnUserPrompt").unwrap_or_default();
    let secret = context.member("DeviceSecretVerifierConfig");
    let text = |name| secret.and_then(|secret| secret[name].as_str()).unwrap_or_default();
    let verifier = Verifier::given(text("Salt"), text("PasswordVerifier"));
    let verifier = verifier.ok_or_else(|| refusal::invalid_parameter("Invalid device secret verifier."))?;
    let devices = pool.users.get_mut(&user).map(|user| &mut user.devices);
    let device = devices.and_then(|devices| devices.get_mut(context.text("DeviceKey"))).ok_or_else(missing)?;
    device.verifier = Some(verifier);
    device.name = context.call.text("DeviceName").map(str::to_owned);
    device.remembered = !prompts;
    device.modified = context.now;
    Ok(json!({ "UserConfirmationNecessary": prompts }))
}

fn described(key: &str, device: &Device) -> Value {
    let remembered = if device.remembered { "remembered" } else { "not_remembered" };
    let mut attributes = vec![json!({ "Name": "device_status", "Value": "valid" })];
    attributes.extend(device.name.as_ref().map(|name| json!({ "Name": "device_name", "Value": name })));
    attributes.push(json!({ "Name": "last_ip_used", "Value": "127.0.0.1" }));
    attributes.push(json!({ "Name": "dev:device_remembered_status", "Value": remembered }));
    json!({
        "DeviceKey": key,
        "DeviceAttributes": attributes,
        "DeviceCreateDate": device.created.date(),
        "DeviceLastModifiedDate": device.modified.date(),
        "DeviceLastAuthenticatedDate": device.authenticated.date(),
    })
}

fn get(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let key = context.text("DeviceKey");
    let device = devices(context, cognito)?.get(key).ok_or_else(missing)?;
    Ok(json!({ "Device": described(key, device) }))
}

fn list(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let confirmed = devices(context, cognito)?.iter().filter(|(_, device)| device.verifier.is_some());
    let listed = confirmed.map(|(key, device)| (key.clone(), described(key, device)));
    let page = paging::page(context, "Limit", "PaginationToken", listed)?;
    Ok(paging::answer("Devices", "PaginationToken", page))
}

fn update(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let device = devices(context, cognito)?.get_mut(context.text("DeviceKey")).ok_or_else(missing)?;
    device.remembered = context.text("DeviceRememberedStatus") == "remembered";
    device.modified = context.now;
    Ok(json!({}))
}

fn forget(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    devices(context, cognito)?.remove(context.text("DeviceKey")).ok_or_else(missing)?;
    Ok(json!({}))
}
