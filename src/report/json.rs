//! The machine's look: one object per line, versioned.

use serde::Serialize;

/// The version of the events. It changes when a field goes or changes its meaning, not when one is added.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Versioned<'a, T> {
    v: u32,
    #[serde(flatten)]
    event: &'a T,
}

/// Renders an event, which must serialise to an object.
pub(super) fn line(event: &impl Serialize) -> String {
    let event = Versioned { v: VERSION, event };
    let mut line = serde_json::to_string(&event).expect("events are plain objects");
    line.push('\n');
    line
}
