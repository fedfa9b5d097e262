//! The alias: the name under which the API calls a function, and where it leads.
//!
//! Its description says which version it was pointed to and the fingerprint of what that version froze. A hand that
//! moves the alias leaves the description behind, so both together tell without another call whether what is served is
//! what we published.

use std::collections::HashMap;

use aws_sdk_lambda::{operation::get_alias::GetAliasOutput, types::AliasRoutingConfiguration};

use super::{spec::MARK, target::AliasTarget};
use crate::{
    aws::{Context, call, look, operation},
    engine::{ResourceError, Result, Verdict},
};

/// What the alias is called.
pub const NAME: &str = "live";

/// Where the alias leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Alias {
    /// A number; or `$LATEST`, where it was changed outside stackctl.
    pub(super) version: String,
    /// Whether another version gets a share of the requests.
    shared: bool,
    /// Of what the version froze; `None` when it was not us who pointed the alias there.
    fingerprint: Option<String>,
}

impl Alias {
    fn of(answer: &GetAliasOutput) -> Self {
        let version = answer.function_version().unwrap_or_default();
        let fingerprint = || answer.description()?.strip_prefix(MARK)?.strip_suffix(&pointed_to(version));
        let weights = answer.routing_config().and_then(AliasRoutingConfiguration::additional_version_weights);
        Self {
            version: version.to_owned(),
            shared: weights.is_some_and(|weights| !weights.is_empty()),
            fingerprint: fingerprint().map(ToOwned::to_owned),
        }
    }

    /// What it leads to, beside settings with this fingerprint.
    fn target(&self, fingerprint: &str) -> AliasTarget {
        match self {
            Self { shared: true, version, .. } => AliasTarget::Split(version.clone()),
            Self { fingerprint: Some(frozen), .. } if frozen == fingerprint => AliasTarget::Current,
            Self { version, .. } => AliasTarget::Version(version.clone()),
        }
    }
}

/// Where an alias leads, beside settings with this fingerprint.
pub(super) fn target(alias: Option<&Alias>, fingerprint: &str) -> AliasTarget {
    alias.map_or(AliasTarget::Missing, |alias| alias.target(fingerprint))
}

/// Looks where the alias of a function leads; `None` when there is none.
pub(super) async fn get(context: &Context<'_>, function: &str) -> Result<Option<Alias>> {
    let request = context.cloud.lambda.get_alias().function_name(function).name(NAME);
    let answer = look(context, &operation::GET_ALIAS, || request.clone().send()).await?;
    Ok(answer.map(|answer| Alias::of(&answer)))
}

/// Makes the alias of a function that has none, leading to this version.
///
/// # Errors
/// [`Verdict::AlreadyExists`] when it has one, and whatever AWS refuses.
pub(super) async fn create(context: &Context<'_>, function: &str, (version, fingerprint): (&str, &str)) -> Result<()> {
    let request = context.cloud.lambda.create_alias().function_name(function).name(NAME);
    let request = request.function_version(version).description(description(version, fingerprint));
    call(context, &operation::CREATE_ALIAS, || request.clone().send()).await.map(drop)
}

/// Points the alias to this version and to no other; makes it when there is none.
pub(super) async fn point(context: &Context<'_>, function: &str, (version, fingerprint): (&str, &str)) -> Result<()> {
    let description = description(version, fingerprint);
    if moved(context, function, (version, &description)).await? {
        return Ok(());
    }
    match create(context, function, (version, fingerprint)).await {
        // The SDK sends a create again whose answer was lost, and meets its own alias.
        Err(error) if error.verdict == Verdict::AlreadyExists => {
            moved(context, function, (version, &description)).await.map(drop)
        }
        created => created,
    }
}

/// Points the alias to a version that it has led to, with the fingerprint of what that one froze where that is known.
pub(super) async fn put_back(
    context: &Context<'_>,
    function: &str,
    (version, fingerprint): (&str, Option<&str>),
) -> Result<()> {
    let unknown = || format!("rolled back to version {version}");
    let description = fingerprint.map_or_else(unknown, |fingerprint| description(version, fingerprint));
    if moved(context, function, (version, &description)).await? {
        return Ok(());
    }
    Err(ResourceError::refused(format!("function `{function}` has no alias `{NAME}` or no version {version} any more")))
}

/// Moves the alias; `false` when there is none, or no such version.
async fn moved(context: &Context<'_>, function: &str, (version, description): (&str, &str)) -> Result<bool> {
    // Weights that are left out stay.
    let alone = AliasRoutingConfiguration::builder().set_additional_version_weights(Some(HashMap::new())).build();
    let request = context.cloud.lambda.update_alias().function_name(function).name(NAME).routing_config(alone);
    let request = request.function_version(version).description(description);
    Ok(look(context, &operation::UPDATE_ALIAS, || request.clone().send()).await?.is_some())
}

fn description(version: &str, fingerprint: &str) -> String {
    format!("{MARK}{fingerprint}{}", pointed_to(version))
}

fn pointed_to(version: &str) -> String {
    format!(" in version {version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias(version: &str, description: &str, weights: &[(&str, f64)]) -> Alias {
        let weights = weights.iter().map(|(version, weight)| ((*version).to_owned(), *weight)).collect();
        let routing = AliasRoutingConfiguration::builder().set_additional_version_weights(Some(weights)).build();
        let answer = GetAliasOutput::builder().function_version(version).description(description);
        Alias::of(&answer.routing_config(routing).build())
    }

    #[test]
    fn an_alias_is_believed_only_where_we_have_pointed_it() {
        let ours = description("7", "0123");
        assert_eq!(ours, "stackctl 0123 in version 7");
        let said = |alias: Alias| target(Some(&alias), "0123").to_string();
        assert_eq!(said(alias("7", &ours, &[])), "new version");
        assert_eq!(said(alias("6", &ours, &[])), "version 6");
        assert_eq!(said(alias("7", "by hand", &[])), "version 7");
        assert_eq!(said(alias("7", &description("7", "4567"), &[])), "version 7");
        assert_eq!(said(alias("$LATEST", &ours, &[])), "version $LATEST");
        assert_eq!(said(alias("7", &ours, &[("6", 0.1)])), "version 7 and another one");
        assert_eq!(target(None, "0123"), AliasTarget::Missing);
    }
}
