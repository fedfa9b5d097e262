//! What else is in the folder of a state: the version before, damaged ones, and files that are not whole yet.

use std::{fs, io, path::PathBuf};

use super::{
    error::unreachable,
    store::{FileStore, UNFINISHED},
};
use crate::state::{backend::aside, error::StateError, names::Pattern};

impl FileStore {
    fn previous(&self) -> PathBuf {
        self.folder.join(format!("{}.previous.json", self.name))
    }

    /// The other states of the folder, in the order of their names.
    pub(super) fn named_alike(&self, names: [&str; 2]) -> io::Result<Vec<String>> {
        let Some(pattern) = Pattern::of(&self.name, names) else { return Ok(Vec::new()) };
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let files: Vec<_> = entries.collect::<io::Result<_>>()?;
        let files = files.iter().filter_map(|entry| entry.file_name().into_string().ok());
        let names = files.filter_map(|file| file.strip_suffix(".json").map(str::to_owned));
        let mut names: Vec<String> = names.filter(|name| pattern.is_alike(name)).collect();
        names.sort();
        Ok(names)
    }

    /// Where an earlier version is.
    pub(super) fn restore(&self) -> String {
        let (path, previous) = (self.path(), self.previous());
        if previous.exists() {
            format!("an earlier version is kept as {}: copy that one over {}", previous.display(), path.display())
        } else {
            format!("copy an earlier version over {}", path.display())
        }
    }

    /// How the names of files begin that become the state when they are whole.
    pub(super) fn unfinished(&self) -> String {
        format!(".{}.", self.name)
    }

    /// Removes what saves that were killed have left. Only the lock holder saves.
    pub(super) fn sweep(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(&self.unfinished()) && name.ends_with(UNFINISHED) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Keeps the present version under a second name, by a link, so that there is a present version at every moment.
    pub(super) fn keep_previous(&self) -> io::Result<()> {
        let link = self.folder.join(format!(".{}.link", self.name));
        match fs::remove_file(&link) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::hard_link(self.path(), &link)?;
        fs::rename(link, self.previous())
    }

    /// Keeps a damaged version under a name of its own, and returns that.
    pub(super) fn keep_aside(&self, bytes: &[u8]) -> Result<String, StateError> {
        let failed = |error: io::Error| unreachable(&self.path(), "kept aside", &error);
        let mut number = 1;
        loop {
            let path = self.folder.join(format!("{}.json", aside(&format!("{}.damaged", self.name), number)));
            match fs::hard_link(self.path(), &path) {
                // A run that was killed before it wrote the new state has kept it already.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if fs::read(&path).map_err(failed)? == bytes {
                        return Ok(path.display().to_string());
                    }
                }
                linked => return linked.map(|()| path.display().to_string()).map_err(failed),
            }
            number += 1;
        }
    }
}
