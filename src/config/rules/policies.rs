//! Rules for the permissions of a function's role: its own statements and managed policies.

use crate::config::limits;
use crate::config::problem::{Findings, Problem};
use crate::config::tree::JsonNode;

use super::{is_name_character, made_of, managed_policy};

/// IAM's limit of 10,240 characters for the inline policies of a role, minus the enclosing policy document and the
/// longest possible policy for the function's log group.
const MAXIMUM_POLICY: usize = 10_240 - 37 - 261;

pub(super) fn check(function: &JsonNode, findings: &mut Findings) {
    if let Some(policy) = function.get("policy") {
        for statement in policy.items() {
            check_statement(statement, findings);
            characters(statement, findings);
        }
        sids(policy, findings);
        size(policy, findings);
    }
    if let Some(managed) = function.get("managedPolicies") {
        let count = managed.items().len();
        let most = limits::MANAGED_POLICIES.most;
        if count as u64 > most {
            let problem = managed.error(format!("{count} managed policies"));
            findings.add(problem.detail(format!("IAM takes {most} for a role")));
        }
        for arn in managed.items() {
            managed_policy::check(arn, findings);
        }
    }
}

fn check_statement(statement: &JsonNode, findings: &mut Findings) {
    for (one, other) in [("Action", "NotAction"), ("Resource", "NotResource")] {
        match (statement.get(one), statement.get(other)) {
            (None, None) => {
                findings.add(statement.error(format!("the statement has neither `{one}` nor `{other}`")));
            }
            (Some(_), Some(_)) => {
                findings.add(statement.error(format!("the statement has both `{one}` and `{other}`")));
            }
            _ => {}
        }
    }
    for action in
        ["Action", "NotAction"].iter().filter_map(|member| statement.get(member)).flat_map(JsonNode::one_or_many)
    {
        if let Some(text) = action.text().filter(|text| !is_action(text)) {
            let problem = action.error(format!("`{text}` is not an action"));
            findings.add(problem.detail("an action is written like `dynamodb:GetItem` or `s3:Get*`, or is `*`"));
        }
    }
    for resource in
        ["Resource", "NotResource"].iter().filter_map(|member| statement.get(member)).flat_map(JsonNode::one_or_many)
    {
        if let Some(text) = resource.text().filter(|text| !is_resource(text)) {
            let problem = resource.error(format!("`{text}` is not a resource"));
            findings.add(problem.detail("a resource is an ARN, such as `arn:aws:s3:::bucket/*`, or `*`"));
        }
    }
    if let Some(problem) = allows_everything(statement) {
        findings.add(problem);
    }
}

/// Checks all strings and keys of a statement: IAM rejects the whole document for one invalid character.
fn characters(node: &JsonNode, findings: &mut Findings) {
    let problem = node.text().and_then(|text| limits::POLICY.problem(text, |message| node.error(message)));
    let names = node.entries().iter();
    let names = names.filter_map(|entry| limits::POLICY.problem(&entry.name, |message| entry.error(message)));
    for problem in problem.into_iter().chain(names) {
        findings.add(problem);
    }
    for child in node.items().iter().chain(node.entries().iter().map(|entry| &entry.value)) {
        characters(child, findings);
    }
}

fn is_action(text: &str) -> bool {
    let part = |part: &str| made_of(part, |c| is_name_character(c) || matches!(c, '*' | '?'));
    text == "*" || text.split_once(':').is_some_and(|(service, action)| part(service) && part(action))
}

fn is_resource(text: &str) -> bool {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    // S3 object keys may contain spaces.
    let spaced = |part: &&str| part.contains(char::is_whitespace);
    text == "*" || (parts[0] == "arn" && parts.len() == 6 && !parts[..5].iter().any(spaced) && text.trim() == text)
}

fn allows_everything(statement: &JsonNode) -> Option<Problem> {
    let has_star = |member| {
        statement.get(member).is_some_and(|node| node.one_or_many().iter().any(|node| node.text() == Some("*")))
    };
    let everything = statement.text_of("Effect") == Some("Allow")
        && has_star("Action")
        && has_star("Resource")
        && statement.get("Condition").is_none();
    everything.then(|| {
        statement
            .error("the function may do everything in the account")
            .hint("name the actions and resources it needs")
            .warning()
    })
}

fn sids(policy: &JsonNode, findings: &mut Findings) {
    let sids: Vec<_> = policy.items().iter().filter_map(|statement| statement.get("Sid")).collect();
    for (index, node) in sids.iter().enumerate() {
        let Some(sid) = node.text() else { continue };
        if !made_of(sid, |c| c.is_ascii_alphanumeric()) {
            findings.add(node.error(format!("`{sid}` is not a Sid")).detail("a Sid has letters and digits"));
        } else if sids[..index].iter().any(|earlier| earlier.text() == Some(sid)) {
            findings.add(node.error(format!("duplicate Sid `{sid}`")));
        }
    }
}

fn size(policy: &JsonNode, findings: &mut Findings) {
    let count = policy.to_json().to_string().chars().filter(|c| !c.is_whitespace()).count();
    if count > MAXIMUM_POLICY {
        findings.add(
            policy
                .error(format!("the policy has {count} characters"))
                .detail(format!("IAM takes 10240 for a role, of which {MAXIMUM_POLICY} are left beside its log group"))
                .hint("make a managed policy of it and name that in `managedPolicies`"),
        );
    }
}
