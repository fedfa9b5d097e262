//! The state as a file: whole or not at all, private, with the version before it kept beside.

mod lock;

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use tempfile::NamedTempFile;

use super::{Backend, Guard, LockRequest, State, StateError, Store, text};

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
            Ok(bytes) => {
                let previous = Some(self.previous()).filter(|previous| previous.exists());
                text::parse(&bytes, &path.display().to_string(), previous.as_deref()).map(Some)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreachable(&path, "read", &error)),
        }
    }

    fn write(&self, text: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        // Made with mode 0600, which `persist` keeps.
        let mut file = NamedTempFile::new_in(&self.folder)?;
        file.write_all(text)?;
        file.as_file().sync_all()?;
        self.keep_previous()?;
        file.persist(self.path())?;
        File::open(&self.folder)?.sync_all()
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
        let follows = match self.read()? {
            None => state.serial == 1,
            Some(stored) => stored.lineage == state.lineage && stored.serial + 1 == state.serial,
        };
        if !follows {
            return Err(StateError::Changed { path: path.display().to_string() });
        }
        self.write(text::render(state).as_bytes()).map_err(|error| unreachable(&path, "saved", &error))
    }
}

#[async_trait]
impl Backend for LocalStore {
    fn place(&self) -> String {
        self.path().display().to_string()
    }

    async fn lock(&self, request: &LockRequest<'_>) -> Result<Guard, StateError> {
        let path = self.folder.join(format!("{}.lock", self.name));
        fs::create_dir_all(&self.folder).map_err(|error| unreachable(&path, "locked", &error))?;
        lock::take(&path, self.place(), request).await
    }
}

fn unreachable(path: &Path, action: &'static str, error: &io::Error) -> StateError {
    StateError::Unreachable { path: path.display().to_string(), action, reason: error.to_string() }
}
