//! Searches the config in the parents of the current folder, as git does for its repository.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// The path of `name` in the nearest parent that contains it, relative to the current folder. `None` when the current
/// folder contains it. The search ends at the root of a repository, and at a folder of another user, who must not
/// choose the config.
pub(super) fn in_parents(name: &Path) -> Option<PathBuf> {
    above(Path::new("."), name)
}

fn above(start: &Path, name: &Path) -> Option<PathBuf> {
    let start = fs::canonicalize(start).ok()?;
    let owner = fs::metadata(&start).ok()?.uid();
    let mut path = PathBuf::new();
    for folder in start.ancestors() {
        if fs::metadata(folder).ok()?.uid() != owner {
            return None;
        }
        if folder.join(name).is_file() {
            return Some(path.join(name)).filter(|found| found != name);
        }
        if folder.join(".git").exists() {
            return None;
        }
        path.push("..");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "a test's own files")]
    #[test]
    fn the_nearest_config_is_found_up_to_the_root_of_the_repository() {
        let root = tempfile::tempdir().unwrap();
        let (name, below) = (Path::new("config.json"), root.path().join("repository/lambdas/notes"));
        fs::create_dir_all(&below).unwrap();
        fs::create_dir(root.path().join("repository/.git")).unwrap();
        fs::write(root.path().join("config.json"), "{}").unwrap();
        assert_eq!(above(&below, name), None, "outside of the repository");
        fs::write(root.path().join("repository/config.json"), "{}").unwrap();
        assert_eq!(above(&below, name), Some("../../config.json".into()));
        assert_eq!(above(&root.path().join("repository"), name), None, "in the folder itself");
    }
}
