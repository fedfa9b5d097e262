//! Finds the files of a package and decides on symlinks.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::PackageError;
use super::ignored::Ignored;

/// A file that goes into the package.
#[derive(Clone, Debug)]
pub(super) struct SourceFile {
    /// Its name in the zip, with `/` on every system.
    pub(super) name: String,
    /// Where its content is.
    pub(super) path: PathBuf,
    /// Its size in bytes.
    pub(super) size: u64,
}

/// Gives the files of a folder, sorted by the bytes of their names.
///
/// Symlinks within the folder are followed, because a zip of symlinks would not unpack the same everywhere.
pub(super) fn collect(source: &Path) -> Result<Vec<SourceFile>, PackageError> {
    if !source.is_dir() {
        return Err(PackageError::NoFolder { folder: source.to_owned() });
    }
    let root = source.canonicalize().map_err(|error| unreadable(source, error))?;
    let mut walk = Walk { source, root, ignored: Ignored::of(source)?, files: Vec::new() };
    let mut ancestors = vec![walk.root.clone()];
    walk.folder(source, "", &mut ancestors)?;
    walk.files.sort_by(|left, right| left.name.as_bytes().cmp(right.name.as_bytes()));
    Ok(walk.files)
}

struct Walk<'a> {
    source: &'a Path,
    root: PathBuf,
    ignored: Ignored,
    files: Vec<SourceFile>,
}

impl Walk<'_> {
    /// Adds a folder's files; `ancestors` are the real paths of it and of the folders it was reached through.
    fn folder(&mut self, folder: &Path, prefix: &str, ancestors: &mut Vec<PathBuf>) -> Result<(), PackageError> {
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
            let path = entry.map_err(|error| unreadable(folder, error))?.path();
            self.entry(&path, prefix, ancestors)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, prefix: &str, ancestors: &mut Vec<PathBuf>) -> Result<(), PackageError> {
        let is_link = path.is_symlink();
        // A symlink's own name is what can be left out, whatever it points to: one that leads nowhere is neither.
        if self.ignored.leaves_out(path, path.is_dir()) {
            return Ok(());
        }
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(PackageError::NotUtf8 { path: path.to_owned() });
        };
        let name = format!("{prefix}{name}");
        let real = if is_link { self.follow(path)? } else { ancestors_child(path, ancestors) };
        let metadata = fs::metadata(path).map_err(|error| unreadable(path, error))?;
        if metadata.is_dir() {
            if ancestors.contains(&real) {
                return Err(PackageError::Circle { link: path.to_owned(), target: self.shown(&real) });
            }
            ancestors.push(real);
            self.folder(path, &format!("{name}/"), ancestors)?;
            ancestors.pop();
        } else if metadata.is_file() {
            self.files.push(SourceFile { name, path: path.to_owned(), size: metadata.len() });
        } else {
            return Err(PackageError::Special { path: path.to_owned() });
        }
        Ok(())
    }

    /// Gives the real path behind a symlink, which must be within the folder.
    fn follow(&self, link: &Path) -> Result<PathBuf, PackageError> {
        let target = fs::read_link(link).map_err(|error| unreadable(link, error))?;
        let real = match link.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(PackageError::Dangling { link: link.to_owned(), target });
            }
            // Links that point to each other: the system gives up on them with an error of its own (`ELOOP`).
            Err(error) => return Err(unreadable(link, error)),
        };
        if real.starts_with(&self.root) {
            Ok(real)
        } else {
            Err(PackageError::LeavesFolder { link: link.to_owned(), target })
        }
    }

    /// Writes a real path the way the person wrote the folder.
    fn shown(&self, real: &Path) -> PathBuf {
        match real.strip_prefix(&self.root) {
            Ok(rest) if rest.as_os_str().is_empty() => self.source.to_owned(),
            Ok(rest) => self.source.join(rest),
            Err(_) => real.to_owned(),
        }
    }
}

/// Gives the real path of something that is no symlink, in a folder whose real path is known.
fn ancestors_child(path: &Path, ancestors: &[PathBuf]) -> PathBuf {
    match (ancestors.last(), path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}

pub(super) fn unreadable(path: &Path, source: io::Error) -> PackageError {
    PackageError::Unreadable { path: path.to_owned(), source }
}
