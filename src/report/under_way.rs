//! Reports a plan's events only while it is carried out.

use super::{Look, Report};
use crate::engine::{Event, Events};

/// Shows the steps in progress and leaves no text behind. With `--json` or `-v`, reports every event.
pub(crate) struct UnderWay<'a>(pub(crate) &'a Report);

impl Events for UnderWay<'_> {
    fn emit(&self, event: Event) {
        let Self(report) = self;
        if report.look == Look::Json || report.settings || matches!(event, Event::Interrupted) {
            report.emit(event);
        } else {
            report.live.follow(&event);
        }
    }
}
