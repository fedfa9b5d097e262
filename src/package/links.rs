//! Symlinks of a package. They stay symlinks, because Node.js resolves modules from the real path of a file. Their
//! targets must be in the package: no other files exist on Lambda.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::PackageError;
use super::collect::{Entry, Kind, unreadable};

/// The maximum number of symlinks that Linux follows.
const MOST_HOPS: usize = 40;

/// Adds symlinks, given by name and path, to the entries.
pub(super) fn add(root: &Path, entries: &mut Vec<Entry>, links: Vec<(String, PathBuf)>) -> Result<(), PackageError> {
    let mut written = BTreeMap::new();
    for (name, path) in &links {
        written.insert(name.clone(), fs::read_link(path).map_err(|error| unreadable(path, error))?);
    }
    let names = entries.iter().map(|entry| &entry.name).chain(written.keys()).cloned().collect();
    let package = Names { names, written };
    for (name, path) in links {
        let target = package.target(root, &name, &path)?;
        entries.push(Entry { name, path, kind: Kind::Link { target } });
    }
    Ok(())
}

/// The contents of the package, by name.
struct Names {
    names: BTreeSet<String>,
    /// The targets of the symlinks as written.
    written: BTreeMap<String, PathBuf>,
}

impl Names {
    /// Returns the target of a symlink in the package: the original text if it resolves to the same place on Lambda,
    /// otherwise the relative path to that place.
    fn target(&self, root: &Path, name: &str, path: &Path) -> Result<String, PackageError> {
        let (link, written) = (path.to_owned(), &self.written[name]);
        let target = || written.clone();
        let real = path.canonicalize().map_err(|error| unfollowed(path, written, error))?;
        let Ok(real) = real.strip_prefix(root) else {
            return Err(PackageError::LeavesFolder { target: target(), link });
        };
        let Some(real) = real.to_str() else { return Err(PackageError::NotUtf8 { path: link }) };
        if !self.has(real) {
            return Err(PackageError::LeftOut { target: target(), link });
        }
        let kept = written.to_str().filter(|text| self.follow(name, text).as_deref() == Some(real));
        Ok(kept.map_or_else(|| relative(name, real), str::to_owned))
    }

    /// Whether a file or folder is in the package.
    fn has(&self, name: &str) -> bool {
        let below = format!("{name}/");
        let first = self.names.range(below.clone()..).next();
        name.is_empty() || self.names.contains(name) || first.is_some_and(|first| first.starts_with(&below))
    }

    /// Resolves a symlink as on Lambda, where only the package exists.
    fn follow(&self, name: &str, text: &str) -> Option<String> {
        let mut at: Vec<&str> = folder_of(name).collect();
        let mut rest: Vec<&str> = text.split('/').rev().collect();
        let mut hops = 1;
        let mut relative = !text.starts_with('/');
        while let Some(part) = rest.pop().filter(|_| relative && hops <= MOST_HOPS) {
            match part {
                "" | "." => {}
                // A missing folder has no parent.
                ".." if !self.has(&at.join("/")) => return None,
                ".." => _ = at.pop()?,
                part => at.push(part),
            }
            if let Some(next) = self.written.get(&at.join("/")) {
                let next = next.to_str()?;
                relative = !next.starts_with('/');
                hops += 1;
                at.pop();
                rest.extend(next.split('/').rev());
            }
        }
        (relative && hops <= MOST_HOPS).then(|| at.join("/"))
    }
}

/// The parent folders in a name.
fn folder_of(name: &str) -> impl Iterator<Item = &str> {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.split('/').filter(|part| !part.is_empty())
}

/// The relative path to a place in the package from the folder of a name.
fn relative(name: &str, place: &str) -> String {
    let (from, to): (Vec<_>, Vec<_>) =
        (folder_of(name).collect(), place.split('/').filter(|part| !part.is_empty()).collect());
    let common = from.iter().zip(&to).take_while(|(left, right)| left == right).count();
    let parts: Vec<_> = from[common..].iter().map(|_| "..").chain(to[common..].iter().copied()).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

fn unfollowed(link: &Path, target: &Path, error: io::Error) -> PackageError {
    let (link, target) = (link.to_owned(), target.to_owned());
    match Errno::from_io_error(&error) {
        Some(Errno::NOENT) => PackageError::Dangling { link, target },
        Some(Errno::LOOP) => PackageError::Circle { link, target },
        _ => PackageError::Unreadable { path: link, source: error },
    }
}
