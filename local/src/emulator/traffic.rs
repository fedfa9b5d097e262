//! An observer of API calls, for tests.

use std::{fmt, sync::OnceLock};

use bytes::Bytes;

type Look = Box<dyn Fn(&Bytes, &Bytes) + Send + Sync>;

/// At most one observer. It receives the request and response body of each call.
#[derive(Default)]
pub(crate) struct Traffic(OnceLock<Look>);

impl Traffic {
    /// Registers the observer unless there is one already.
    pub(crate) fn admit(&self, look: impl Fn(&Bytes, &Bytes) + Send + Sync + 'static) {
        self.0.get_or_init(|| Box::new(look));
    }

    /// Passes a request and its response, which is empty when the connection broke, to the observer.
    pub(crate) fn show(&self, call: &Bytes, answer: &Bytes) {
        if let Some(look) = self.0.get() {
            look(call, answer);
        }
    }
}

impl fmt::Debug for Traffic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Traffic")
    }
}
