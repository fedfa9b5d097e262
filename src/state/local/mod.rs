//! The state as a file: whole or not at all, private, with the version before it kept beside.

mod lock;

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use tempfile::Builder;

use super::{Backend, Guard, LockRequest, State, StateError, Store, text};

/// How the names of files end that become the state when they are whole.
const UNFINISHED: &str = ".new";

/// Keeps one state in a folder, as `{stack}.{stage}.json`.
#[derive(Debug, Clone)]
pub struct LocalStore {
    folder: PathBuf,
    name: String,
}

impl LocalStore {
    /// Names the place; nothing is made before the first save.
    #[must_use]
    pub fn new(folder: &Path, stack: &str, stage: &str) -> Self {
        Self { folder: folder.to_owned(), name: format!("{stack}.{stage}") }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.name))
    }

    fn previous(&self) -> PathBuf {
        self.folder.join(format!("{}.previous.json", self.name))
    }

    fn read(&self) -> Result<Option<State>, StateError> {
        let path = self.path();
        match fs::read(&path) {
            Ok(bytes) => text::parse(&bytes, &path.display().to_string(), &self.restore()).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreachable(&path, "read", &error)),
        }
    }

    fn make_folder(&self) -> io::Result<()> {
        let blocked = self.folder.exists() && !self.folder.is_dir();
        if blocked {
            return Err(io::Error::other(format!("{} is not a folder", self.folder.display())));
        }
        fs::create_dir_all(&self.folder)
    }

    /// Where an earlier version is.
    fn restore(&self) -> String {
        let (path, previous) = (self.path(), self.previous());
        if previous.exists() {
            format!("the version before it is kept as {}: copy that one over {}", previous.display(), path.display())
        } else {
            format!("copy an earlier version over {}", path.display())
        }
    }

    fn write(&self, text: &[u8]) -> io::Result<()> {
        self.make_folder()?;
        // Made with mode 0600, which `persist` keeps.
        let mut file = Builder::new().prefix(&self.unfinished()).suffix(UNFINISHED).tempfile_in(&self.folder)?;
        // The file itself, as errors of the wrapper name a path that means nothing to anybody.
        file.as_file_mut().write_all(text)?;
        file.as_file().sync_all()?;
        self.keep_previous()?;
        file.persist(self.path())?;
        File::open(&self.folder)?.sync_all()
    }

    /// How the names of files begin that become the state when they are whole.
    fn unfinished(&self) -> String {
        format!(".{}.", self.name)
    }

    /// Removes what saves that were killed have left. Whoever has the lock is the only one who saves.
    fn sweep(&self) -> io::Result<()> {
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
    fn keep_previous(&self) -> io::Result<()> {
        if !self.path().exists() {
            return Ok(());
        }
        let link = self.folder.join(format!(".{}.link", self.name));
        match fs::remove_file(&link) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::hard_link(self.path(), &link)?;
        fs::rename(link, self.previous())
    }
}

#[async_trait]
impl Store for LocalStore {
    async fn load(&self) -> Result<Option<State>, StateError> {
        self.read()
    }

    async fn save(&self, state: &State) -> Result<(), StateError> {
        let path = self.path();
        let stored = self.read()?;
        let follows = |stored: &State| stored.lineage == state.lineage && stored.serial + 1 == state.serial;
        if !stored.as_ref().is_none_or(follows) {
            return Err(StateError::Changed { path: path.display().to_string() });
        }
        self.write(text::render(state).as_bytes()).map_err(|error| unreachable(&path, "saved", &error))?;
        if stored.is_none() && state.serial > 1 {
            return Err(StateError::Removed { path: path.display().to_string() });
        }
        Ok(())
    }
}

#[async_trait]
impl Backend for LocalStore {
    fn place(&self) -> String {
        self.path().display().to_string()
    }

    async fn lock(&self, request: &LockRequest<'_>) -> Result<Guard, StateError> {
        let path = self.folder.join(format!("{}.lock", self.name));
        self.make_folder().map_err(|error| unreachable(&path, "locked", &error))?;
        let guard = lock::take(&path, self.place(), request).await?;
        self.sweep().map_err(|error| unreachable(&path, "locked", &error))?;
        Ok(guard)
    }
}

fn unreachable(path: &Path, action: &'static str, error: &io::Error) -> StateError {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let full = matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge);
    StateError::Unreachable { path: path.display().to_string(), action, reason: error.to_string(), full }
}
