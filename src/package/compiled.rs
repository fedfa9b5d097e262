//! Finds compiled code in a package: libraries, modules and programs by their headers and names, Python distributions
//! by their tags.

use goblin::elf::Elf;
use goblin::elf::header::{EM_386, EM_AARCH64, EM_ARM, EM_X86_64, ET_DYN, ET_EXEC, machine_to_str};

use super::needs::{Libc, Needs, Python, System, joined_version};
use super::target::{Platform, Version, version};
use super::wheel;

/// A file that can only be loaded if its requirements are met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compiled {
    pub(super) name: String,
    /// The distribution as a pip requirement, if the file is a `WHEEL`.
    pub(super) distribution: Option<String>,
    /// Alternative requirements, at least one. It is enough to meet one of them.
    needs: Vec<Needs>,
}

impl Compiled {
    /// Inspects a file. Returns `None` if it has no known requirements.
    pub(super) fn of(name: &str, content: &[u8]) -> Option<Self> {
        let distribution = wheel::distribution(name);
        let needs = match &distribution {
            Some(_) => wheel::tags(&String::from_utf8_lossy(content)),
            None => needs(name, content).into_iter().collect(),
        };
        (!needs.is_empty()).then(|| Self { name: name.to_owned(), distribution, needs })
    }

    pub(super) fn fits(&self, target: &Platform) -> bool {
        self.needs.iter().any(|needs| needs.fits(target))
    }

    /// Whether only the C library is incompatible.
    pub(super) fn fits_but_for_libc(&self, target: &Platform) -> bool {
        self.needs.iter().any(|needs| Needs { libc: None, ..needs.clone() }.fits(target))
    }

    /// Whether the file belongs to Node.js or to an npm package.
    pub(super) fn is_of_node(&self) -> bool {
        ending(&self.name) == "node" || self.name.split('/').any(|part| part == "node_modules")
    }

    /// Describes the requirements.
    pub(super) fn described(&self, target: &Platform) -> String {
        self.needs.first().map(|needs| needs.described(target)).unwrap_or_default()
    }

    /// The name without platform, architecture and Python version, so that builds of the same module share it.
    pub(super) fn family(&self) -> String {
        let words = self.name.split(|letter: char| !letter.is_alphanumeric());
        let words: Vec<_> = words.map(str::to_lowercase).filter(|word| !is_of_platform(word)).collect();
        words.join(" ")
    }
}

fn is_of_platform(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "",
        "so",
        "pyd",
        "dylib",
        "dll",
        "abi3",
        "darwin",
        "macos",
        "macosx",
        "mac",
        "osx",
        "apple",
        "win",
        "win32",
        "win64",
        "windows",
        "pc",
        "msvc",
        "linux",
        "linuxmusl",
        "linuxglibc",
        "unknown",
        "gnu",
        "gnueabihf",
        "glibc",
        "musl",
        "musleabihf",
        "rhel",
        "debian",
        "openssl",
        "x",
        "x86",
        "x64",
        "amd64",
        "ia32",
        "i386",
        "i686",
        "arm",
        "arm64",
        "aarch64",
        "armhf",
        "armv6",
        "armv7",
        "armv7l",
        "universal",
        "universal2",
        "freebsd",
        "android",
        "ppc64le",
        "ppc64",
        "s390x",
        "riscv64",
        "loong64",
    ];
    let is_number = |digits: &str| digits.chars().all(|digit| digit.is_ascii_digit());
    WORDS.contains(&word)
        || is_number(word)
        || ["cpython", "cp", "pypy"].iter().any(|start| word.strip_prefix(start).is_some_and(is_number))
}

/// The requirements of a file. Its header has precedence over its name.
fn needs(name: &str, content: &[u8]) -> Option<Needs> {
    let file = name.rsplit('/').next()?;
    let (python, platform) = python_module(file);
    let named = || match ending(file) {
        "pyd" => Some(Needs { system: Some(System::Windows), ..platform.clone() }),
        "dylib" => Some(Needs { system: Some(System::MacOs), ..platform.clone() }),
        "so" if platform.system.is_some() => Some(platform.clone()),
        _ => None,
    };
    let needs = header(file, content).or_else(named)?;
    Some(Needs { python, ..needs })
}

