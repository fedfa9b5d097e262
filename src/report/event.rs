//! The engine's events, as lines.

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    json,
    paint::{BAD, CHANGE, FAINT, GOOD, paint},
    wording::{elapsed, past},
};
use crate::{
    engine::{Event, Key, Verb},
    failure::{ErrorCode, Fault},
    hint::Hint,
};

/// The event of a failed step, in which the error has the shape of all errors.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StepFailed {
    key: Key,
    verb: Verb,
    error: Fault,
}

impl Card for StepFailed {
    const EVENT: &'static str = "step_failed";

    fn text(&self) -> String {
        String::new()
    }
}

/// Renders an event as JSON. `written` writes out the commands in hints.
pub(super) fn json(event: Event, written: impl Fn(&Hint) -> Hint) -> String {
    match event {
        Event::StepFailed { key, verb, error } => {
            let fault = Fault::of(format!("{key}: not {}", past(verb)), &error);
            let code = fault.code.or(Some(ErrorCode::Failed));
            json::card(&StepFailed { key, verb, error: Fault { code, ..fault }.resolved(written) })
        }
        event => json::line(&event),
    }
}

/// Renders an event. Keys are padded to `width`. `spinning` means that spinners show what is in progress.
pub(super) fn line(event: &Event, spinning: bool, width: usize) -> Option<String> {
    let (key, text) = match event {
        // Steps that are not started are counted at the end.
        Event::StepStarted { .. } | Event::StepSkipped { .. } => return None,
        Event::Waiting { .. } if spinning => return None,
        Event::Waiting { key, reason } => (key, paint(FAINT, reason)),
        Event::StepDone { key, verb, took } => {
            (key, format!("{}  {}", paint(GOOD, past(*verb)), paint(FAINT, elapsed(*took))))
        }
        Event::StepFailed { key, verb, .. } => (key, paint(BAD, format_args!("not {}", past(*verb)))),
        Event::StepStopped { key, reason, .. } => (key, paint(CHANGE, reason)),
        Event::Interrupted => {
            let message = "interrupted: finishing the calls in progress; press Ctrl-C again to stop immediately, which is safe too";
            return Some(paint(CHANGE, message) + "\n");
        }
    };
    Some(format!("  {:<width$}  {text}\n", key.to_string()))
}
