//! IAM: roles, their policies, and policy evaluation.
//!
//! Policy documents are validated as on AWS, stored as written, and returned URL-encoded. The permissions of functions are
//! checked, and those of the caller when the settings have policies for it.

mod condition;
mod document;
mod evaluate;
mod policy;
mod role;
mod tag;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use evaluate::{Denial, Permission};

use crate::{
    emulator::Emulator,
    store::table::{Row, Stored, Table},
    wire::{
        call::Call,
        error::{Answered, AwsError},
        paging,
    },
};

/// The state of this service.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Iam {
    /// By lowercase name, because names are unique regardless of case.
    roles: Table<String, Role>,
}

/// A role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    path: String,
    id: String,
    pub(crate) arn: String,
    created: jiff::Timestamp,
    description: Option<String>,
    max_session_duration: i64,
    permissions_boundary: Option<String>,
    /// The trust policy as written.
    trust: String,
    /// Inline policies by name, as written.
    inline: BTreeMap<String, String>,
    /// ARNs of attached managed policies.
    attached: BTreeSet<String>,
    tags: BTreeMap<String, String>,
    /// When services can assume this role, on the emulator's clock. Zero after a restart.
    #[serde(skip)]
    assumable_at: Duration,
}

impl Row for Role {}

impl Iam {
    /// The roles, to be saved.
    pub(crate) fn roles(&mut self) -> &mut dyn Stored {
        &mut self.roles
    }

    /// The role with this ARN.
    pub(crate) fn role(&self, arn: &str) -> Option<&Role> {
        let (_, name) = arn.rsplit_once('/')?;
        self.roles.get(&name.to_lowercase()).filter(|role| role.arn == arn)
    }

    /// Whether the policies of the role allow the action on the resource.
    pub(crate) fn allows(&self, role_arn: &str, action: &str, resource: &str) -> bool {
        let (action, resource) = (action.to_owned(), resource.to_owned());
        self.decide(role_arn, &Permission { action, resource, keys: BTreeMap::new() }).is_ok()
    }

    /// Whether the policies of the role allow what needs the permission, or why not.
    pub(crate) fn decide(&self, role_arn: &str, permission: &Permission) -> Result<(), Denial> {
        evaluate::decide(self.role(role_arn).ok_or(Denial::NoIdentityPolicy)?, permission)
    }

    /// The ARN of the role with this name.
    pub(crate) fn named_arn(&self, name: &str) -> Option<String> {
        self.roles.get(&name.to_lowercase()).map(|role| role.arn.clone())
    }

    /// The unique id of a role.
    pub(crate) fn role_id(&self, role_arn: &str) -> Option<&str> {
        self.role(role_arn).map(|role| role.id.as_str())
    }

    fn named(&self, name: &str) -> Result<&Role, AwsError> {
        self.roles.get(&name.to_lowercase()).ok_or_else(|| no_role(name))
    }

    fn named_mut(&mut self, name: &str) -> Result<&mut Role, AwsError> {
        self.roles.get_mut(&name.to_lowercase()).ok_or_else(|| no_role(name))
    }
}

/// Whether the policies of a user allow what needs the permission, or why not.
pub(crate) fn decide_for_user(arn: &str, policies: &[Value], permission: &Permission) -> Result<(), Denial> {
    evaluate::decide_for_user(arn, policies, permission)
}

impl Role {
    /// Whether a service, such as `lambda.amazonaws.com`, can assume the role at `now` on the emulator's clock.
    pub(crate) fn assumable_by(&self, service: &str, now: Duration) -> bool {
        now >= self.assumable_at && evaluate::trusts(&self.trust, service)
    }
}

/// Handles one request.
pub(crate) fn handle(emulator: &Emulator, call: &Call) -> Answered {
    match call.operation.as_str() {
        "CreateRole" => role::create(emulator, call),
        "GetRole" => role::get(emulator, call),
        "ListRoles" => role::list(emulator, call),
        "UpdateRole" => role::update(emulator, call),
        "UpdateAssumeRolePolicy" => role::update_trust(emulator, call),
        "DeleteRole" => role::delete(emulator, call),
        "ListInstanceProfilesForRole" => role::list_instance_profiles(emulator, call),
        "TagRole" => tag::tag(emulator, call),
        "UntagRole" => tag::untag(emulator, call),
        "ListRoleTags" => tag::list(emulator, call),
        "PutRolePolicy" => policy::put(emulator, call),
        "GetRolePolicy" => policy::get(emulator, call),
        "DeleteRolePolicy" => policy::delete(emulator, call),
        "ListRolePolicies" => policy::list(emulator, call),
        "AttachRolePolicy" => policy::attach(emulator, call),
        "DetachRolePolicy" => policy::detach(emulator, call),
        "ListAttachedRolePolicies" => policy::list_attached(emulator, call),
        _ => Err(AwsError::not_imitated(&call.name())),
    }
}

fn no_role(name: &str) -> AwsError {
    no_such_entity(format!("The role with name {name} cannot be found."))
}

fn no_such_entity(message: String) -> AwsError {
    AwsError::new(404, "NoSuchEntity", message)
}

fn validation(message: String) -> AwsError {
    AwsError::new(400, "ValidationError", message)
}

fn limit_exceeded(message: String) -> AwsError {
    AwsError::new(409, "LimitExceeded", message)
}

/// One page of a list, with IAM's paging members.
fn listed(
    emulator: &Emulator,
    call: &Call,
    member: &str,
    items: impl IntoIterator<Item = (String, Value)>,
) -> Answered {
    let asked = call.number("MaxItems");
    let page = paging::page(items, call.text("Marker"), emulator.page_size(asked, 100, 1000))
        .map_err(|_| validation("Invalid Marker.".into()))?;
    let mut answer = json!({ "IsTruncated": page.next.is_some(), "Marker": page.next });
    answer[member] = page.items.into();
    Ok(answer.into())
}
