//! `stackctl state …` and its flags.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand};

const SHOW_EXAMPLES: &str = "\
Examples:
  stackctl state show
  stackctl state show --json | jq -r 'select(.event == \"state\") | .state.pending | keys[]'";

const MIGRATE_EXAMPLES: &str = "\
Examples:
  stackctl state migrate                          from state/ to the bucket
  stackctl state migrate --from s3://acme-states  from a bucket to the folder
  stackctl state migrate --from ../shop/records   from another folder";

/// The commands for the state.
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Show the recorded resources and unfinished changes
    ///
    /// Shows the ids and dependencies of each resource. Sends no request to AWS, except to S3 when the state is in a
    /// bucket. `status` compares the state with the live settings.
    #[command(after_help = SHOW_EXAMPLES)]
    Show,

    /// Print the stored state, byte for byte
    ///
    /// Works also when the state is damaged or was written by a later version.
    #[command(after_help = "Examples:\n  stackctl state pull > shop.dev.copy.json")]
    Pull,

    /// Move the state to the place that the config names
    ///
    /// Change `state` in the config first. A note of the new place stays at the old one, so that no command starts a new
    /// state there. A state of another stack, or one that has changed, is never overwritten. If it is interrupted at any
    /// point, run it again to continue; until then every other command rejects both places.
    #[command(after_help = MIGRATE_EXAMPLES)]
    Migrate(MigrateArgs),
}

/// The place to move the state from.
#[derive(Debug, Clone, Args)]
pub(crate) struct MigrateArgs {
    /// The present place: a folder or `s3://BUCKET/KEY`; without `/KEY` the default name
    ///
    /// Default when the config names a bucket: the folder that is used without one.
    #[arg(long, value_name = "PLACE")]
    pub(crate) from: Option<StatePlace>,

    /// The Region of that bucket [default: the stack's]
    #[arg(long, value_name = "REGION", requires = "from")]
    pub(crate) from_region: Option<String>,

    /// The account that owns that bucket [default: the account of the stack]
    #[arg(long, value_name = "ACCOUNT", requires = "from")]
    pub(crate) from_owner: Option<String>,
}

/// A place of a state, as written on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StatePlace {
    /// A folder.
    Folder(PathBuf),
    /// `s3://BUCKET/KEY`.
    Bucket {
        /// The name of the bucket.
        bucket: String,
        /// The key of the object; none for the default.
        key: Option<String>,
    },
}

impl FromStr for StatePlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "expected a folder or s3://BUCKET/KEY";
        match text.split_once("://") {
            None if text.is_empty() => Err(FORM),
            None => Ok(Self::Folder(text.into())),
            Some(("s3", name)) => {
                let (bucket, key) = name.split_once('/').unwrap_or((name, ""));
                let key = Some(key.to_owned()).filter(|key| !key.is_empty());
                if bucket.is_empty() { Err(FORM) } else { Ok(Self::Bucket { bucket: bucket.to_owned(), key }) }
            }
            Some(_) => Err(FORM),
        }
    }
}

impl StateCommand {
    /// The name of the command in events.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Show => "state show",
            Self::Pull => "state pull",
            Self::Migrate(_) => "state migrate",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_folder_or_an_object() {
        let object = |bucket: &str, key: Option<&str>| {
            Ok(StatePlace::Bucket { bucket: bucket.into(), key: key.map(str::to_owned) })
        };
        assert_eq!("../records".parse(), Ok(StatePlace::Folder("../records".into())));
        assert_eq!("s3://acme/team/shop.json".parse(), object("acme", Some("team/shop.json")));
        assert_eq!("s3://acme".parse(), object("acme", None));
        assert_eq!("s3://acme/".parse(), object("acme", None));
        for wrong in ["", "s3://", "s3:///key", "https://acme/key"] {
            assert!(wrong.parse::<StatePlace>().is_err(), "{wrong}");
        }
    }
}