fn ending(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

/// Parses the name of a Python module such as `_core.cpython-311-x86_64-linux-gnu.so`, `_core.cp311-win_amd64.pyd` or
/// `_core.abi3.so`.
fn python_module(file: &str) -> (Option<Python>, Needs) {
    if !matches!(ending(file), "so" | "pyd") {
        return (None, Needs::default());
    }
    let tagged = file.split('.').find_map(|part| {
        if part == "abi3" {
            return Some((Python::Since((3, 2)), ""));
        }
        if part.starts_with("pypy") || part.starts_with("graalpy") {
            return Some((Python::Other("PyPy".to_owned()), part));
        }
        let rest = part.strip_prefix("cpython-").or_else(|| part.strip_prefix("cp"))?;
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let version = joined_version(&rest[..end])?;
        let python = if rest[end..].starts_with('t') {
            Python::Other(format!("free-threaded Python {}.{}", version.0, version.1))
        } else {
            Python::Exactly(version)
        };
        Some((python, rest[end..].trim_start_matches(|letter: char| letter != '-').trim_start_matches('-')))
    });
    match tagged {
        Some((python, platform)) => (Some(python), Needs::of_platform(platform)),
        None => (None, Needs::default()),
    }
}

/// The requirements in the header of a library or program.
fn header(file: &str, content: &[u8]) -> Option<Needs> {
    let number = |at: usize| Some(u32::from_le_bytes(content.get(at..at + 4)?.try_into().ok()?));
    let system = |system, machine: Option<&str>| {
        Some(Needs { system: Some(system), machine: machine.map(str::to_owned), ..Needs::default() })
    };
    match number(0)?.to_le_bytes() {
        [0x7f, b'E', b'L', b'F'] => elf(content),
        // Mach-O programs, libraries and bundles, but not object files.
        [0xce | 0xcf, 0xfa, 0xed, 0xfe] if matches!(number(12)?, 2 | 6 | 8) => match number(4)? {
            0x0100_0007 => system(System::MacOs, Some("x86_64")),
            0x0100_000c => system(System::MacOs, Some("arm64")),
            _ => system(System::MacOs, None),
        },
        // A universal binary. Java class files have the same magic number, followed by a version of at least 45.
        [0xca, 0xfe, 0xba, 0xbe] if number(4)?.swap_bytes() < 45 => system(System::MacOs, None),
        // Other Windows programs are skipped: many Python packages contain launchers, which do no harm.
        [b'M', b'Z', _, _] if matches!(ending(file), "pyd" | "node") => system(System::Windows, None),
        _ => None,
    }
}

fn elf(content: &[u8]) -> Option<Needs> {
    let header = Elf::parse_header(content).ok()?;
    if !matches!(header.e_type, ET_EXEC | ET_DYN) {
        return None;
    }
    let machine = match header.e_machine {
        EM_X86_64 => "x86_64",
        EM_AARCH64 => "arm64",
        EM_386 => "i386",
        EM_ARM => "arm",
        other => machine_to_str(other),
    };
    let libc = Elf::parse(content).ok().and_then(|elf| libc(&elf));
    Some(Needs { system: Some(System::Linux), machine: Some(machine.to_owned()), libc, python: None })
}

/// The dynamically linked C library; `None` if it is linked statically.
fn libc(elf: &Elf<'_>) -> Option<Libc> {
    let is_musl = |name: &str| name.starts_with("libc.musl-") || name.contains("/ld-musl-");
    if elf.libraries.iter().copied().chain(elf.interpreter).any(is_musl) {
        return Some(Libc::Musl);
    }
    let needed = elf.verneed.iter().flat_map(goblin::elf::symver::VerneedSection::iter);
    let names: Vec<_> =
        needed.flat_map(|file| file.iter().collect::<Vec<_>>()).map(|version| version.vna_name).collect();
    names.into_iter().filter_map(|name| glibc(elf.dynstrtab.get_at(name)?)).max().map(Libc::Glibc)
}

/// Parses a symbol version such as `GLIBC_2.38` or `GLIBC_2.2.5`.
fn glibc(name: &str) -> Option<Version> {
    let mut numbers = name.strip_prefix("GLIBC_")?.split('.');
    version(&format!("{}.{}", numbers.next()?, numbers.next()?))
}
