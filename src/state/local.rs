//! The state as a file: whole or not at all, private, with the version before it kept beside.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use tempfile::NamedTempFile;

use super::{Guard, Holder, State, StateError, Store, text};

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

    fn lock_file(&self) -> PathBuf {
        self.folder.join(format!("{}.lock", self.name))
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

    fn locked_by(&self) -> Option<Box<Holder>> {
        serde_json::from_slice(&fs::read(self.lock_file()).ok()?).ok().map(Box::new)
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

    async fn lock(&self, holder: &Holder) -> Result<Guard, StateError> {
        let path = self.lock_file();
        let open = || {
            fs::create_dir_all(&self.folder)?;
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path)
        };
        let mut file = open().map_err(|error| unreachable(&path, "locked", &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(StateError::Locked { path: self.path().display().to_string(), holder: self.locked_by() });
            }
            Err(fs::TryLockError::Error(error)) => return Err(unreachable(&path, "locked", &error)),
        }
        sign(&mut file, holder).map_err(|error| unreachable(&path, "locked", &error))?;
        Ok(Guard::new(Held { file }))
    }

    fn place(&self) -> String {
        self.path().display().to_string()
    }
}

/// The operating system releases the lock with the file, however the process ends.
struct Held {
    file: File,
}

impl Drop for Held {
    fn drop(&mut self) {
        // The next holder signs anew; a signature that outlives its lock would only mislead.
        let _ = self.file.set_len(0);
    }
}

fn sign(file: &mut File, holder: &Holder) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&serde_json::to_vec(holder).map_err(io::Error::other)?)?;
    file.flush()
}

fn unreachable(path: &Path, action: &'static str, error: &io::Error) -> StateError {
    StateError::Unreachable { path: path.display().to_string(), action, reason: error.to_string() }
}
