//! Log groups.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Group, invalid, invalid_token, name_in, no_group, place};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
        paging, validate,
    },
};

const RETENTION_DAYS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

const MOST_TAGS: usize = 50;

pub(super) fn create(emulator: &Emulator, call: &Call) -> Answered {
    let name = call.required("logGroupName");
    let class = call.text("logGroupClass").unwrap_or("STANDARD");
    let group = Group {
        class: class.to_owned(),
        deletion_protection: flag(call, "deletionProtectionEnabled").unwrap_or(false),
        tags: merged(&BTreeMap::new(), call)?,
        ..Group::new(&call.region)
    };
    let mut world = emulator.world();
    if world.logs.group(&call.region, name).is_ok() {
        return Err(AwsError::new(400, "ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    world.logs.groups.insert(place(&call.region, name), group);
    Ok(json!({}).into())
}

/// Lists groups by name prefix, by part of the name, or by identifier.
pub(super) fn describe(emulator: &Emulator, call: &Call) -> Answered {
    let prefix = call.text("logGroupNamePrefix");
    let pattern = call.text("logGroupNamePattern");
    if prefix.is_some() && pattern.is_some() {
        return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let identifiers = call.input.get("logGroupIdentifiers").and_then(Value::as_array);
    let identified: Option<Vec<&str>> =
        identifiers.map(|list| list.iter().filter_map(|one| name_in(call, one.as_str()?).ok()).collect());
    let class = call.text("logGroupClass");
    let wanted = |name: &str, group: &Group| {
        prefix.is_none_or(|prefix| name.starts_with(prefix))
            // The pattern is a case-insensitive substring, not an expression.
            && pattern.is_none_or(|part| name.to_lowercase().contains(&part.to_lowercase()))
            && identified.as_ref().is_none_or(|names| names.contains(&name))
            && class.is_none_or(|class| group.class == class)
    };
    let asked = call.number("limit");
    let world = emulator.world();
    let groups = world.logs.groups_of(&call.region).filter(|(name, group)| wanted(name, group));
    let groups = groups.map(|(name, group)| {
        let mut found = summary(emulator, name, group);
        if let Some(members) = found.as_object_mut().filter(|_| pattern.is_some()) {
            members.retain(|member, _| !matches!(member.as_str(), "storedBytes" | "deletionProtectionEnabled"));
        }
        (name.to_owned(), found)
    });
    let page =
        paging::page(groups, call.text("nextToken"), emulator.page_size(asked, 50, 50)).map_err(invalid_token)?;
    Ok(json!({ "logGroups": page.items, "nextToken": page.next }).into())
}

pub(super) fn delete(emulator: &Emulator, call: &Call) -> Answered {
    let name = call.required("logGroupName");
    let mut world = emulator.world();
    if world.logs.group(&call.region, name)?.deletion_protection {
        return Err(AwsError::new(
            400,
            "ValidationException",
            format!("Log group {name} cannot be deleted because deletion protection is enabled."),
        ));
    }
    world.logs.groups.remove(&place(&call.region, name));
    Ok(json!({}).into())
}

pub(super) fn put_retention(emulator: &Emulator, call: &Call) -> Answered {
    let name = call.required("logGroupName");
    let days = call.number("retentionInDays").unwrap_or_default();
    if !RETENTION_DAYS.contains(&days) {
        let values = RETENTION_DAYS.map(|days| days.to_string()).join(", ");
        let rule = format!("Member must satisfy enum value set: [{values}]");
        let violation = validate::violation(&format!(" '{days}'"), "retentionInDays", &rule);
        return Err(invalid(format!("1 validation error detected: {violation}")));
    }
    emulator.world().logs.group_mut(&call.region, name)?.retention_in_days = Some(days);
    Ok(json!({}).into())
}

pub(super) fn delete_retention(emulator: &Emulator, call: &Call) -> Answered {
    emulator.world().logs.group_mut(&call.region, call.required("logGroupName"))?.retention_in_days = None;
    Ok(json!({}).into())
}

pub(super) fn put_deletion_protection(emulator: &Emulator, call: &Call) -> Answered {
    let identifier = call.required("logGroupIdentifier");
    let enabled = flag(call, "deletionProtectionEnabled").unwrap_or_default();
    emulator.world().logs.group_mut(&call.region, name_in(call, identifier)?)?.deletion_protection = enabled;
    Ok(json!({}).into())
}

pub(super) fn tag(emulator: &Emulator, call: &Call) -> Answered {
    let mut world = emulator.world();
    let group = world.logs.group_mut(&call.region, tagged(emulator, call)?)?;
    group.tags = merged(&group.tags, call)?;
    Ok(json!({}).into())
}

pub(super) fn untag(emulator: &Emulator, call: &Call) -> Answered {
    let keys = call.input.get("tagKeys").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut world = emulator.world();
    let group = world.logs.group_mut(&call.region, tagged(emulator, call)?)?;
    group.tags.retain(|tag, _| !keys.iter().any(|key| key == tag));
    Ok(json!({}).into())
}

pub(super) fn list_tags(emulator: &Emulator, call: &Call) -> Answered {
    let world = emulator.world();
    let group = world.logs.group(&call.region, tagged(emulator, call)?)?;
    Ok(json!({ "tags": group.tags }).into())
}

/// The name of the group in the `resourceArn` of a call.
fn tagged<'a>(emulator: &Emulator, call: &'a Call) -> Result<&'a str, AwsError> {
    let arn = call.required("resourceArn");
    if !arn.starts_with("arn:") || !arn.contains(":log-group:") {
        return Err(invalid(format!("Invalid resource ARN: {arn}")));
    }
    let ours = arn.split(':').nth(4) == Some(emulator.settings().account.as_str());
    if ours { name_in(call, arn) } else { Err(no_group()) }
}

/// The existing tags, overridden by those of the call.
fn merged(there: &BTreeMap<String, String>, call: &Call) -> Result<BTreeMap<String, String>, AwsError> {
    let mut merged = there.clone();
    let Some(tags) = call.input.get("tags").and_then(Value::as_object) else { return Ok(merged) };
    for (key, value) in tags {
        let value = value.as_str().unwrap_or_default();
        if key.to_lowercase().starts_with("aws:") {
            return Err(invalid("Tag keys beginning with aws: are reserved for system use."));
        }
        merged.insert(key.clone(), value.to_owned());
    }
    if merged.len() > MOST_TAGS {
        let message = format!("A resource can have no more than {MOST_TAGS} tags.");
        return Err(AwsError::new(400, "TooManyTagsException", message));
    }
    Ok(merged)
}

fn summary(emulator: &Emulator, name: &str, group: &Group) -> Value {
    let arn = format!("arn:aws:logs:{}:{}:log-group:{name}", group.region, emulator.settings().account);
    let stored: usize = group.streams.values().map(|stream| stream.events.bytes()).sum();
    json!({
        "logGroupName": name,
        "creationTime": group.created,
        "retentionInDays": group.retention_in_days,
        "metricFilterCount": 0,
        "arn": format!("{arn}:*"),
        "logGroupArn": arn,
        "storedBytes": stored,
        "logGroupClass": group.class,
        "deletionProtectionEnabled": group.deletion_protection,
    })
}

fn flag(call: &Call, member: &str) -> Option<bool> {
    call.input.get(member).and_then(Value::as_bool)
}
