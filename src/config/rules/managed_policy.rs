//! Rules for ARNs of managed policies, including whether an AWS managed policy exists.

use crate::config::limits;
use crate::config::problem::{Findings, Problem};
use crate::config::suggest::did_you_mean;
use crate::config::tree::JsonNode;

use super::{is_name_character, made_of};

/// Paths and names of AWS managed policies. The list may be outdated: AWS adds policies every month.
const KNOWN: &str = include_str!("../../../data/aws-managed-policies.txt");

pub(super) fn check(node: &JsonNode, findings: &mut Findings) {
    let Some(arn) = node.text() else { return };
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else {
        return findings.add(malformed(node, arn));
    };
    let name = resource.strip_prefix("policy/").filter(|name| is_policy(name));
    match name {
        Some(name) if *partition == "aws" && *account == "aws" => managed_by_aws(node, name, findings),
        Some(_) if is_partition(partition) && is_owner(account) => limits::MANAGED_POLICY.check(Some(node), findings),
        _ => findings.add(malformed(node, arn)),
    }
}

fn is_policy(name: &str) -> bool {
    made_of(name, |c| is_name_character(c) || "+=,.@/".contains(c))
}

fn is_partition(text: &str) -> bool {
    text == "aws" || text.starts_with("aws-")
}

fn is_owner(text: &str) -> bool {
    text == "aws" || (text.len() == 12 && made_of(text, |c| c.is_ascii_digit()))
}

fn malformed(node: &JsonNode, arn: &str) -> Problem {
    node.error(format!("`{arn}` is not the ARN of a managed policy"))
        .detail("it is written like `arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess`")
}

/// Warns about AWS managed policies that are not in the list.
fn managed_by_aws(node: &JsonNode, name: &str, findings: &mut Findings) {
    let known = || KNOWN.lines().filter(|line| !line.starts_with('#'));
    if name.starts_with("aws-service-role/") {
        let problem = node.error(format!("IAM attaches the policy `{name}` to no role but a service-linked one"));
        return findings.add(problem.hint("remove it, and name the actions that the function needs in `policy`"));
    }
    if known().any(|known| known == name) {
        return;
    }
    // A common mistake is to omit the path from the ARN.
    let elsewhere = known().find(|known| known.rsplit('/').next() == name.rsplit('/').next());
    let guess = elsewhere.map(|known| format!("did you mean `{known}`?")).or_else(|| did_you_mean(name, known()));
    findings.add(
        node.error(format!("this version of stackctl does not know the managed policy `{name}`"))
            .detail("the deploy fails if it does not exist")
            .maybe_hint(guess)
            .warning(),
    );
}
