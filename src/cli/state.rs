//! `stackctl state …`: what can be done with the state itself.

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

/// What can be done with the state.
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Show what is recorded, and what was about to be done
    ///
    /// Of each thing its ids and what it needs, as a run would begin with them. Asks nobody but S3, where the state is
    /// there; `status` compares it with what there is.
    #[command(after_help = SHOW_EXAMPLES)]
    Show,

    /// Print the state as it is kept
    ///
    /// Byte for byte, also when it is damaged or of a later version.
    #[command(after_help = "Examples:\n  stackctl state pull > shop.dev.copy.json")]
    Pull,

    /// Move the state to where the config says now
    ///
    /// Change `state` in the config first. The old place keeps a note of where the state went, so that nobody begins anew
    /// there. A state of another stack, or one that went on, is never written over. Interrupted at any point, the same again
    /// goes on; until then no command takes either place for one without a state.
    #[command(after_help = MIGRATE_EXAMPLES)]
    Migrate(MigrateArgs),
}

/// Where a state comes from.
#[derive(Debug, Clone, Args)]
pub(crate) struct MigrateArgs {
    /// Where it is now: a folder, or `s3://BUCKET/KEY`, without `/KEY` under its usual name
    ///
    /// Left out where the config has a bucket, it is the folder that is used without one.
    #[arg(long, value_name = "PLACE")]
    pub(crate) from: Option<StatePlace>,

    /// The Region of that bucket, when it is not the stack's
    #[arg(long, value_name = "REGION", requires = "from")]
    pub(crate) from_region: Option<String>,

    /// The account that owns that bucket, when it is not the one that is deployed to
    #[arg(long, value_name = "ACCOUNT", requires = "from")]
    pub(crate) from_owner: Option<String>,
}

/// A place of a state, as it is written on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StatePlace {
    /// A folder.
    Folder(PathBuf),
    /// `s3://BUCKET/KEY`.
    Bucket {
        /// Its name.
        bucket: String,
        /// The object; none for the usual one.
        key: Option<String>,
    },
}

impl FromStr for StatePlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "a place is a folder, or an object written as s3://BUCKET/KEY";
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
    /// The name, as it is in events.
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
