//! The platform of a function: the libraries and the language of AWS's runtimes.

use std::fmt;

/// A version: major and minor.
pub(super) type Version = (u16, u16);

/// Runtimes on Amazon Linux 2. Later runtimes use Amazon Linux 2023.
const ON_AMAZON_LINUX_2: &[&str] = &[
    "python3.8",
    "python3.9",
    "python3.10",
    "python3.11",
    "nodejs16.x",
    "nodejs18.x",
    "provided.al2",
    "java8.al2",
    "java11",
    "java17",
    "dotnet6",
    "ruby3.2",
];

/// The platform of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    pub(super) language: Language,
    /// The architecture by Lambda's name: `x86_64` or `arm64`.
    pub(super) machine: String,
    /// The version of the C library.
    pub(super) glibc: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python(Version),
    /// A custom runtime: the executable `bootstrap` in the package.
    Bootstrap,
    Other,
}

impl Platform {
    /// The platform of a runtime and an architecture on AWS.
    #[must_use]
    pub fn new(runtime: &str, architecture: &str) -> Self {
        let language = match runtime.strip_prefix("python").and_then(version) {
            Some(version) => Language::Python(version),
            None if runtime.starts_with("provided") => Language::Bootstrap,
            None => Language::Other,
        };
        let glibc = if ON_AMAZON_LINUX_2.contains(&runtime) { (2, 26) } else { (2, 34) };
        Self { language, machine: architecture.to_owned(), glibc }
    }
}

/// The text after "the function runs": `Python 3.13 on Linux arm64`, `on Linux x86_64`.
impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Language::Python((major, minor)) = self.language {
            write!(formatter, "Python {major}.{minor} ")?;
        }
        write!(formatter, "on Linux {}", self.machine)
    }
}

/// Parses a version such as `3.13`.
pub(super) fn version(text: &str) -> Option<Version> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
