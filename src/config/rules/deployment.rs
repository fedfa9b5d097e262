//! Names, places and the account.

use crate::config::limits::{self, Limit};
use crate::config::problem::{Findings, Problem};
use crate::config::tree::Node;

use super::{Context, length, made_of, tags};

pub(super) fn check(context: &Context<'_>, findings: &mut Findings) {
    check_stages(context, findings);
    let Some(deployment) = context.section("deployment") else { return };
    service_name(deployment, findings);
    region(deployment, context, findings);
    for (member, limit) in [("userPoolName", &limits::USER_POOL), ("clientName", &limits::CLIENT)] {
        cognito_name(deployment, member, limit, findings);
    }
    if let Some(account) = deployment.get("accountId")
        && let Some(id) = account.text()
        && !(made_of(id, |c| c.is_ascii_digit()) && id.len() == 12)
    {
        findings.add(account.error(format!("`{id}` is not an account id")).detail("an account id has 12 digits"));
    }
    if let Some(tags) = deployment.get("tags") {
        tags::check(tags, findings);
    }
}

fn service_name(deployment: &Node, findings: &mut Findings) {
    let Some(node) = deployment.get("serviceName") else { return };
    let Some(name) = node.text() else { return };
    let well_formed = made_of(name, |c| c.is_ascii_alphanumeric() || c == '-');
    if !(well_formed && name.starts_with(|c: char| c.is_ascii_alphabetic())) {
        findings.add(
            node.error(format!("`{name}` is not a service name"))
                .detail("a service name has letters, digits and hyphens, and begins with a letter"),
        );
    }
}

fn check_stages(context: &Context<'_>, findings: &mut Findings) {
    let rule = "a stage has 1 to 128 letters, digits, hyphens and underscores";
    match &context.selection.stage {
        Some(stage) if !limits::STAGE.accepts(stage) => {
            findings.add_elsewhere(Problem::error("--stage", format!("`{stage}` is not a stage name")).detail(rule));
        }
        Some(_) => {}
        None => {
            if let Some(node) = context.section("deployment").and_then(|deployment| deployment.get("stage"))
                && let Some(stage) = node.text()
                && !limits::STAGE.accepts(stage)
            {
                findings.add(node.error(format!("`{stage}` is not a stage name")).detail(rule));
            }
        }
    }
    for entry in context.stages.iter().filter(|entry| !limits::STAGE_NAME.accepts(&entry.name)) {
        findings.add(entry.error(format!("`{}` is not a stage name", entry.name)).detail(rule));
    }
}

fn region(deployment: &Node, context: &Context<'_>, findings: &mut Findings) {
    let rule = "a Region is written like `us-west-2`";
    match (&context.selection.region, deployment.get("region")) {
        (Some(region), _) if !is_region(region) => {
            findings.add_elsewhere(Problem::error("--region", format!("`{region}` is not a Region")).detail(rule));
        }
        (Some(_), _) => {}
        (None, Some(node)) => {
            if let Some(region) = node.text().filter(|region| !is_region(region)) {
                findings.add(node.error(format!("`{region}` is not a Region")).detail(rule));
            }
        }
        (None, None) => {
            findings.add(deployment.error("no Region is named").hint("add the key `region`, or pass `--region`"));
        }
    }
}

/// Knows the form of AWS's own models, `us-west-2`, `us-gov-east-1`, `eusc-de-east-1`; not the list, which grows.
pub(super) fn is_region(text: &str) -> bool {
    let lower = |part: &str| made_of(part, |c| c.is_ascii_lowercase());
    let parts: Vec<_> = text.strip_prefix("eusc-").unwrap_or(text).split('-').collect();
    let (area, place, number) = match parts.as_slice() {
        [area, place, number] => (area, place, number),
        [area, part, place, number] if *part == "gov" || (part.starts_with("iso") && part.len() <= 4) => {
            (area, place, number)
        }
        _ => return false,
    };
    let digit = number.len() == 1 && number.starts_with(|c: char| c.is_ascii_digit());
    area.len() == 2 && lower(area) && lower(place) && parts.iter().rev().skip(1).all(|part| lower(part)) && digit
}

fn cognito_name(deployment: &Node, member: &str, limit: &Limit, findings: &mut Findings) {
    let Some(node) = deployment.get(member) else { return };
    // A name that was composed has a service and a stage in it, which are checked themselves, but for their length.
    let composed = node.at == deployment.at;
    if !composed || node.text().is_some_and(|name| length(name) > 128) {
        limit.check(Some(node), findings);
    }
}
