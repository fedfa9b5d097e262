//! The files of a stack: its config and the contents of its functions' folders.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use notify::RecursiveMode;

use crate::package;

/// The files that a stack is built from. Changes of other files are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// The paths of the config and the functions' folders, including those of every symbolic link on the way. They may
    /// be missing.
    names: BTreeSet<PathBuf>,
    /// The real paths of the functions' folders.
    folders: BTreeSet<PathBuf>,
}

impl Files {
    /// The files of a config and its functions' folders.
    pub fn new(configuration: &Path, folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let folders: BTreeSet<PathBuf> = folders.into_iter().collect();
        Self {
            names: folders.iter().map(PathBuf::as_path).chain([configuration]).flat_map(names).collect(),
            folders: folders.iter().map(|folder| real(folder)).collect(),
        }
    }

    /// Whether a change of `path` can change the deployment. Files that are excluded from the package cannot.
    #[must_use]
    pub fn matter(&self, path: &Path) -> bool {
        // Creating, deleting or moving a folder affects everything in it.
        let on_the_way = |file: &PathBuf| file.starts_with(path);
        self.names.iter().any(on_the_way)
            || self.folders.iter().any(|folder| path.starts_with(folder) && package::may_change(folder, path))
    }

    /// The folders to watch for every relevant change. For a missing folder, its nearest existing ancestor is watched.
    /// For an existing folder, its parent is watched too, because the folder may be deleted and recreated.
    pub(super) fn places(&self) -> BTreeMap<PathBuf, RecursiveMode> {
        let above = self.names.iter().filter_map(|path| nearest(path.parent()?));
        let mut places: BTreeMap<_, _> = above.map(|folder| (folder, RecursiveMode::NonRecursive)).collect();
        let there: Vec<&PathBuf> = self.folders.iter().filter(|folder| folder.is_dir()).collect();
        // With a non-recursive watch inside a recursively watched folder, new entries of the inner folder are missed.
        places.retain(|place, _| !there.iter().any(|folder| place.starts_with(folder)));
        let outermost = |folder: &&PathBuf| !there.iter().any(|other| *other != *folder && folder.starts_with(other));
        places.extend(there.iter().copied().filter(outermost).map(|folder| (folder.clone(), RecursiveMode::Recursive)));
        places
    }
}

/// The path itself and, while it is a symbolic link, the path of each target.
fn names(path: &Path) -> BTreeSet<PathBuf> {
    let (mut names, mut next) = (BTreeSet::new(), Some(whole(path)));
    while let Some(path) = next {
        let name = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => real(folder).join(name),
            _ => real(&path),
        };
        let target = fs::read_link(&name).ok();
        next = target.and_then(|target| Some(name.parent()?.join(target)));
        if !names.insert(name) {
            // The links form a cycle.
            break;
        }
    }
    names
}

/// The nearest existing folder at or above a path.
fn nearest(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.is_dir()).map(Path::to_owned)
}

/// The real path; for a missing path, the real path of the nearest existing ancestor plus the remaining components.
fn real(path: &Path) -> PathBuf {
    let path = whole(path);
    let there = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    match there {
        Some((above, real)) => real.join(path.strip_prefix(above).unwrap_or(Path::new(""))),
        None => path,
    }
}

fn whole(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
