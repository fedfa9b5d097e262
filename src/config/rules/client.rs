//! Rules for the app client: its authentication flows.

use crate::config::model::AuthFlow;
use crate::config::problem::Findings;
use crate::config::tree::JsonNode;

pub(super) fn check(client: &JsonNode, findings: &mut Findings) {
    let Some(flows) = client.get("explicitAuthFlows") else { return };
    let has = |flow: &str| flows.items().iter().any(|node| node.text() == Some(flow));
    let known = |node: &JsonNode| AuthFlow::ALL.iter().any(|flow| node.text() == Some(flow.as_str()));
    if flows.items().is_empty() || !flows.items().iter().all(known) {
        // The schema reports this, and the flow that seems to be missing may be present under its old name.
        return;
    }
    if !has("ALLOW_ADMIN_USER_PASSWORD_AUTH") {
        findings.add(
            flows
                .error("`stackctl user` cannot sign in without `ALLOW_ADMIN_USER_PASSWORD_AUTH`")
                .hint("add it, unless no user signs in that way")
                .warning(),
        );
    }
    if !has("ALLOW_REFRESH_TOKEN_AUTH") {
        findings.add(
            flows
                .error("tokens cannot be refreshed without `ALLOW_REFRESH_TOKEN_AUTH`")
                .detail("Cognito does not add it to a list of one's own")
                .hint("add it, unless users are to sign in again each time")
                .warning(),
        );
    }
}
