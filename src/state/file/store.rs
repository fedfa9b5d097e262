//! A folder that keeps one state.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tempfile::Builder;

use super::{
    canonical::canonical,
    error::unreachable,
    lock::{self, LockIdentity},
    present::{self, Present},
};
use crate::{
    engine::{State, pause},
    filesystem,
    state::{
        backend::Backend,
        error::StateError,
        fence::fence,
        lock::{Guard, LockRequest, SeenLock},
        text,
        transit::Document,
    },
};

/// How often a holder makes sure that its lock was not taken away.
const LOOK: Duration = Duration::from_secs(1);

/// How the names of files end that become the state when they are whole.
pub(super) const UNFINISHED: &str = ".new";

/// Keeps one state in a folder, as `{stack}.{stage}.json`.
#[derive(Debug, Clone)]
pub struct FileStore {
    pub(super) folder: PathBuf,
    pub(super) name: String,
    /// The file that was locked.
    held: Arc<Mutex<Option<LockIdentity>>>,
    /// What was read last.
    read: Arc<Mutex<Option<Vec<u8>>>>,
}

impl FileStore {
    /// Names the place; nothing is made before the first save.
    #[must_use]
    pub fn new(folder: &Path, stack: &str, stage: &str) -> Self {
        Self { folder: folder.to_owned(), name: format!("{stack}.{stage}"), held: Arc::default(), read: Arc::default() }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.name))
    }

    fn lock_path(&self) -> PathBuf {
        self.folder.join(format!("{}.lock", self.name))
    }

    fn parse(&self, bytes: &[u8]) -> Result<Document, StateError> {
        text::parse(bytes, &self.place(), &self.restore())
    }

    fn make_folder(&self) -> io::Result<()> {
        filesystem::no_link(&self.folder)?;
        let blocked = self.folder.exists() && !self.folder.is_dir();
        if blocked {
            return Err(io::Error::other(format!("{} is not a folder", self.folder.display())));
        }
        fs::create_dir_all(&self.folder)
    }

    /// The present version, which no other process overwrites, with a lock or without, for as long as it is held.
    async fn present(&self) -> Result<Option<Present>, StateError> {
        self.confirm()?;
        present::hold(&self.path()).await
    }

    /// Writes a document over the present one, after `keep` has put that by, or where there is none.
    fn write(
        &self,
        document: &Document,
        present: Option<&Present>,
        keep: impl FnOnce() -> io::Result<()>,
    ) -> Result<(), StateError> {
        let written = self.write_text(text::render(document).as_bytes(), present, keep);
        written.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StateError::Changed { path: self.place() },
            _ => unreachable(&self.path(), "saved", &error),
        })
    }

    fn write_text(
        &self,
        text: &[u8],
        present: Option<&Present>,
        keep: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<()> {
        self.make_folder()?;
        // Made with mode 0600, which `persist` keeps.
        let mut file = Builder::new().prefix(&self.unfinished()).suffix(UNFINISHED).tempfile_in(&self.folder)?;
        file.write_all(text)?;
        file.as_file().sync_all()?;
        if present.is_some() {
            keep()?;
            file.persist(self.path())?;
        } else {
            file.persist_noclobber(self.path())?;
        }
        File::open(&self.folder)?.sync_all()
    }

    fn read(&self) -> MutexGuard<'_, Option<Vec<u8>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to hold a lock.
    fn hold(&self, held: lock::HeldFile) -> Result<Guard, StateError> {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(held.identity());
        let guard = Guard::new(held);
        self.sweep().map_err(|error| unreachable(&self.lock_path(), "locked", &error))?;
        Ok(guard)
    }

    /// Makes sure that the lock, if it was taken, was not taken away.
    fn confirm(&self) -> Result<(), StateError> {
        let held = *self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.lock_path();
        if held.is_some_and(|held| lock::is_taken_away(&path, held)) {
            return Err(StateError::TakenOver { path: self.place(), holder: lock::signature(&path).map(Box::new) });
        }
        Ok(())
    }
}

