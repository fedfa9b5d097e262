//! Where the state is kept, and what every place promises.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{State, StateError};

/// A place for one state.
///
/// A save is whole or not at all, and it is refused when somebody else has saved since the state was loaded.
#[async_trait]
pub trait Store: Send + Sync {
    /// Reads the state; `None` when there is none yet.
    async fn load(&self) -> Result<Option<State>, StateError>;

    /// Writes the state, whose serial is one more than that of the one it follows.
    async fn save(&self, state: &State) -> Result<(), StateError>;

    /// Takes the lock for as long as the guard lives.
    async fn lock(&self, holder: &Holder) -> Result<Guard, StateError>;

    /// Names the place for a person.
    fn place(&self) -> String;
}

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// The machine.
    pub host: String,
    /// The person.
    pub user: String,
    /// What they run: `up`.
    pub command: String,
    /// Since when, in RFC 3339.
    pub since: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { pid, host, user, command, since } = self;
        write!(f, "`stackctl {command}` of {user} on {host} (process {pid}) since {since}")
    }
}

/// A lock that is held; dropping it, or dying, releases it.
#[must_use]
pub struct Guard(#[expect(dead_code, reason = "it is held for its drop")] Box<dyn Send + Sync>);

impl Guard {
    /// Releases by dropping `held`.
    pub(crate) fn new(held: impl Send + Sync + 'static) -> Self {
        Self(Box::new(held))
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guard")
    }
}
