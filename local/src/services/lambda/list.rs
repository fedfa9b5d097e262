//! `ListFunctions` and `ListVersionsByFunction`, and the pagination of all lists of Lambda.

use serde_json::{Value, json};

use super::{configuration, members::Members, names::Target};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

/// Lambda returns at most this many functions per page, whatever the requested page size.
const LARGEST_PAGE: u32 = 50;

pub(super) fn list_functions(emulator: &Emulator, call: &Call) -> Answered {
    let all_versions = Members::of(call).text("FunctionVersion").is_some_and(|wanted| wanted == "ALL");
    let prefix = format!("arn:aws:lambda:{}:", call.region);
    let mut entries = Vec::new();
    for (arn, function) in emulator.world().lambda.functions.iter().filter(|(arn, _)| arn.starts_with(&prefix)) {
        let qualifier = all_versions.then_some("$LATEST");
        entries.push((arn.clone(), configuration::render_summary(function, &function.latest, qualifier)));
        for version in function.versions.values().filter(|_| all_versions) {
            let rendered = configuration::render_summary(function, version, Some(&version.label));
            entries.push((format!("{arn}:{}", version.label), rendered));
        }
    }
    page(emulator, call, "Functions", entries)
}

pub(super) fn list_versions(emulator: &Emulator, call: &Call) -> Answered {
    let target = Target::read(emulator, call)?;
    let world = emulator.world();
    let function = target.function(&world.lambda)?;
    let entries = std::iter::once(&function.latest)
        .chain(function.versions.values())
        .map(|version| (version.label.clone(), configuration::render_summary(function, version, Some(&version.label))))
        .collect();
    page(emulator, call, "Versions", entries)
}

/// Returns one page of a list. Each entry carries its marker.
pub(super) fn page(emulator: &Emulator, call: &Call, member: &str, entries: Vec<(String, Value)>) -> Answered {
    let members = Members::of(call);
    let wanted = members.number("MaxItems").unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
    let size = emulator.settings().page_size.unwrap_or(usize::MAX).min(wanted as usize);
    let start = match members.text("Marker").filter(|marker| !marker.is_empty()) {
        None => 0,
        Some(marker) => entries.iter().position(|(behind, _)| behind == marker).ok_or_else(invalid_marker)? + 1,
    };
    let end = entries.len().min(start + size);
    let next = if end < entries.len() { Value::from(entries[end - 1].0.clone()) } else { Value::Null };
    let items: Vec<_> = entries.into_iter().skip(start).take(size).map(|(_, item)| item).collect();
    Ok(json!({ member: items, "NextMarker": next }).into())
}

fn invalid_marker() -> AwsError {
    super::refusals::invalid("Invalid NextToken")
}
