//! Waits until a burst of saves has settled.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, timeout_at},
};

/// How long no relevant file may be saved before the saves count as settled. Twenty saves in a second are 50 ms apart,
/// and a delay of 100 ms is not noticeable.
pub const QUIET: Duration = Duration::from_millis(100);

/// The change reported by a file event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// These paths may have changed.
    Paths(Vec<PathBuf>),
    /// Events were lost: any file may have changed.
    Anything,
}

/// A settled burst of saves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The relevant files; empty if events were lost.
    pub files: BTreeSet<PathBuf>,
    /// The time of the last save.
    pub at: Instant,
}

impl Saved {
    /// Merges these saves with earlier ones that have not been processed.
    #[must_use]
    pub fn after(mut self, before: Self) -> Self {
        if !self.files.is_empty() && !before.files.is_empty() {
            self.files.extend(before.files);
            return self;
        }
        Self { files: BTreeSet::new(), ..self }
    }
}

/// Collects saves until they have settled.
#[derive(Debug)]
pub struct Settling {
    touched: UnboundedReceiver<Touched>,
    /// The saves that have not settled yet.
    open: Option<Saved>,
}

impl Settling {
    /// Collects the changes from `touched`.
    #[must_use]
    pub fn new(touched: UnboundedReceiver<Touched>) -> Self {
        Self { touched, open: None }
    }

    /// Waits until a relevant file is saved, and then until no more is saved for [`QUIET`]. There is no upper limit, so
    /// a file that is still being written is not deployed. Dropping the future loses no saves.
    pub async fn next(&mut self, matters: impl Fn(&Path) -> bool) -> Saved {
        loop {
            let next = touch(&mut self.touched, &matters);
            let Some(Saved { files, at }) = &mut self.open else {
                let files = next.await;
                self.open = Some(Saved { files, at: Instant::now() });
                continue;
            };
            if let Ok(more) = timeout_at(*at + QUIET, next).await {
                files.extend(more);
                *at = Instant::now();
            } else {
                let settled = Saved { files: std::mem::take(files), at: *at };
                self.open = None;
                return settled;
            }
        }
    }
}

/// The relevant files of the next event that contains any.
async fn touch(touched: &mut UnboundedReceiver<Touched>, matters: &impl Fn(&Path) -> bool) -> BTreeSet<PathBuf> {
    loop {
        match touched.recv().await {
            Some(Touched::Paths(paths)) => {
                let files: BTreeSet<PathBuf> = paths.into_iter().filter(|path| matters(path)).collect();
                if !files.is_empty() {
                    return files;
                }
            }
            Some(Touched::Anything) => return BTreeSet::new(),
            // The sender was dropped: no more events.
            None => std::future::pending().await,
        }
    }
}
