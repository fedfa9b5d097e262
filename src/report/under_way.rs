//! The events of a plan that is reported as a whole when it is over.

use super::{Look, Report};
use crate::engine::{Event, Events};

/// Shows a person what is under way and nothing of it afterwards; tells a machine, and whoever asks for more, everything.
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
