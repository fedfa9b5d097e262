//! Where the alias leads and which code a function has, with the texts that plans and the state show for them.

use std::fmt;

use serde::{Deserialize, Serialize};

const CURRENT: &str = "new version";
const MISSING: &str = "no alias";
const VERSION: &str = "version ";
const SPLIT: &str = " and another one";
const CHANGED: &str = "changed outside stackctl: ";

/// Where the alias of a function leads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum AliasTarget {
    /// A version of the settings of the spec: the only one that is ever desired.
    Current,
    Version(String),
    /// A version that shares the requests with another one.
    Split(String),
    /// Nowhere: there is no alias.
    #[default]
    Missing,
}

/// Which code a function has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Code {
    Source(String),
    /// Code that was uploaded outside stackctl, by the SHA-256 that AWS tells of it.
    Changed(String),
}

impl fmt::Display for AliasTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current => f.write_str(CURRENT),
            Self::Version(version) => write!(f, "{VERSION}{version}"),
            Self::Split(version) => write!(f, "{VERSION}{version}{SPLIT}"),
            Self::Missing => f.write_str(MISSING),
        }
    }
}

impl From<AliasTarget> for String {
    fn from(target: AliasTarget) -> Self {
        target.to_string()
    }
}

impl From<String> for AliasTarget {
    fn from(text: String) -> Self {
        match text.strip_prefix(VERSION) {
            Some(version) => match version.strip_suffix(SPLIT) {
                Some(version) => Self::Split(version.to_owned()),
                None => Self::Version(version.to_owned()),
            },
            None if text == CURRENT => Self::Current,
            None => Self::Missing,
        }
    }
}

impl Code {
    /// The hash of the source, where that is known.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Source(hash) => Some(hash),
            Self::Changed(_) => None,
        }
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        match code {
            Code::Source(hash) => hash,
            Code::Changed(sha256) => format!("{CHANGED}{sha256}"),
        }
    }
}

impl From<String> for Code {
    fn from(text: String) -> Self {
        match text.strip_prefix(CHANGED) {
            Some(sha256) => Self::Changed(sha256.to_owned()),
            None => Self::Source(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_and_codes_are_read_as_they_are_written() {
        let targets = [
            (AliasTarget::Current, "new version"),
            (AliasTarget::Version("2".into()), "version 2"),
            (AliasTarget::Split("2".into()), "version 2 and another one"),
            (AliasTarget::Missing, "no alias"),
        ];
        for (target, text) in targets {
            assert_eq!(String::from(target.clone()), text);
            assert_eq!(AliasTarget::from(text.to_owned()), target);
        }
        for code in [Code::Source("abc".into()), Code::Changed("xyz=".into())] {
            assert_eq!(Code::from(String::from(code.clone())), code);
        }
    }
}
