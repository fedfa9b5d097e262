//! Operations on roles.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Role, document, limit_exceeded, listed, tag};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

/// All characters except the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A policy document as IAM returns it.
pub(super) fn url_encoded(document: &str) -> String {
    utf8_percent_encode(document, RESERVED).to_string()
}

pub(super) fn create(emulator: &Emulator, call: &Call) -> Answered {
    let (name, path) = (call.required("RoleName"), call.text("Path").unwrap_or("/"));
    let role = Role {
        name: name.to_owned(),
        path: path.to_owned(),
        id: unique_id(),
        arn: format!("arn:aws:iam::{}:role{path}{name}", emulator.settings().account),
        created: jiff::Timestamp::now(),
        description: description(call),
        max_session_duration: call.number("MaxSessionDuration").unwrap_or(3600),
        permissions_boundary: call.text("PermissionsBoundary").map(str::to_owned),
        trust: document::trust(call, "AssumeRolePolicyDocument")?.to_owned(),
        inline: std::collections::BTreeMap::default(),
        attached: std::collections::BTreeSet::default(),
        tags: tag::merged(&std::collections::BTreeMap::default(), call)?,
        assumable_at: emulator.now() + emulator.settings().weather.role_propagation,
    };
    let mut world = emulator.world();
    if world.iam.roles.contains_key(&name.to_lowercase()) {
        return Err(AwsError::new(409, "EntityAlreadyExists", format!("Role with name {name} already exists.")));
    }
    if world.iam.roles.len() >= 1000 {
        return Err(limit_exceeded("Cannot exceed quota for RolesPerAccount: 1000".into()));
    }
    let mut answer = whole(&role);
    // Only reads return the duration of sessions.
    answer.remove("MaxSessionDuration");
    world.iam.roles.insert(name.to_lowercase(), role);
    Ok(json!({ "Role": answer }).into())
}

pub(super) fn get(emulator: &Emulator, call: &Call) -> Answered {
    let world = emulator.world();
    let role = world.iam.named(call.required("RoleName"))?;
    let mut answer = whole(role);
    answer.insert("RoleLastUsed".into(), json!({}));
    Ok(json!({ "Role": answer }).into())
}

/// A role with its tags and its permissions boundary, if it has any.
fn whole(role: &Role) -> Map<String, Value> {
    let mut answer = summary(role);
    if !role.tags.is_empty() {
        answer.insert("Tags".into(), tag::list_of(&role.tags));
    }
    if let Some(boundary) = &role.permissions_boundary {
        let boundary = json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary });
        answer.insert("PermissionsBoundary".into(), boundary);
    }
    answer
}

/// Lists roles without their tags and permissions boundaries, as IAM does.
pub(super) fn list(emulator: &Emulator, call: &Call) -> Answered {
    let prefix = call.text("PathPrefix").unwrap_or("/");
    let world = emulator.world();
    let roles = world.iam.roles.iter().filter(|(_, role)| role.path.starts_with(prefix));
    let roles: Vec<_> = roles.map(|(key, role)| (key.clone(), Value::Object(summary(role)))).collect();
    listed(emulator, call, "Roles", roles)
}

/// Changes the given members only. Unlike other operations, it returns an empty result instead of none.
pub(super) fn update(emulator: &Emulator, call: &Call) -> Answered {
    let (name, description, duration) =
        (call.required("RoleName"), description(call), call.number("MaxSessionDuration"));
    let mut world = emulator.world();
    let role = world.iam.named_mut(name)?;
    if call.text("Description").is_some() {
        role.description = description;
    }
    role.max_session_duration = duration.unwrap_or(role.max_session_duration);
    Ok(json!({}).into())
}

pub(super) fn update_trust(emulator: &Emulator, call: &Call) -> Answered {
    let name = call.required("RoleName");
    let mut world = emulator.world();
    world.iam.named(name)?;
    let trust = document::trust(call, "PolicyDocument")?.to_owned();
    world.iam.named_mut(name)?.trust = trust;
    Ok(Value::Null.into())
}

pub(super) fn delete(emulator: &Emulator, call: &Call) -> Answered {
    let name = call.required("RoleName");
    let mut world = emulator.world();
    let role = world.iam.named(name)?;
    let first = match (role.attached.is_empty(), role.inline.is_empty()) {
        (false, _) => Some("must detach all policies first"),
        (true, false) => Some("must delete policies first"),
        (true, true) => None,
    };
    if let Some(first) = first {
        return Err(AwsError::new(409, "DeleteConflict", format!("Cannot delete entity, {first}.")));
    }
    world.iam.roles.remove(&name.to_lowercase());
    Ok(Value::Null.into())
}

/// Always empty: the emulator has no instance profiles.
pub(super) fn list_instance_profiles(emulator: &Emulator, call: &Call) -> Answered {
    emulator.world().iam.named(call.required("RoleName"))?;
    listed(emulator, call, "InstanceProfiles", [])
}

/// The members of a role in every response.
fn summary(role: &Role) -> Map<String, Value> {
    let summary = json!({
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "AssumeRolePolicyDocument": url_encoded(&role.trust),
        "Description": role.description,
        "MaxSessionDuration": role.max_session_duration,
    });
    summary.as_object().cloned().unwrap_or_default()
}

/// The description; `None` if it is empty.
fn description(call: &Call) -> Option<String> {
    call.text("Description").filter(|text| !text.is_empty()).map(str::to_owned)
}

/// `AROA` and 17 characters. A role that is recreated under the same name gets a new ID.
fn unique_id() -> String {
    let digits = Uuid::new_v4().simple().to_string().to_uppercase();
    format!("AROA{}", &digits[..17])
}