#[async_trait]
impl Backend for FileStore {
    async fn load(&self) -> Result<Option<State>, StateError> {
        self.document().await?.map(|document| document.in_use(&self.place())).transpose()
    }

    async fn save(&self, state: &State) -> Result<(), StateError> {
        let present = self.present().await?;
        let stored = present.as_ref().map(|present| self.parse(&present.bytes)?.in_use(&self.place())).transpose()?;
        let follows = |stored: &State| stored.lineage == state.lineage && stored.serial + 1 == state.serial;
        if !stored.as_ref().is_none_or(follows) {
            return Err(StateError::Changed { path: self.place() });
        }
        self.write(&Document::State(state.clone()), present.as_ref(), || self.keep_previous())?;
        if stored.is_none() && state.serial > 1 {
            return Err(StateError::Removed { path: self.place() });
        }
        Ok(())
    }

    async fn lost(&self) -> StateError {
        loop {
            if let Err(error) = self.confirm() {
                return error;
            }
            pause(LOOK).await;
        }
    }

    fn place(&self) -> String {
        self.path().display().to_string()
    }

    fn address(&self) -> String {
        canonical(&self.folder).display().to_string()
    }

    async fn bytes(&self) -> Result<Option<Vec<u8>>, StateError> {
        let path = self.path();
        match filesystem::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreachable(&path, "read", &error)),
        }
    }

    async fn document(&self) -> Result<Option<Document>, StateError> {
        // What cannot be read is not written over.
        *self.read() = None;
        let bytes = self.bytes().await?;
        let document = bytes.as_ref().map(|bytes| self.parse(bytes)).transpose()?;
        *self.read() = bytes;
        Ok(document)
    }

    async fn replace(&self, document: &Document) -> Result<(), StateError> {
        let present = self.present().await?;
        if present.as_ref().map(|present| &present.bytes) != self.read().as_ref() {
            return Err(StateError::Changed { path: self.place() });
        }
        self.write(document, present.as_ref(), || self.keep_previous())?;
        *self.read() = Some(text::render(document).into_bytes());
        Ok(())
    }

    async fn alike(&self, names: [&str; 2]) -> Result<Vec<State>, StateError> {
        let mut states = Vec::new();
        for name in self.named_alike(names).map_err(|error| unreachable(&self.folder, "listed", &error))? {
            let store = Self { folder: self.folder.clone(), name, held: Arc::default(), read: Arc::default() };
            states.extend(store.load().await.ok().flatten());
        }
        Ok(states)
    }

    async fn lock(&self, request: &LockRequest<'_>) -> Result<Guard, StateError> {
        let path = self.lock_path();
        self.make_folder().map_err(|error| unreachable(&path, "locked", &error))?;
        self.hold(lock::take(&path, self.place(), request).await?)
    }

    async fn seen_lock(&self) -> Result<Option<SeenLock>, StateError> {
        let path = self.lock_path();
        lock::seen(&path).await.map_err(|error| unreachable(&path, "unlocked", &error))
    }

    async fn seize(&self, seen: &SeenLock, request: &LockRequest<'_>) -> Result<Guard, StateError> {
        let path = self.lock_path();
        match self.seen_lock().await? {
            Some(now) if now == *seen => {
                fs::remove_file(&path).map_err(|error| unreachable(&path, "unlocked", &error))?;
            }
            Some(now) => return Err(StateError::Locked { path: self.place(), holder: now.holder.map(Box::new) }),
            None => {}
        }
        let guard = self.lock(request).await?;
        fence(self).await?;
        Ok(guard)
    }

    async fn begin_anew(&self, state: &State) -> Result<Option<String>, StateError> {
        let present = self.present().await?;
        let aside = match &present {
            None => None,
            Some(Present { bytes, .. }) => match self.parse(bytes) {
                Ok(_) => return Err(StateError::Changed { path: self.place() }),
                Err(StateError::Damaged { .. }) => Some(self.keep_aside(bytes)?),
                Err(error) => return Err(error),
            },
        };
        // The version before stays where it is: a damaged one is no version.
        self.write(&Document::State(state.clone()), present.as_ref(), || Ok(()))?;
        Ok(aside)
    }
}
