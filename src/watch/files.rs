//! The files of a stack: its configuration and what is in its functions' folders.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use notify::RecursiveMode;

use crate::package;

/// What a stack is made from. Whatever else is saved beside it does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// The configuration and the functions' folders, each by every name that leads to it; none of them need be there.
    names: BTreeSet<PathBuf>,
    /// The functions' folders, by their real paths.
    folders: BTreeSet<PathBuf>,
}

impl Files {
    /// Of a configuration and the folders that it names.
    pub fn new(configuration: &Path, folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let folders: BTreeSet<PathBuf> = folders.into_iter().collect();
        Self {
            names: folders.iter().map(PathBuf::as_path).chain([configuration]).flat_map(names).collect(),
            folders: folders.iter().map(|folder| real(folder)).collect(),
        }
    }

    /// Whether a change of `path` can change what is deployed: not when the package leaves it out.
    #[must_use]
    pub fn matter(&self, path: &Path) -> bool {
        // A folder that goes, comes or is moved takes along what is in it.
        let on_the_way = |file: &PathBuf| file.starts_with(path);
        self.names.iter().any(on_the_way)
            || self.folders.iter().any(|folder| path.starts_with(folder) && package::may_change(folder, path))
    }

    /// What has to be watched to hear of every change that matters. A folder that is not there is watched for from the
    /// nearest one above that is; and one that is there from above too, because it may be removed and made anew.
    pub(super) fn places(&self) -> BTreeMap<PathBuf, RecursiveMode> {
        let above = self.names.iter().filter_map(|path| nearest(path.parent()?));
        let mut places: BTreeMap<_, _> = above.map(|folder| (folder, RecursiveMode::NonRecursive)).collect();
        let there: Vec<&PathBuf> = self.folders.iter().filter(|folder| folder.is_dir()).collect();
        // Whoever watches a folder with all in it and then a part of that alone does not hear of what comes in the part.
        places.retain(|place, _| !there.iter().any(|folder| place.starts_with(folder)));
        let outermost = |folder: &&PathBuf| !there.iter().any(|other| *other != *folder && folder.starts_with(other));
        places.extend(there.iter().copied().filter(outermost).map(|folder| (folder.clone(), RecursiveMode::Recursive)));
        places
    }
}

/// Every name that leads to a path: its own and, while one is a link, that of what it leads to.
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
            // They lead round in a circle.
            break;
        }
    }
    names
}

/// The nearest folder at or above a path.
fn nearest(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.is_dir()).map(Path::to_owned)
}

/// The real path; of what is not there, that of the nearest folder above with the rest of the names.
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
