//! Waiting until nothing is saved any more.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, timeout_at},
};

/// How long nothing that matters must be saved before what was saved counts as a whole. Twenty saves in a second are 50 ms
/// apart; whoever waits for the change notices no more than this.
pub const QUIET: Duration = Duration::from_millis(100);

/// What the system tells of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// These may have changed.
    Paths(Vec<PathBuf>),
    /// It has lost track: anything may have changed.
    Anything,
}

/// What was saved in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The files that matter; none when the system has lost track.
    pub files: BTreeSet<PathBuf>,
    /// When the last of them was saved.
    pub at: Instant,
}

impl Saved {
    /// These and those of before them, which nothing has come of yet.
    #[must_use]
    pub fn after(mut self, before: Self) -> Self {
        if !self.files.is_empty() && !before.files.is_empty() {
            self.files.extend(before.files);
            return self;
        }
        Self { files: BTreeSet::new(), ..self }
    }
}

/// Gathers saves until nothing more is saved.
#[derive(Debug)]
pub struct Settling {
    touched: UnboundedReceiver<Touched>,
    /// What was saved and has not settled yet.
    open: Option<Saved>,
}

impl Settling {
    /// Gathers what `touched` tells.
    #[must_use]
    pub fn new(touched: UnboundedReceiver<Touched>) -> Self {
        Self { touched, open: None }
    }

    /// Waits until something that matters is saved, and then until nothing more is for [`QUIET`]. There is no upper limit:
    /// what is still being written is not deployed half-written. Dropping the future loses nothing.
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

/// The files that matter of the next touch of any that does.
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
            // Nobody is left who could tell.
            None => std::future::pending().await,
        }
    }
}
