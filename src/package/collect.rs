//! Collects the contents of a package: files with their modes, and symlinks.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::PackageError;
use super::ignored::{Ignored, Verdict};
use super::links;

/// The contents of a package.
pub(super) struct Collected {
    /// The entries, sorted by the bytes of their names.
    pub(super) entries: Vec<Entry>,
    /// The names of files and folders excluded because they may contain secrets, sorted.
    pub(super) secrets: Vec<String>,
}

/// A file or symlink in the package.
pub(super) struct Entry {
    /// The name in the zip, with `/` as the separator on every system.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    File { size: u64, executable: bool },
    Link { target: String },
}

impl Entry {
    /// The size in the package, in bytes.
    pub(super) fn size(&self) -> u64 {
        match &self.kind {
            Kind::File { size, .. } => *size,
            Kind::Link { target } => target.len() as u64,
        }
    }
}

/// Collects the contents of a folder's package. Folders without files are skipped, as in git.
pub(super) fn collect(source: &Path) -> Result<Collected, PackageError> {
    if !source.is_dir() {
        return Err(PackageError::NoFolder { folder: source.to_owned() });
    }
    let root = source.canonicalize().map_err(|error| unreadable(source, error))?;
    let mut walk = Walk { ignored: Ignored::of(source)?, files: Vec::new(), links: Vec::new(), secrets: Vec::new() };
    walk.folder(source, "")?;
    let Walk { files: mut entries, links, mut secrets, .. } = walk;
    links::add(&root, &mut entries, links)?;
    entries.sort_by(|left, right| left.name.as_bytes().cmp(right.name.as_bytes()));
    secrets.sort();
    Ok(Collected { entries, secrets })
}

struct Walk {
    ignored: Ignored,
    files: Vec<Entry>,
    /// Names and paths of symlinks.
    links: Vec<(String, PathBuf)>,
    secrets: Vec<String>,
}

impl Walk {
    fn folder(&mut self, folder: &Path, prefix: &str) -> Result<(), PackageError> {
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
            let path = entry.map_err(|error| unreadable(folder, error))?.path();
            self.entry(path, prefix)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: PathBuf, prefix: &str) -> Result<(), PackageError> {
        // The rules match the symlink's own name. `is_dir` follows the symlink and is false for a dangling one.
        let verdict = self.ignored.judge(&path, path.is_dir());
        if verdict == Verdict::LeftOut {
            return Ok(());
        }
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(PackageError::NotUtf8 { path });
        };
        let name = format!("{prefix}{name}");
        if verdict == Verdict::Secret {
            self.secrets.push(name);
            return Ok(());
        }
        let metadata = fs::symlink_metadata(&path).map_err(|error| unreadable(&path, error))?;
        if metadata.is_symlink() {
            self.links.push((name, path));
        } else if metadata.is_dir() {
            self.folder(&path, &format!("{name}/"))?;
        } else if metadata.is_file() {
            let kind = Kind::File { size: metadata.len(), executable: is_executable(&name, &metadata) };
            self.files.push(Entry { name, path, kind });
        } else {
            return Err(PackageError::Special { path });
        }
        Ok(())
    }
}

/// Whether a file is executable in the package: if its owner may execute it. `bootstrap` always is, because Lambda
/// executes it and a checkout may have lost the permission bit.
fn is_executable(name: &str, metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    name == "bootstrap" || metadata.permissions().mode() & 0o100 != 0
}

pub(super) fn unreadable(path: &Path, source: io::Error) -> PackageError {
    PackageError::Unreadable { path: path.to_owned(), source }
}
