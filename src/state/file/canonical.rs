//! The one name of a folder.

use std::{
    fs,
    path::{self, Component, Path, PathBuf},
};

/// The one name of a folder, whichever way leads to it; also of one that is not there yet.
pub(super) fn canonical(folder: &Path) -> PathBuf {
    let Ok(folder) = path::absolute(folder) else { return folder.to_owned() };
    if let Ok(there) = fs::canonicalize(&folder) {
        return there;
    }
    match (folder.parent(), folder.components().next_back()) {
        (Some(parent), Some(Component::Normal(name))) => canonical(parent).join(name),
        (Some(parent), Some(Component::ParentDir)) => {
            let mut above = canonical(parent);
            above.pop();
            above
        }
        _ => folder,
    }
}
