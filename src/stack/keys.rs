//! The keys of a stack's resources.

use crate::engine::{Key, Resource};

/// The key of the only thing of a kind.
pub(super) fn main<R: Resource>() -> Key {
    Key::new(R::KIND, "main")
}

/// The key of a function's thing of a kind.
pub(super) fn of<R: Resource>(function: &str) -> Key {
    Key::new(R::KIND, function)
}
