//! What the operating system tells of the files.

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
    /// What cannot.
    pub what: String,
    /// Why.
    pub reason: String,
    /// The way out, where there is one to name.
    pub hint: Option<&'static str>,
}

/// The saves of the files that matter, as they come.
pub struct Saves {
    watcher: RecommendedWatcher,
    settling: Settling,
    files: Files,
    places: Arc<Mutex<Watched>>,
}

/// What is watched, and how.
type Watched = BTreeMap<PathBuf, RecursiveMode>;

impl Saves {
    /// Hears of nothing before [`Self::attend`].
    ///
    /// # Errors
    /// When the operating system does not tell of files.
    pub fn new() -> Result<Self, WatchError> {
        let (tell, touched) = unbounded_channel();
        let places = Arc::<Mutex<Watched>>::default();
        let theirs = Arc::clone(&places);
        let watcher = notify::recommended_watcher(move |told: notify::Result<Event>| {
            if let Some(touched) = touch(told) {
                forget_gone(&theirs, &touched);
                // Whoever does not listen any more has ended.
                let _ = tell.send(touched);
            }
        });
        let watcher = watcher.map_err(|error| failed("the files", &error))?;
        Ok(Self { watcher, settling: Settling::new(touched), files: Files::default(), places })
    }

    /// Hears of changes of these files from now on, and of no others.
    ///
    /// # Errors
    /// When one of the folders cannot be watched.
    pub fn attend(&mut self, files: Files) -> Result<(), WatchError> {
        let wanted = files.places();
        self.files = files;
        self.let_go_but(&wanted);
        for (path, mode) in wanted {
            // It is known before it is watched: when it goes right then, it is forgotten again.
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

    /// Watches nothing any more but what is wanted.
    fn let_go_but(&mut self, wanted: &Watched) {
        let watched = lock(&self.places).clone();
        // One of which more is wanted is watched without a gap.
        let stays =
            |path, mode| wanted.get(path).is_some_and(|wanted| wanted == mode || *wanted == RecursiveMode::Recursive);
        for (path, _) in watched.iter().filter(|(path, mode)| !stays(*path, *mode)) {
            // One that is gone is not watched any more anyway.
            let _ = self.watcher.unwatch(path);
            // With a folder, what is in it is not watched any more either.
            lock(&self.places).retain(|place, _| !place.starts_with(path));
        }
    }

    /// Waits for saves that matter, and until they have settled, as [`Settling::next`] does.
    pub async fn next(&mut self) -> Saved {
        self.settling.next(|path| self.files.matter(path)).await
    }
}

/// A folder that went or was moved is not watched any more, also when there is another one in its place.
fn forget_gone(watched: &Mutex<Watched>, touched: &Touched) {
    let Touched::Paths(paths) = touched else { return };
    lock(watched).retain(|place, _| !paths.iter().any(|path| place.starts_with(path)));
}

/// What an event means for the contents of files. Reading them means nothing, nor do their times and owners.
fn touch(told: notify::Result<Event>) -> Option<Touched> {
    let Ok(event) = told else { return Some(Touched::Anything) };
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
