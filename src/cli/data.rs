//! A body or payload, as written on the command line.

use std::{convert::Infallible, path::PathBuf, str::FromStr};

/// The source of a body or payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Data {
    /// The argument itself.
    Text(String),
    /// `@FILE`.
    File(PathBuf),
    /// `-`, or `@-` as with curl.
    Stdin,
}

impl FromStr for Data {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match (text, text.strip_prefix('@')) {
            ("-" | "@-", _) => Self::Stdin,
            (_, Some(path)) => Self::File(path.into()),
            _ => Self::Text(text.to_owned()),
        })
    }
}
