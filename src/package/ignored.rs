//! What never goes into a package: a few names that are never code, what editors leave beside a file, and what
//! `.lambdaignore` says.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::PackageError;

/// The file that says what stays out, in the syntax of `.gitignore`.
const LAMBDAIGNORE: &str = ".lambdaignore";

/// Names that stay out at any depth: they differ by machine, so that they would change the package without a change of code.
const NEVER: &[&str] = &["__pycache__", ".git", ".DS_Store", LAMBDAIGNORE];

/// What stays out of one folder's package.
pub(super) struct Ignored {
    rules: Gitignore,
}

impl Ignored {
    /// Reads the `.lambdaignore` at the top of the folder, if there is one. `.gitignore` is not looked at: build results are
    /// often ignored by git, and are what a package is for.
    pub(super) fn of(folder: &Path) -> Result<Self, PackageError> {
        let path = folder.join(LAMBDAIGNORE);
        let mut builder = GitignoreBuilder::new(folder);
        if path.exists()
            && let Some(error) = builder.add(&path)
        {
            return Err(PackageError::Ignore { path, reason: error.to_string() });
        }
        let rules = builder.build().map_err(|error| PackageError::Ignore { path, reason: error.to_string() })?;
        Ok(Self { rules })
    }

    /// Says whether a path (within the folder, and none of whose parents is left out) stays out.
    pub(super) fn leaves_out(&self, path: &Path, is_folder: bool) -> bool {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| NEVER.contains(&name) || is_left_by_an_editor(name))
            || self.rules.matched(path, is_folder).is_ignore()
    }
}

/// Says whether a change of `path` can change the package of `folder`, in which it is; a path that is gone counts as a
/// file. Where `.lambdaignore` cannot be read, every change can: it has to be told.
#[must_use]
pub fn may_change(folder: &Path, path: &Path) -> bool {
    let Ok(below) = path.strip_prefix(folder) else { return false };
    if below == Path::new(LAMBDAIGNORE) {
        return true;
    }
    let Ok(ignored) = Ignored::of(folder) else { return true };
    let mut at = folder.to_owned();
    !below.iter().any(|part| {
        at.push(part);
        ignored.leaves_out(&at, at.is_dir())
    })
}

/// Vim's swap files, the locks and backups of Emacs, backups by `~`, and what other editors write before they rename it:
/// they come and go while somebody edits, and are never code.
fn is_left_by_an_editor(name: &str) -> bool {
    let is_swap = || name.starts_with('.') && [".swp", ".swo", ".swn", ".swx"].iter().any(|end| name.ends_with(end));
    let is_of_emacs = || name.starts_with(".#") || name.starts_with('#') && name.ends_with('#');
    let is_unfinished = || name.ends_with("___jb_tmp___") || name.ends_with("___jb_old___");
    name.ends_with('~') || is_swap() || is_of_emacs() || is_unfinished()
}
