//! The flags of `stackctl policy`.

use clap::Args;

use super::number;

/// Which IAM policy to print.
#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    /// The policy for all stages of the config
    #[arg(long, conflicts_with = "stage")]
    pub(crate) all_stages: bool,

    /// Only what `plan`, `status` and other commands that read need
    #[arg(long)]
    pub(crate) read_only: bool,

    /// The account's id, 12 digits [default: `deployment.accountId`, or any account]
    #[arg(long, value_name = "ID", value_parser = number::account)]
    pub(crate) account: Option<String>,

    /// The trust policy of the role instead: github:OWNER/REPOSITORY, or with :BRANCH at its end
    ///
    /// GitHub Actions assumes such a role without a stored key. Instead of a branch the end can be `refs/tags/v*`,
    /// `environment:NAME` or `pull_request`. The account needs the identity provider `token.actions.githubusercontent.com`.
    #[arg(long, value_name = "SUBJECT", value_parser = github_subject, conflicts_with_all = ["all_stages", "read_only"])]
    pub(crate) trust: Option<String>,
}

/// The subject of the tokens of GitHub Actions that a role trusts.
///
/// # Errors
/// When the text is not `github:OWNER/REPOSITORY[:REF]`.
fn github_subject(text: &str) -> Result<String, String> {
    const EXPECTED: &str = "expected `github:OWNER/REPOSITORY`, or with `:` and a branch, `refs/tags/v*`, \
                            `environment:NAME` or `pull_request` at its end";
    let (repository, reference) = match text.strip_prefix("github:").ok_or(EXPECTED)?.split_once(':') {
        Some((repository, reference)) => (repository, Some(reference)),
        None => (text.trim_start_matches("github:"), None),
    };
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character))
    };
    if !repository.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name)) {
        return Err(EXPECTED.to_owned());
    }
    let rest = match reference {
        None => "*".to_owned(),
        Some("") => return Err(EXPECTED.to_owned()),
        Some(given) if given == "pull_request" || given.starts_with("environment:") => given.to_owned(),
        Some(given) if given.starts_with("refs/") => format!("ref:{given}"),
        Some(branch) => format!("ref:refs/heads/{branch}"),
    };
    Ok(format!("repo:{repository}:{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_of_github_names_a_repository_and_what_runs() {
        for (text, subject) in [
            ("github:acme/shop", Some("repo:acme/shop:*")),
            ("github:acme/shop:main", Some("repo:acme/shop:ref:refs/heads/main")),
            ("github:acme/shop:refs/tags/v*", Some("repo:acme/shop:ref:refs/tags/v*")),
            ("github:acme/shop:environment:prod", Some("repo:acme/shop:environment:prod")),
            ("github:acme/shop:pull_request", Some("repo:acme/shop:pull_request")),
            ("github:acme", None),
            ("github:acme/shop/x", None),
            ("github:*/shop", None),
            ("github:acme/shop:", None),
            ("gitlab:acme/shop", None),
        ] {
            assert_eq!(github_subject(text).ok().as_deref(), subject, "{text}");
        }
    }
}
