//! Rules for names, Regions and the account ID.

use crate::config::limits::{self, Limit};
use crate::config::problem::{Findings, Problem};
use crate::config::tree::JsonNode;

use super::{
    ConfigView, length, made_of,
    regions::{guess_region, is_known_region, is_region},
    tags,
};

pub(super) fn check(context: &ConfigView<'_>, findings: &mut Findings) {
    check_stages(context, findings);
    let Some(deployment) = context.section("deployment") else { return };
    if let Some(node) = deployment.get("serviceName")
        && let Some(problem) = node.text().and_then(|name| service_name(name, node.error("")))
    {
        findings.add(problem);
    }
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

/// The problem with a service name, at the location of `problem`.
pub(in crate::config) fn service_name(name: &str, problem: Problem) -> Option<Problem> {
    let well_formed = made_of(name, |c| c.is_ascii_alphanumeric() || c == '-');
    (!(well_formed && name.starts_with(|c: char| c.is_ascii_alphabetic()))).then(|| {
        Problem { message: format!("`{name}` is not a service name"), ..problem }
            .detail("a service name consists of letters, digits and hyphens, and starts with a letter")
    })
}

fn check_stages(context: &ConfigView<'_>, findings: &mut Findings) {
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

fn region(deployment: &JsonNode, context: &ConfigView<'_>, findings: &mut Findings) {
    match (&context.selection.region, deployment.get("region")) {
        (Some(region), _) => {
            if let Some(problem) = wrong_region(region, Problem::error("--region", "")) {
                findings.add_elsewhere(problem);
            }
        }
        (None, Some(node)) => {
            if let Some(problem) = node.text().and_then(|region| wrong_region(region, node.error(""))) {
                findings.add(problem);
            }
        }
        (None, None) => {
            findings.add(deployment.error("no Region is named").hint("add the key `region`, or pass `--region`"));
        }
    }
}

/// The problem with the format of a Region, at the location of `problem`.
pub(in crate::config) fn malformed_region(name: &str, problem: Problem) -> Option<Problem> {
    (!is_region(name)).then(|| {
        let problem = Problem { message: format!("`{name}` is not a Region"), ..problem };
        problem.detail("a Region is written like `us-west-2`").maybe_hint(guess_region(name))
    })
}

/// The problem with the name of a Region, at the location of `problem`.
pub(super) fn wrong_region(name: &str, problem: Problem) -> Option<Problem> {
    if let Some(malformed) = malformed_region(name, problem.clone()) {
        return Some(malformed);
    }
    (!is_known_region(name)).then(|| {
        let message = format!("this version of stackctl does not know the Region `{name}`");
        Problem { message, ..problem }.maybe_hint(guess_region(name)).warning()
    })
}

fn cognito_name(deployment: &JsonNode, member: &str, limit: &Limit, findings: &mut Findings) {
    let Some(node) = deployment.get(member) else { return };
    // A default name is composed of service and stage, which are checked separately, except for the total length.
    let composed = node.at == deployment.at;
    if !composed || node.text().is_some_and(|name| length(name) > 128) {
        limit.check(Some(node), findings);
    }
}
