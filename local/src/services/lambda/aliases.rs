//! Aliases: names for one version, or for two weighted ones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Function,
    function::{check_revision, new_revision},
    list,
    members::Members,
    names::Target,
    refusals,
};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

const MEMBERS: &[&str] = &["Description", "FunctionName", "FunctionVersion", "Name", "RevisionId", "RoutingConfig"];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Alias {
    pub(super) function_version: String,
    description: String,
    /// The share of requests that a second version gets, by its number. At most one entry.
    #[serde(default)]
    weights: BTreeMap<String, f64>,
    pub(super) revision_id: String,
}

impl Alias {
    /// Whether the alias routes requests to this version.
    pub(super) fn leads_to(&self, version: &str) -> bool {
        self.function_version == version || self.weights.contains_key(version)
    }

    /// Picks the version for the next request, by weight.
    pub(super) fn draw(&self) -> &str {
        let [a, b, c, d, ..] = Uuid::new_v4().into_bytes();
        let drawn = f64::from(u32::from_le_bytes([a, b, c, d])) / f64::from(u32::MAX);
        let other = self.weights.iter().find(|(_, weight)| drawn < **weight);
        other.map_or(&self.function_version, |(version, _)| version)
    }
}

pub(super) fn create_alias(emulator: &Emulator, call: &Call) -> Answered {
    let members = Members::of(call).only("CreateAlias", MEMBERS)?;
    let target = Target::read(emulator, call)?;
    let name = members.required("Name");
    let function_version = members.required("FunctionVersion");
    let mut world = emulator.world();
    let function = target
        .function_mut(&mut world.lambda)
        .map_err(|_| refusals::function_not_found(&format!("{}:{function_version}", target.arn)))?;
    let weights = read_weights(members, function)?.unwrap_or_default();
    check_version(function, function_version)?;
    if function.aliases.contains_key(name) {
        return Err(refusals::conflict(format!("Alias already exists: {}:{name}", function.arn)));
    }
    let alias = Alias {
        function_version: function_version.into(),
        description: members.text("Description").unwrap_or_default().into(),
        weights,
        revision_id: new_revision(),
    };
    check_weights(&alias)?;
    let answer = render(&function.arn, name, &alias);
    function.aliases.insert(name.into(), alias);
    Ok(answer.into())
}

pub(super) fn get_alias(emulator: &Emulator, call: &Call) -> Answered {
    let target = Target::read(emulator, call)?;
    let name = Members::of(call).required("Name");
    let world = emulator.world();
    let function = target.function(&world.lambda)?;
    let alias = function.aliases.get(name).ok_or_else(|| unknown(function, name))?;
    Ok(render(&function.arn, name, alias).into())
}

pub(super) fn update_alias(emulator: &Emulator, call: &Call) -> Answered {
    let members = Members::of(call).only("UpdateAlias", MEMBERS)?;
    let target = Target::read(emulator, call)?;
    let name = members.required("Name");
    let mut world = emulator.world();
    let function = target.function_mut(&mut world.lambda)?;
    let mut alias = function
        .aliases
        .get(name)
        .ok_or_else(|| refusals::not_found(format!("Alias not found: {}:{name}", function.arn)))?
        .clone();
    check_revision(members.text("RevisionId"), &alias.revision_id)?;
    if let Some(version) = members.text("FunctionVersion") {
        check_version(function, version)?;
        alias.function_version = version.into();
    }
    if let Some(description) = members.text("Description") {
        alias.description = description.into();
    }
    if let Some(weights) = read_weights(members, function)? {
        alias.weights = weights;
    }
    check_weights(&alias)?;
    alias.revision_id = new_revision();
    let answer = render(&function.arn, name, &alias);
    function.aliases.insert(name.into(), alias);
    Ok(answer.into())
}

/// As on AWS, deleting an alias that does not exist succeeds.
pub(super) fn delete_alias(emulator: &Emulator, call: &Call) -> Answered {
    let target = Target::read(emulator, call)?;
    let name = Members::of(call).required("Name");
    let mut world = emulator.world();
    let function = target.function_mut(&mut world.lambda)?;
    function.aliases.remove(name);
    function.policies.remove(name);
    Ok(json!({}).into())
}

pub(super) fn list_aliases(emulator: &Emulator, call: &Call) -> Answered {
    let target = Target::read(emulator, call)?;
    let wanted = Members::of(call).text("FunctionVersion");
    let world = emulator.world();
    let function = target.function(&world.lambda)?;
    let entries = function
        .aliases
        .iter()
        .filter(|(_, alias)| wanted.is_none_or(|version| alias.leads_to(version)))
        .map(|(name, alias)| (name.clone(), render(&function.arn, name, alias)))
        .collect();
    list::page(emulator, call, "Aliases", entries)
}

fn render(function_arn: &str, name: &str, alias: &Alias) -> Value {
    let mut answer = json!({
        "AliasArn": format!("{function_arn}:{name}"),
        "Name": name,
        "FunctionVersion": alias.function_version,
        "Description": alias.description,
        "RevisionId": alias.revision_id,
    });
    if !alias.weights.is_empty() {
        answer["RoutingConfig"] = json!({ "AdditionalVersionWeights": alias.weights });
    }
    answer
}

/// Reads `RoutingConfig`. An empty map removes the weights.
fn read_weights(members: Members<'_>, function: &Function) -> Result<Option<BTreeMap<String, f64>>, AwsError> {
    let Some(routing) = members.structure("RoutingConfig") else { return Ok(None) };
    let weights = routing.value("AdditionalVersionWeights").and_then(Value::as_object);
    let mut read = BTreeMap::new();
    for (version, weight) in weights.into_iter().flatten() {
        check_version(function, version)?;
        read.insert(version.clone(), weight.as_f64().unwrap_or_default());
    }
    Ok(Some(read))
}

/// Rejects weights as Lambda does: it splits traffic between two published versions only.
fn check_weights(alias: &Alias) -> Result<(), AwsError> {
    if alias.weights.len() > 1 {
        return Err(refusals::invalid("Number of items in AdditionalVersionWeights cannot be greater than 1"));
    }
    let Some(other) = alias.weights.keys().next() else { return Ok(()) };
    if *other == alias.function_version {
        return Err(refusals::invalid(format!(
            "Invalid function version {other}. Function version {other} is already included in routing configuration."
        )));
    }
    if [other.as_str(), &alias.function_version].contains(&"$LATEST") {
        return Err(AwsError::new(
            400,
            "InvalidParameterValueException",
            "$LATEST is not supported for an alias pointing to more than 1 version",
        ));
    }
    Ok(())
}

pub(super) fn unknown(function: &Function, name: &str) -> AwsError {
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
