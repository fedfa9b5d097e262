//! The spinners on a terminal: one per step in progress, with its elapsed time.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::plain::plain;
use crate::engine::{Event, Key, Verb};

/// The spinners; `None` when stderr is not a terminal.
pub(super) struct Live(Option<Spinners>);

struct Spinners {
    all: MultiProgress,
    template: &'static str,
    by_key: Mutex<BTreeMap<Key, ProgressBar>>,
}

/// A spinner for something other than a step. It ends when this is dropped.
#[must_use]
pub(crate) struct Progress<'l>(Option<(&'l Spinners, ProgressBar)>);

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some((spinners, spinner)) = &self.0 {
            spinner.finish_and_clear();
            spinners.all.remove(spinner);
        }
    }
}

impl Live {
    pub(super) fn on_terminal(coloured: bool) -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let template = if coloured {
            "  {spinner:.cyan} {prefix}  {wide_msg:.dim} {elapsed:.dim} "
        } else {
            "  {spinner} {prefix}  {wide_msg} {elapsed} "
        };
        Self(Some(Spinners { all, template, by_key: Mutex::default() }))
    }

    pub(super) fn off() -> Self {
        Self(None)
    }

    pub(super) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Prints while the spinners are hidden.
    pub(super) fn aside(&self, print: impl FnOnce()) {
        match &self.0 {
            Some(spinners) => spinners.all.suspend(print),
            None => print(),
        }
    }

    /// Starts a spinner for something other than a step.
    pub(super) fn begin(&self, what: String) -> Progress<'_> {
        Progress(self.0.as_ref().map(|spinners| (spinners, spinners.spinner(what, ""))))
    }

    /// Ends all spinners of steps.
    pub(super) fn end_all(&self) {
        if let Some(spinners) = &self.0 {
            spinners.end_all();
        }
    }

    /// Updates the spinners for an event.
    pub(super) fn follow(&self, event: &Event) {
        let Some(spinners) = &self.0 else { return };
        match event {
            Event::StepStarted { key, verb } => spinners.start(key, doing(*verb)),
            Event::Waiting { key, reason } => spinners.start(key, reason),
            Event::StepDone { key, .. } | Event::StepFailed { key, .. } | Event::StepStopped { key, .. } => {
                spinners.end(key);
            }
            Event::StepSkipped { .. } | Event::Interrupted => {}
        }
    }
}

impl Spinners {
    fn end_all(&self) {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        for spinner in std::mem::take(&mut *by_key).into_values() {
            spinner.finish_and_clear();
            self.all.remove(&spinner);
        }
    }

    fn start(&self, key: &Key, message: &str) {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        match by_key.get(key) {
            Some(spinner) => spinner.set_message(plain(message)),
            None => {
                by_key.insert(key.clone(), self.spinner(key.to_string(), message));
            }
        }
    }

    fn spinner(&self, prefix: String, message: &str) -> ProgressBar {
        let spinner = self.all.add(ProgressBar::new_spinner());
        let style = ProgressStyle::with_template(self.template);
        spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        spinner.set_prefix(prefix);
        spinner.set_message(plain(message));
        spinner.enable_steady_tick(Duration::from_millis(100));
        spinner
    }

    fn end(&self, key: &Key) {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(spinner) = by_key.remove(key) {
            spinner.finish_and_clear();
            self.all.remove(&spinner);
        }
    }
}

fn doing(verb: Verb) -> &'static str {
    match verb {
        Verb::Keep => "keeping",
        Verb::Create => "creating",
        Verb::Adopt => "adopting",
        Verb::Update => "updating",
        Verb::Replace => "replacing",
        Verb::Delete => "deleting",
        Verb::Untrack => "untracking",
    }
}
