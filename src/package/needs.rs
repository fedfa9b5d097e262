//! The platform requirements of compiled code, in one form for headers, file names and wheel tags.

use super::target::{Language, Platform, Version, version};

/// The platform requirements of compiled code, as far as it states them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    pub(super) python: Option<Python>,
    pub(super) system: Option<System>,
    /// The architecture, by Lambda's name if it has one: `x86_64`, `arm64`.
    pub(super) machine: Option<String>,
    pub(super) libc: Option<Libc>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Python {
    Exactly(Version),
    Since(Version),
    /// A Python that Lambda does not provide, such as `PyPy`.
    Other(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Linux,
    MacOs,
    Windows,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Libc {
    /// At least this version.
    Glibc(Version),
    Musl,
}

/// Names of architectures in platform tags, with Lambda's names for them.
const MACHINES: &[(&str, &str)] = &[
    ("x86_64", "x86_64"),
    ("amd64", "x86_64"),
    ("aarch64", "arm64"),
    ("arm64", "arm64"),
    ("i386", "i386"),
    ("i686", "i386"),
    ("win32", "i386"),
    ("arm", "arm"),
    ("ppc64le", "ppc64le"),
    ("s390x", "s390x"),
    ("riscv64", "riscv64"),
];

impl Needs {
    /// Parses a platform tag of Python: `x86_64-linux-gnu`, `darwin`, `win_amd64`, `manylinux_2_28_aarch64`.
    pub(super) fn of_platform(text: &str) -> Self {
        let system = if text.contains("linux") {
            Some(System::Linux)
        } else if text.contains("darwin") || text.starts_with("macosx") {
            Some(System::MacOs)
        } else {
            text.starts_with("win").then_some(System::Windows)
        };
        let machine = MACHINES.iter().find(|(word, _)| text.contains(word)).map(|(_, machine)| (*machine).to_owned());
        let libc = if text.contains("musl") { Some(Libc::Musl) } else { manylinux(text).map(Libc::Glibc) };
        Self { python: None, system, machine, libc }
    }

    /// Whether the code can be loaded on the target.
    pub(super) fn fits(&self, target: &Platform) -> bool {
        self.system.is_none_or(|system| system == System::Linux)
            && self.machine.as_ref().is_none_or(|machine| *machine == target.machine)
            && self.has_python(target)
            && self.has_libc(target)
    }

    fn has_python(&self, target: &Platform) -> bool {
        match (&self.python, target.language) {
            (Some(Python::Exactly(version)), Language::Python(there)) => *version == there,
            (Some(Python::Since(version)), Language::Python(there)) => *version <= there,
            (Some(Python::Other(_)), Language::Python(_)) => false,
            _ => true,
        }
    }

    /// Whether the target's C library is compatible.
    fn has_libc(&self, target: &Platform) -> bool {
        match self.libc {
            Some(Libc::Glibc(version)) => version <= target.glibc,
            Some(Libc::Musl) => false,
            None => true,
        }
    }

    /// Describes the requirements, such as `Python 3.11 on macOS arm64`. The C library is included only if it is not
    /// compatible.
    pub(super) fn described(&self, target: &Platform) -> String {
        let python = match &self.python {
            _ if !matches!(target.language, Language::Python(_)) => None,
            Some(Python::Exactly((major, minor))) => Some(format!("Python {major}.{minor}")),
            // A requirement that is met is not shown.
            Some(Python::Since(_)) if self.has_python(target) => None,
            Some(Python::Since((major, minor))) => Some(format!("Python {major}.{minor} or later")),
            Some(Python::Other(name)) => Some(name.clone()),
            None => None,
        };
        let system = self.system.map(|system| match system {
            System::Linux => "Linux",
            System::MacOs => "macOS",
            System::Windows => "Windows",
        });
        let libc = match self.libc.filter(|_| !self.has_libc(target)) {
            Some(Libc::Glibc((major, minor))) => {
                let there = target.glibc;
                format!(" with glibc {major}.{minor} (the function has {}.{})", there.0, there.1)
            }
            Some(Libc::Musl) => " with musl (the function has glibc)".to_owned(),
            None => String::new(),
        };
        let platform: Vec<&str> = system.into_iter().chain(self.machine.as_deref()).collect();
        let platform = Some(format!("{}{libc}", platform.join(" "))).filter(|platform| !platform.is_empty());
        python.into_iter().chain(platform).collect::<Vec<_>>().join(" on ")
    }
}

/// The glibc version of a `manylinux…` platform.
fn manylinux(text: &str) -> Option<Version> {
    let rest = text.strip_prefix("manylinux")?;
    match rest.split('_').next()? {
        "1" => Some((2, 5)),
        "2010" => Some((2, 12)),
        "2014" => Some((2, 17)),
        _ => {
            let mut parts = rest.split('_').skip(1);
            version(&format!("{}.{}", parts.next()?, parts.next()?))
        }
    }
}

/// Parses the version in a tag such as `311`: one digit for the major version, the rest for the minor.
pub(super) fn joined_version(digits: &str) -> Option<Version> {
    let (major, minor) = digits.split_at_checked(1)?;
    Some((major.parse().ok()?, if minor.is_empty() { 0 } else { minor.parse().ok()? }))
}
