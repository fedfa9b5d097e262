//! Releases that cannot be rolled back to, and why.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{card::Card, plain::plain};
use crate::engine::Obstacle;

/// A release that was skipped.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Unavailable<'a> {
    pub(crate) release: u64,
    pub(crate) obstacles: &'a [Obstacle],
}

impl Card for Unavailable<'_> {
    const EVENT: &'static str = "release_unavailable";

    fn text(&self) -> String {
        format!("release {} is not available: {}\n", self.release, plain(&reasons(self.obstacles).join("; ")))
    }
}

/// The reasons, each with everything that it applies to.
pub(crate) fn reasons(obstacles: &[Obstacle]) -> Vec<String> {
    let mut reasons = BTreeMap::<&str, Vec<String>>::new();
    for obstacle in obstacles {
        let (reason, what) = match obstacle {
            Obstacle::Unrecorded => {
                ("recorded by an earlier version of stackctl, without what its deployment needs", None)
            }
            Obstacle::Deleted { key } => ("deleted since", Some(key.to_string())),
            Obstacle::Replaced { key } => ("replaced since", Some(key.to_string())),
            Obstacle::Missing { key } => ("not found", Some(key.to_string())),
            Obstacle::Unmanaged { key } => ("not owned by this stack any more", Some(key.to_string())),
            Obstacle::NotLive { key } => ("without a live version", Some(key.to_string())),
            Obstacle::Pruned { key, served } => ("deleted since", Some(format!("`{served}` of {key}"))),
        };
        reasons.entry(reason).or_default().extend(what);
    }
    let text = |(reason, what): (&str, Vec<String>)| {
        if what.is_empty() { reason.to_owned() } else { format!("{reason}: {}", what.join(", ")) }
    };
    reasons.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Key;

    #[test]
    fn each_reason_is_shown_once_with_everything_that_it_applies_to() {
        let key = || "lambda_function.hello".parse::<Key>().unwrap();
        let role = "iam_role.hello".parse::<Key>().unwrap();
        let obstacles = [
            Obstacle::Unrecorded,
            Obstacle::Deleted { key: role },
            Obstacle::Deleted { key: key() },
            Obstacle::Replaced { key: key() },
            Obstacle::Missing { key: key() },
            Obstacle::Unmanaged { key: key() },
            Obstacle::NotLive { key: key() },
            Obstacle::Pruned { key: key(), served: "7".into() },
        ];
        let text = Unavailable { release: 3, obstacles: &obstacles }.text();
        insta::assert_snapshot!(text.replace("; ", "\n"), @r"
        release 3 is not available: deleted since: iam_role.hello, lambda_function.hello, `7` of lambda_function.hello
        not found: lambda_function.hello
        not owned by this stack any more: lambda_function.hello
        recorded by an earlier version of stackctl, without what its deployment needs
        replaced since: lambda_function.hello
        without a live version: lambda_function.hello
        ");
    }
}
