//! The inline and managed policies of a role.

use std::collections::{BTreeMap, BTreeSet};

use super::spec::Spec;
use crate::{
    aws::{Context, call, look, operation, remove},
    engine::Result,
    resources::policy::Policy,
};

/// Brings the policies of the role from `live` to `want`; what `want` lacks is removed.
pub(super) async fn change(context: &Context<'_>, live: &Spec, want: &Spec) -> Result<()> {
    for (policy, document) in &want.inline_policies {
        if live.inline_policies.get(policy) != Some(document) {
            put(context, &want.name, policy, document).await?;
        }
    }
    for arn in want.managed_policy_arns.difference(&live.managed_policy_arns) {
        let request = context.cloud.iam.attach_role_policy().role_name(&want.name).policy_arn(arn);
        call(context, &operation::ATTACH_ROLE_POLICY, || request.clone().send()).await?;
    }
    for policy in live.inline_policies.keys().filter(|policy| !want.inline_policies.contains_key(*policy)) {
        delete(context, &want.name, policy).await?;
    }
    for arn in live.managed_policy_arns.difference(&want.managed_policy_arns) {
        detach(context, &want.name, arn).await?;
    }
    Ok(())
}

/// Removes every policy that is on the role, also those attached outside stackctl: IAM deletes no role that has one.
pub(super) async fn remove_all(context: &Context<'_>, role: &str) -> Result<()> {
    for policy in inline_names(context, role).await? {
        delete(context, role, &policy).await?;
    }
    for arn in managed(context, role).await? {
        detach(context, role, &arn).await?;
    }
    Ok(())
}

/// The inline policies with their documents; none when the role is gone.
pub(super) async fn inline(context: &Context<'_>, role: &str) -> Result<BTreeMap<String, Policy>> {
    let mut policies = BTreeMap::new();
    for name in inline_names(context, role).await? {
        let request = context.cloud.iam.get_role_policy().role_name(role).policy_name(&name);
        if let Some(answer) = look(context, &operation::GET_ROLE_POLICY, || request.clone().send()).await? {
            let document = Policy::decode(&answer.policy_document);
            let document = document.unwrap_or_else(|| Policy::new(&answer.policy_document.as_str().into()));
            policies.insert(name, document);
        }
    }
    Ok(policies)
}

/// The ARNs of the managed policies attached; none when the role is gone.
pub(super) async fn managed(context: &Context<'_>, role: &str) -> Result<BTreeSet<String>> {
    let (mut arns, mut page) = (BTreeSet::new(), None);
    loop {
        let request = context.cloud.iam.list_attached_role_policies().role_name(role).set_marker(page);
        let answer = look(context, &operation::LIST_ATTACHED_ROLE_POLICIES, || request.clone().send()).await?;
        let Some(answer) = answer else { return Ok(arns) };
        arns.extend(answer.attached_policies.unwrap_or_default().into_iter().filter_map(|policy| policy.policy_arn));
        page = answer.marker.filter(|_| answer.is_truncated);
        if page.is_none() {
            return Ok(arns);
        }
    }
}

async fn inline_names(context: &Context<'_>, role: &str) -> Result<Vec<String>> {
    let (mut names, mut page) = (Vec::new(), None);
    loop {
        let request = context.cloud.iam.list_role_policies().role_name(role).set_marker(page);
        let answer = look(context, &operation::LIST_ROLE_POLICIES, || request.clone().send()).await?;
        let Some(answer) = answer else { return Ok(names) };
        names.extend(answer.policy_names);
        page = answer.marker.filter(|_| answer.is_truncated);
        if page.is_none() {
            return Ok(names);
        }
    }
}

async fn put(context: &Context<'_>, role: &str, name: &str, policy: &Policy) -> Result<()> {
    let request = context.cloud.iam.put_role_policy().role_name(role).policy_name(name).policy_document(policy.text());
    call(context, &operation::PUT_ROLE_POLICY, || request.clone().send()).await.map(drop)
}

async fn delete(context: &Context<'_>, role: &str, name: &str) -> Result<()> {
    let request = context.cloud.iam.delete_role_policy().role_name(role).policy_name(name);
    remove(context, &operation::DELETE_ROLE_POLICY, || request.clone().send()).await
}

async fn detach(context: &Context<'_>, role: &str, arn: &str) -> Result<()> {
    let request = context.cloud.iam.detach_role_policy().role_name(role).policy_arn(arn);
    remove(context, &operation::DETACH_ROLE_POLICY, || request.clone().send()).await
}
