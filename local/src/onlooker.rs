//! Whoever looks on while calls are answered: a test that has to know what was said.

use std::{fmt, sync::OnceLock};

use bytes::Bytes;

type Look = Box<dyn Fn(&Bytes, &Bytes) + Send + Sync>;

/// At most one onlooker, who is shown the body of each call and of its answer.
#[derive(Default)]
pub(crate) struct Onlooker(OnceLock<Look>);

impl Onlooker {
    /// Takes the place, unless somebody has it.
    pub(crate) fn admit(&self, look: impl Fn(&Bytes, &Bytes) + Send + Sync + 'static) {
        self.0.get_or_init(|| Box::new(look));
    }

    /// Shows a call and its answer, which is empty when the caller gets none.
    pub(crate) fn show(&self, call: &Bytes, answer: &Bytes) {
        if let Some(look) = self.0.get() {
            look(call, answer);
        }
    }
}

impl fmt::Debug for Onlooker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Onlooker")
    }
}
