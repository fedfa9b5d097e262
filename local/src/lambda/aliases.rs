//! Aliases: names that point to versions.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Function,
    function::{check_revision, new_revision},
    list,
    members::Members,
    names::{Target, is_word},
    refusals,
    settings::check_length,
};
use crate::{
    call::Call,
    cloud::Cloud,
    error::{Answered, AwsError},
};

const MEMBERS: &[&str] = &["Description", "FunctionName", "FunctionVersion", "Name", "RevisionId"];

/// A name for a version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Alias {
    pub(super) function_version: String,
    description: String,
    revision_id: String,
}

pub(super) fn create_alias(cloud: &Cloud, call: &Call) -> Answered {
    let members = Members::of(call).only("CreateAlias", MEMBERS)?;
    let target = Target::read(cloud, call)?;
    let name = members.required_text("Name")?;
    check_length("name", name, 128)?;
    if !is_word(name) || name.bytes().all(|byte| byte.is_ascii_digit()) {
        let rule = "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)";
        return Err(refusals::constraint("name", name, rule));
    }
    let function_version = members.required_text("FunctionVersion")?;
    let mut world = cloud.world();
    let function = target.function_mut(&mut world.lambda)?;
    check_version(function, function_version)?;
    if function.aliases.contains_key(name) {
        return Err(refusals::conflict(format!("Alias already exists: {}:{name}", function.arn)));
    }
    let alias = Alias {
        function_version: function_version.into(),
        description: members.text("Description")?.unwrap_or_default().into(),
        revision_id: new_revision(),
    };
    let answer = render(&function.arn, name, &alias);
    function.aliases.insert(name.into(), alias);
    Ok(answer.into())
}

pub(super) fn get_alias(cloud: &Cloud, call: &Call) -> Answered {
    let target = Target::read(cloud, call)?;
    let name = Members::of(call).required_text("Name")?;
    let world = cloud.world();
    let function = target.function(&world.lambda)?;
    let alias = function.aliases.get(name).ok_or_else(|| unknown(function, name))?;
    Ok(render(&function.arn, name, alias).into())
}

pub(super) fn update_alias(cloud: &Cloud, call: &Call) -> Answered {
    let members = Members::of(call).only("UpdateAlias", MEMBERS)?;
    let target = Target::read(cloud, call)?;
    let name = members.required_text("Name")?;
    let mut world = cloud.world();
    let function = target.function_mut(&mut world.lambda)?;
    let mut alias = function.aliases.get(name).ok_or_else(|| unknown(function, name))?.clone();
    check_revision(members.text("RevisionId")?, &alias.revision_id)?;
    if let Some(version) = members.text("FunctionVersion")? {
        check_version(function, version)?;
        alias.function_version = version.into();
    }
    if let Some(description) = members.text("Description")? {
        alias.description = description.into();
    }
    alias.revision_id = new_revision();
    let answer = render(&function.arn, name, &alias);
    function.aliases.insert(name.into(), alias);
    Ok(answer.into())
}

/// Deleting an alias that is not there succeeds on AWS.
pub(super) fn delete_alias(cloud: &Cloud, call: &Call) -> Answered {
    let target = Target::read(cloud, call)?;
    let name = Members::of(call).required_text("Name")?;
    let mut world = cloud.world();
    let function = target.function_mut(&mut world.lambda)?;
    function.aliases.remove(name);
    function.policies.remove(name);
    Ok(json!({}).into())
}

pub(super) fn list_aliases(cloud: &Cloud, call: &Call) -> Answered {
    let target = Target::read(cloud, call)?;
    let wanted = Members::of(call).text("FunctionVersion")?;
    let world = cloud.world();
    let function = target.function(&world.lambda)?;
    let entries = function
        .aliases
        .iter()
        .filter(|(_, alias)| wanted.is_none_or(|version| version == alias.function_version))
        .map(|(name, alias)| (name.clone(), render(&function.arn, name, alias)))
        .collect();
    list::page(cloud, call, "Aliases", entries)
}

fn render(function_arn: &str, name: &str, alias: &Alias) -> Value {
    json!({
        "AliasArn": format!("{function_arn}:{name}"),
        "Name": name,
        "FunctionVersion": alias.function_version,
        "Description": alias.description,
        "RevisionId": alias.revision_id,
    })
}

fn unknown(function: &Function, name: &str) -> AwsError {
    refusals::not_found(format!("Cannot find alias arn: {}:{name}", function.arn))
}

fn check_version(function: &Function, version: &str) -> Result<(), AwsError> {
    let exists =
        version == "$LATEST" || version.parse().is_ok_and(|number: u64| function.versions.contains_key(&number));
    if exists {
        return Ok(());
    }
    Err(refusals::function_not_found(&format!("{}:{version}", function.arn)))
}
