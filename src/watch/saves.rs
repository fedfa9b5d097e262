//! File events of the operating system.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use notify::{
    Error, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode, ModifyKind},
};
use tokio::sync::mpsc::unbounded_channel;

use super::{Files, Saved, Settling, Touched};

/// Why files cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be watched: {reason}")]
pub struct WatchError {
    pub what: String,
    pub reason: String,
    /// How to fix the problem, if known.
    pub hint: Option<&'static str>,
}

/// A stream of saves of the relevant files.
pub struct Saves {
    watcher: RecommendedWatcher,
    settling: Settling,
    files: Files,
    places: Arc<Mutex<Watched>>,
}

/// The watched paths and their modes.
type Watched = BTreeMap<PathBuf, RecursiveMode>;

impl Saves {
    /// Creates a watcher that reports nothing before [`Self::attend`].
    ///
    /// # Errors
    /// When the operating system does not support file events.
    pub fn new() -> Result<Self, WatchError> {
        let (tell, touched) = unbounded_channel();
        let places = Arc::<Mutex<Watched>>::default();
        let theirs = Arc::clone(&places);
        let watcher = notify::recommended_watcher(move |notice: notify::Result<Event>| {
            if let Some(touched) = touch(notice) {
                forget_gone(&theirs, &touched);
                // Sending fails only when the receiver was dropped, at the end of the program.
                let _ = tell.send(touched);
            }
        });
        let watcher = watcher.map_err(|error| failed("the files", &error))?;
        Ok(Self { watcher, settling: Settling::new(touched), files: Files::default(), places })
    }

    /// Watches these files from now on, and no others.
    ///
    /// # Errors
    /// When one of the folders cannot be watched.
    pub fn attend(&mut self, files: Files) -> Result<(), WatchError> {
        let wanted = files.places();
        self.files = files;
        self.let_go_but(&wanted);
        for (path, mode) in wanted {
            // Recorded before the watch starts, so that a deletion right after it removes the record again.
            if lock(&self.places).insert(path.clone(), mode) == Some(mode) {
                continue;
            }
            if let Err(error) = self.watcher.watch(&path, mode) {
                lock(&self.places).remove(&path);
                return Err(failed(&path.display().to_string(), &error));
            }
        }
        Ok(())
    }

    /// Stops watching everything except what is wanted.
    fn let_go_but(&mut self, wanted: &Watched) {
        let watched = lock(&self.places).clone();
        // A watch that becomes recursive is extended in place, without a gap.
        let stays =
            |path, mode| wanted.get(path).is_some_and(|wanted| wanted == mode || *wanted == RecursiveMode::Recursive);
        for (path, _) in watched.iter().filter(|(path, mode)| !stays(*path, *mode)) {
            // A deleted path is no longer watched anyway.
            let _ = self.watcher.unwatch(path);
            // Unwatching a folder also unwatches its contents.
            lock(&self.places).retain(|place, _| !place.starts_with(path));
        }
    }

    /// Waits for relevant saves until they have settled, like [`Settling::next`].
    pub async fn next(&mut self) -> Saved {
        self.settling.next(|path| self.files.matter(path)).await
    }
}

/// Drops the records of deleted or moved folders: they are no longer watched, even if a new folder takes their place.
fn forget_gone(watched: &Mutex<Watched>, touched: &Touched) {
    let Touched::Paths(paths) = touched else { return };
    lock(watched).retain(|place, _| !paths.iter().any(|path| place.starts_with(path)));
}

/// Converts an event. Events that do not affect file contents, such as reads and changes of times or owners, are
/// ignored.
fn touch(notice: notify::Result<Event>) -> Option<Touched> {
    let Ok(event) = notice else { return Some(Touched::Anything) };
    if event.need_rescan() {
        return Some(Touched::Anything);
    }
    match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(ModifyKind::Any | ModifyKind::Data(_) | ModifyKind::Name(_) | ModifyKind::Other)
        | EventKind::Remove(_) => Some(Touched::Paths(event.paths)),
        _ => None,
    }
}

fn failed(what: &str, error: &Error) -> WatchError {
    let hint = matches!(error.kind, ErrorKind::MaxFilesWatch).then_some(
        "the system's limit is reached: `sysctl fs.inotify.max_user_watches=524288` raises it, or `.lambdaignore`d folders \
         can be moved out of the function's",
    );
    WatchError { what: what.to_owned(), reason: error.to_string(), hint }
}

fn lock(watched: &Mutex<Watched>) -> MutexGuard<'_, Watched> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}
