//! Rules for the user pool: settings that Cognito rejects, and settings that prevent users from signing in.

use crate::config::problem::Findings;
use crate::config::tree::JsonNode;

pub(super) fn check(pool: &JsonNode, findings: &mut Findings) {
    account_recovery(pool, findings);
    let verified: Vec<_> = pool.get("autoVerifiedAttributes").map(JsonNode::items).unwrap_or_default().iter().collect();
    for node in &verified {
        if node.text() == Some("phone_number") {
            findings.add(
                node.error("no code is sent to phones: that needs an SMS configuration, which stackctl does not make")
                    .warning(),
            );
        }
    }
    if let Some(sign_up) = pool.get("selfSignUp").filter(|node| node.flag() == Some(true))
        && verified.is_empty()
    {
        findings.add(
            sign_up
                .error("users who sign up must be confirmed by an administrator, because no code is sent")
                .hint("add `\"autoVerifiedAttributes\": [\"email\"]`")
                .warning(),
        );
    }
}

fn account_recovery(pool: &JsonNode, findings: &mut Findings) {
    let Some(recovery) = pool.get("accountRecovery") else { return };
    let items = recovery.items();
    for (index, node) in items.iter().enumerate() {
        if let Some(text) = node.text()
            && items[..index].iter().any(|earlier| earlier.text() == Some(text))
        {
            findings.add(node.error(format!("duplicate `{text}` in the list")));
        }
    }
    if let Some(node) = items.iter().find(|node| node.text() == Some("admin_only")).filter(|_| items.len() > 1) {
        let problem = node.error("`admin_only` cannot be combined with other recovery methods");
        findings.add(problem.detail("Cognito takes it alone, or one or two of the others"));
    }
}
