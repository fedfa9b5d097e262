//! Permissions policies of roles: inline policies, and AWS managed policies by ARN.

use serde_json::{Value, json};

use super::{document, limit_exceeded, listed, no_such_entity, role::url_encoded, validation};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

/// The quota for all inline policies of a role together, in characters without whitespace.
const LARGEST_INLINE: usize = 10_240;

const MOST_ATTACHED: usize = 10;

/// Paths and names of the AWS managed policies. Without this list, a misspelled name could be attached.
const MANAGED_BY_AWS: &str = include_str!("../../../../data/aws-managed-policies.txt");

/// Creates an inline policy or replaces the one with the same name.
pub(super) fn put(emulator: &Emulator, call: &Call) -> Answered {
    let (role_name, policy_name) = (call.required("RoleName"), call.required("PolicyName"));
    let mut world = emulator.world();
    let role = world.iam.named(role_name)?;
    let document = document::permissions(call, "PolicyDocument")?;
    let others = role.inline.iter().filter(|(name, _)| *name != policy_name).map(|(_, other)| other.as_str());
    if others.chain([document]).map(document::size).sum::<usize>() > LARGEST_INLINE {
        return Err(limit_exceeded(format!(
            "Maximum policy size of {LARGEST_INLINE} bytes exceeded for role {}",
            role.name
        )));
    }
    world.iam.named_mut(role_name)?.inline.insert(policy_name.to_owned(), document.to_owned());
    Ok(Value::Null.into())
}

pub(super) fn get(emulator: &Emulator, call: &Call) -> Answered {
    let (role_name, policy_name) = (call.required("RoleName"), call.required("PolicyName"));
    let world = emulator.world();
    let role = world.iam.named(role_name)?;
    let document = role.inline.get(policy_name).ok_or_else(|| no_policy(policy_name))?;
    Ok(json!({ "RoleName": role.name, "PolicyName": policy_name, "PolicyDocument": url_encoded(document) }).into())
}

pub(super) fn delete(emulator: &Emulator, call: &Call) -> Answered {
    let (role_name, policy_name) = (call.required("RoleName"), call.required("PolicyName"));
    let mut world = emulator.world();
    let removed = world.iam.named_mut(role_name)?.inline.remove(policy_name);
    removed.map(|_| Value::Null.into()).ok_or_else(|| no_policy(policy_name))
}

pub(super) fn list(emulator: &Emulator, call: &Call) -> Answered {
    let world = emulator.world();
    let policies = &world.iam.named(call.required("RoleName"))?.inline;
    let names: Vec<_> = policies.keys().map(|name| (name.clone(), Value::from(name.as_str()))).collect();
    listed(emulator, call, "PolicyNames", names)
}

/// Attaches a managed policy. Attaching it again changes nothing.
pub(super) fn attach(emulator: &Emulator, call: &Call) -> Answered {
    let (role_name, arn) = (call.required("RoleName"), policy_arn(call)?);
    let mut world = emulator.world();
    let role = world.iam.named_mut(role_name)?;
    check_managed(arn)?;
    if !role.attached.contains(arn) && role.attached.len() >= MOST_ATTACHED {
        return Err(limit_exceeded(format!("Cannot exceed quota for PoliciesPerRole: {MOST_ATTACHED}")));
    }
    role.attached.insert(arn.to_owned());
    Ok(Value::Null.into())
}

/// Checks that an AWS managed policy exists. The emulator has no customer managed policies.
fn check_managed(arn: &str) -> Result<(), AwsError> {
    let name = arn.strip_prefix("arn:aws:iam::aws:policy/").unwrap_or_default();
    if name.starts_with("aws-service-role/") {
        let message = "Cannot attach a Service Role Policy to a Customer Role.";
        return Err(AwsError::new(400, "PolicyNotAttachable", message));
    }
    if MANAGED_BY_AWS.lines().any(|known| known == name) {
        return Ok(());
    }
    Err(no_such_entity(format!("Policy {arn} does not exist or is not attachable.")))
}

pub(super) fn detach(emulator: &Emulator, call: &Call) -> Answered {
    let (role_name, arn) = (call.required("RoleName"), policy_arn(call)?);
    let mut world = emulator.world();
    if world.iam.named_mut(role_name)?.attached.remove(arn) {
        return Ok(Value::Null.into());
    }
    Err(no_such_entity(format!("Policy {arn} was not found.")))
}

pub(super) fn list_attached(emulator: &Emulator, call: &Call) -> Answered {
    let prefix = call.text("PathPrefix").unwrap_or("/");
    let world = emulator.world();
    let attached = &world.iam.named(call.required("RoleName"))?.attached;
    let policies = attached.iter().filter(|arn| path_of(arn).starts_with(prefix));
    let policies: Vec<_> = policies
        .map(|arn| {
            let name = arn.rsplit('/').next().unwrap_or_default();
            (arn.clone(), json!({ "PolicyName": name, "PolicyArn": arn }))
        })
        .collect();
    listed(emulator, call, "AttachedPolicies", policies)
}

/// The path of a policy: `/service-role/` for `arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`.
fn path_of(arn: &str) -> &str {
    let resource = arn.split_once(":policy").map_or("/", |(_, resource)| resource);
    resource.rfind('/').map_or("/", |end| &resource[..=end])
}

fn policy_arn(call: &Call) -> Result<&str, AwsError> {
    let arn = call.required("PolicyArn");
    if arn.starts_with("arn:") && arn.contains(":policy/") {
        return Ok(arn);
    }
    if arn.split(':').count() < 6 || !arn.starts_with("arn:") {
        return Err(validation("Invalid ARN:  Could not be parsed!".into()));
    }
    Err(AwsError::new(400, "InvalidInput", format!("ARN {arn} is not valid.")))
}

fn no_policy(name: &str) -> AwsError {
    no_such_entity(format!("The role policy with name {name} cannot be found."))
}
