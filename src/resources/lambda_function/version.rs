//! Versions: frozen copies of a function's code and settings, published and pruned.

use std::collections::BTreeSet;

use aws_sdk_lambda::{
    operation::publish_version::PublishVersionOutput,
    types::{FunctionConfiguration, State},
};

use super::{
    read::spec,
    spec::{FIELDS, MARK, Outputs, Spec, fingerprint},
    wait,
};
use crate::{
    aws::{Context, call, meant, operation, remove},
    engine::{Result, Verdict},
    resources::kept::kept,
};

const MEDDLED: &str = "another process is changing the function: run the command again";

/// Publishes the function as it is now, which must be as wanted; answers the number of the version.
///
/// Lambda makes no second version of what was published last, so this can be sent again.
pub(super) async fn publish(context: &Context<'_>, outputs: &Outputs, want: &Spec) -> Result<String> {
    let fingerprint = fingerprint(want);
    let request = context
        .cloud
        .lambda
        .publish_version()
        .function_name(&want.name)
        .code_sha256(&outputs.code_sha256)
        // Only this call can describe a version, and nothing else says afterwards whose it is.
        .description(format!("{MARK}{fingerprint}"));
    let answer = match call(context, &operation::PUBLISH_VERSION, || request.clone().send()).await {
        Err(error) if error.message.contains("CodeSHA256") => return Err(error.hint(MEDDLED)),
        answer => answer?,
    };
    let version = answer.version.clone().unwrap_or_default();
    let active = answer.state.as_ref().map(meant) == Some(State::Active);
    let frozen = spec(&configuration(answer), outputs)?;
    // The description of a version is the version's own, and neither tags nor the alias are frozen.
    let rest =
        Spec { description: want.description.clone(), tags: want.tags.clone(), alias: want.alias.clone(), ..frozen };
    kept(&format!("version {version} of function `{}`", want.name), &rest, want, FIELDS)?;
    if !active {
        wait::until_active(context, &want.name, Some(&version)).await?;
    }
    Ok(version)
}

/// The same members in the type that all other answers have.
fn configuration(answer: PublishVersionOutput) -> FunctionConfiguration {
    FunctionConfiguration::builder()
        .set_role(answer.role)
        .set_runtime(answer.runtime)
        .set_handler(answer.handler)
        .set_timeout(answer.timeout)
        .set_memory_size(answer.memory_size)
        .set_architectures(answer.architectures)
        .set_environment(answer.environment)
        .set_logging_config(answer.logging_config)
        .set_code_sha256(answer.code_sha256)
        .build()
}

/// Deletes the versions of ours but for those `kept`.
pub(super) async fn prune(context: &Context<'_>, function: &str, kept: &BTreeSet<String>) -> Result<()> {
    for version in superfluous(list(context, function).await?, kept) {
        let request = context.cloud.lambda.delete_function().function_name(function).qualifier(version.to_string());
        match remove(context, &operation::DELETE_FUNCTION, || request.clone().send()).await {
            // An alias outside the stack leads to it, be it by weight: it stays, and is looked at again next time.
            Err(error)
                if error.verdict == Verdict::Refused && error.code.as_deref() == Some("ResourceConflictException") => {}
            pruned => pruned?,
        }
    }
    Ok(())
}

/// The numbers and descriptions of all that is published.
async fn list(context: &Context<'_>, function: &str) -> Result<Vec<(u64, String)>> {
    let mut all = Vec::new();
    let mut marker = None;
    loop {
        let request = context.cloud.lambda.list_versions_by_function().function_name(function).set_marker(marker);
        let page = call(context, &operation::LIST_VERSIONS, || request.clone().send()).await?;
        all.extend(page.versions().iter().filter_map(|one| {
            // `$LATEST` is among them.
            let number = one.version()?.parse().ok()?;
            Some((number, one.description().unwrap_or_default().to_owned()))
        }));
        match page.next_marker.filter(|marker| !marker.is_empty()) {
            Some(next) => marker = Some(next),
            None => return Ok(all),
        }
    }
}

/// Ours without those that are kept.
fn superfluous(all: Vec<(u64, String)>, kept: &BTreeSet<String>) -> Vec<u64> {
    let ours = all.into_iter().filter(|(_, description)| description.starts_with(MARK)).map(|(number, _)| number);
    ours.filter(|number| !kept.contains(&number.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_kept_and_those_of_others_are_not_pruned() {
        let of = |number: u64, description: &str| (number, description.to_owned());
        let all = vec![of(1, "by hand"), of(2, "stackctl 2"), of(3, "stackctl 3"), of(10, "stackctl 10")];
        assert_eq!(superfluous(all, &["10".to_owned(), "2".to_owned()].into()), [3]);
    }
}
