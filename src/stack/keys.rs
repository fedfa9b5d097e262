//! The keys of a stack's resources.

use crate::{
    engine::{Key, Resource},
    resources::log_group::LogGroup,
};

/// The key of the only thing of a kind.
pub(super) fn main<R: Resource>() -> Key {
    Key::new(R::KIND, "main")
}

/// The key of a function's thing of a kind.
pub(super) fn of<R: Resource>(function: &str) -> Key {
    Key::new(R::KIND, function)
}

/// The key of the log group to which the API writes a line for each request. No function can have this name.
#[must_use]
pub fn access_log_group() -> Key {
    Key::new(LogGroup::KIND, "api/access")
}
