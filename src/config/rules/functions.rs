//! Rules for functions: composed names, handlers, limits.

use std::collections::HashMap;

use crate::config::limits;
use crate::config::problem::{Findings, Problem};
use crate::config::suggest::list;
use crate::config::tree::{JsonMember, JsonNode};

use super::{ConfigView, environment, is_name_character, length, made_of, policies, runtimes, source::Folders};

pub(super) fn check(context: &ConfigView<'_>, findings: &mut Findings) {
    same_but_for_case(context.entries("functions"), findings);
    let called = first_routes(context);
    let mut folders = Folders::default();
    for entry in context.entries("functions") {
        let function = &entry.value;
        name(entry, context, findings);
        if let Some(runtime) = function.get("runtime") {
            runtimes::check(runtime, context.selection.today, findings);
        }
        if let Some(directory) = context.directory {
            folders.check(entry, directory);
        }
        limits::HANDLER.check(function.get("handler"), findings);
        limits::DESCRIPTION.check(function.get("description"), findings);
        log_retention(function.get("logRetentionDays"), findings);
        time_out(entry, &called, findings);
        if let Some(variables) = function.get("environment") {
            environment::check(variables, findings);
        }
        policies::check(function, findings);
    }
    folders.tell(findings);
}

/// Finds functions whose names differ only in case: IAM role names are case-insensitive.
fn same_but_for_case(functions: &[JsonMember], findings: &mut Findings) {
    let mut first: HashMap<String, &str> = HashMap::new();
    for entry in functions {
        let other = *first.entry(entry.name.to_ascii_lowercase()).or_insert(&entry.name);
        if other != entry.name {
            let message = format!("`{}` and `{other}` differ only in case", entry.name);
            findings.add(entry.error(message).detail("the names of their roles would be the same to IAM"));
        }
    }
}

/// The first route that calls each function.
fn first_routes<'a>(context: &'a ConfigView<'_>) -> HashMap<&'a str, &'a str> {
    let routes = context.entries("routes").iter().rev();
    routes.filter_map(|route| Some((route.value.text_of("function")?, route.name.as_str()))).collect()
}

fn name(entry: &JsonMember, context: &ConfigView<'_>, findings: &mut Findings) {
    if !made_of(&entry.name, is_name_character) {
        let problem = entry.error(format!("`{}` is not a function name", entry.name));
        return findings.add(problem.detail("a function name has letters, digits, hyphens and underscores"));
    }
    let Some(deployment) = context.section("deployment") else { return };
    let (Some(service), Some(stage)) = (deployment.text_of("serviceName"), deployment.text_of("stage")) else { return };
    let composed = format!("{service}-{stage}-{}", entry.name);
    let count = length(&composed);
    // The role has the same name, and IAM has the same limit.
    let most = usize::try_from(limits::FUNCTION.most).unwrap_or(usize::MAX);
    if count > most {
        findings.add(
            entry
                .error(format!("the function's name `{composed}` has {count} characters"))
                .detail(format!("Lambda and IAM take {most}; it is `<serviceName>-<stage>-<function>`"))
                .hint(format!("shorten one of the three by {}", count - most)),
        );
    }
}

/// Checks the retention of a log group, in days.
pub(super) fn log_retention(node: Option<&JsonNode>, findings: &mut Findings) {
    let Some(node) = node else { return };
    let retentions = limits::LOG_RETENTION.choice();
    let Some(days) = node.whole_number().filter(|days| !retentions.contains(days)) else { return };
    let names: Vec<_> = retentions.iter().map(ToString::to_string).collect();
    let longer = retentions.iter().find(|known| **known > days);
    findings.add(
        node.error(format!("CloudWatch Logs does not keep lines for {days} days"))
            .detail(format!("allowed are: {}", list(names.iter().map(String::as_str))))
            .maybe_hint(longer.map(|longer| format!("the next longer one is {longer}"))),
    );
}

fn time_out(entry: &JsonMember, called: &HashMap<&str, &str>, findings: &mut Findings) {
    let Some(node) = entry.value.get("timeout") else { return };
    let Some(seconds) = node.whole_number().filter(|seconds| (30..=limits::TIMEOUT.most).contains(seconds)) else {
        return;
    };
    if let Some(route) = called.get(entry.name.as_str()) {
        findings.add(beyond_api_gateway(node, seconds, route));
    }
}

fn beyond_api_gateway(node: &JsonNode, seconds: u64, route: &str) -> Problem {
    node.error(format!("the function may run for {seconds} s, but API Gateway returns 504 after 29"))
        .detail(format!("the route `{route}` calls it"))
        .warning()
}
