//! The results of commands that change one thing and have nothing to show.

use schemars::JsonSchema;
use serde::Serialize;

use super::{card::Card, wording::counted};
use crate::engine::Key;

/// A user was changed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct UserChanged<'a> {
    /// The given username.
    pub(crate) user: &'a str,
    pub(crate) action: UserAction,
    /// The group, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<&'a str>,
}

/// What was done with a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UserAction {
    /// Created, with a temporary password that Cognito sends.
    Invited,
    Enabled,
    Disabled,
    Deleted,
    PasswordSet,
    /// The next sign-in asks for another password.
    TemporaryPasswordSet,
    AddedToGroup,
    /// Not in the group now, whether it was before or not.
    RemovedFromGroup,
}

impl<'a> UserChanged<'a> {
    pub(crate) fn new(user: &'a str, action: UserAction) -> Self {
        Self { user, action, group: None }
    }

    /// The same about a group.
    pub(crate) fn group(self, group: &'a str) -> Self {
        Self { group: Some(group), ..self }
    }
}

impl Card for UserChanged<'_> {
    const EVENT: &'static str = "user_changed";

    fn text(&self) -> String {
        let (user, group) = (self.user, self.group.unwrap_or_default());
        let text = match self.action {
            UserAction::Invited => format!("invited {user}: Cognito sends them a temporary password"),
            UserAction::Enabled => format!("enabled {user}"),
            UserAction::Disabled => format!("disabled {user}"),
            UserAction::Deleted => format!("deleted {user}"),
            UserAction::PasswordSet => format!("set the password of {user}"),
            UserAction::TemporaryPasswordSet => {
                format!("set the password of {user}; the next sign-in asks for another one")
            }
            UserAction::AddedToGroup => format!("put {user} into {group}; tokens say so from the next sign-in on"),
            UserAction::RemovedFromGroup => format!("{user} is not in {group}; tokens say so from the next sign-in on"),
        };
        text + "\n"
    }
}

/// The state lock is released.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Unlocked<'a> {
    /// The state.
    pub(crate) place: &'a str,
    /// Whether it was locked before.
    pub(crate) was_locked: bool,
}

impl Card for Unlocked<'_> {
    const EVENT: &'static str = "unlocked";

    fn text(&self) -> String {
        let place = self.place;
        if self.was_locked { format!("unlocked {place}\n") } else { format!("{place} is not locked: nothing to do\n") }
    }
}

/// A resource that `down` did not delete, because it holds users.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Retained {
    pub(crate) key: Key,
    /// The number of its users, which `--delete-users` requires.
    pub(crate) users: u64,
}

impl Card for Retained {
    const EVENT: &'static str = "retained";

    fn text(&self) -> String {
        let Self { key, users } = self;
        let count = counted(users, "user");
        format!("retained {key}: it has {count}; `--delete-users {users}` deletes the pool with them\n")
    }
}

/// `down` found nothing to delete.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct NothingToDelete {
    /// The stack and its stage.
    pub(crate) stack: String,
    /// How that is known.
    pub(crate) evidence: String,
}

impl Card for NothingToDelete {
    const EVENT: &'static str = "nothing_to_delete";

    fn text(&self) -> String {
        format!("{}: nothing to delete: {}\n", self.stack, self.evidence)
    }
}

/// The state was moved.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct StateMoved {
    pub(crate) from: String,
    pub(crate) to: String,
    /// Whether this run moved it; otherwise an earlier one did.
    pub(crate) moved: bool,
}

impl Card for StateMoved {
    const EVENT: &'static str = "state_moved";

    fn text(&self) -> String {
        let Self { from, to, moved } = self;
        if *moved {
            format!(
                "moved the state from {from} to {to}\n\
                 the note at the old place can be deleted when no checkout uses that place any more\n"
            )
        } else {
            format!("the state was already moved from {from} to {to}: nothing to do\n")
        }
    }
}
