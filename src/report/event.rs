//! The engine's events, as lines.

use super::{
    paint::{BAD, CHANGE, FAINT, GOOD, paint},
    wording::{elapsed, past},
};
use crate::engine::Event;

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
