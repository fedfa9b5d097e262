//! What never goes into a package: a few names that are never code, and what `.lambdaignore` says.

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
        name.is_some_and(|name| NEVER.contains(&name)) || self.rules.matched(path, is_folder).is_ignore()
    }
}
