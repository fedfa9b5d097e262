//! Refusals that pass by themselves, and how long each is worth waiting for.

use std::time::Duration;

use crate::engine::ResourceError;

/// The codes of throttling; such a call took no effect.
pub(crate) const THROTTLES: &[&str] = &[
    "TooManyRequestsException",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "SlowDown",
];

/// How often a wait looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cadence {
    /// The pause between two looks at first.
    pub(crate) pause: Duration,
    /// How long it stays so, before it grows: as long as AWS usually takes.
    pub(crate) dense: Duration,
}

/// A rejection that passes by itself.
#[derive(Debug)]
pub(crate) struct Wait {
    codes: &'static [&'static str],
    /// Parts of the message, one of which it must have; empty is any message.
    saying: &'static [&'static str],
    /// What is waited for, as in `waiting for …`.
    pub(crate) what: &'static str,
    pub(crate) at_most: Duration,
    pub(crate) cadence: Cadence,
    /// What else the rejection can mean, for when the wait was in vain.
    pub(crate) hint: Option<&'static str>,
}

impl Wait {
    pub(crate) fn covers(&self, error: &ResourceError) -> bool {
        let message = error.message.to_lowercase();
        error.code.as_deref().is_some_and(|code| self.codes.contains(&code))
            && (self.saying.is_empty() || self.saying.iter().any(|part| message.contains(part)))
    }
}

/// What throttled calls wait for, and calls that would be.
pub(crate) const QUOTA: &str = "AWS's request quota";

/// What functions with a new role wait for.
pub(crate) const ROLE_PROPAGATION: &str = "IAM to let Lambda assume the function's new role";

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Looks after so many seconds, then less and less often.
const fn every(pause: u64) -> Cadence {
    Cadence { pause: seconds(pause), dense: Duration::ZERO }
}

const fn throttle(pause: u64, at_most: u64) -> Wait {
    Wait {
        codes: THROTTLES,
        saying: &[],
        what: QUOTA,
        at_most: seconds(at_most),
        cadence: every(pause),
        hint: Some("something else uses up the account's quota of these requests"),
    }
}

pub(crate) const THROTTLED: &[Wait] = &[throttle(1, 120)];
/// `CreateDeployment` is allowed once in 5 s.
pub(crate) const THROTTLED_DEPLOYMENT: &[Wait] = &[throttle(5, 120)];
/// `DeleteRestApi` is allowed once in 30 s and account.
pub(crate) const THROTTLED_API_DELETE: &[Wait] = &[throttle(30, 300)];

/// API Gateway refuses writes to one API that overlap, also those of other callers.
pub(crate) const API_BUSY: &[Wait] = &[Wait {
    codes: &["ConflictException"],
    saying: &["concurrent modification"],
    what: "another change of the REST API to end",
    at_most: seconds(120),
    cadence: every(1),
    hint: None,
}];

pub(crate) const POOL_BUSY: &[Wait] = &[Wait {
    codes: &["ConcurrentModificationException"],
    saying: &[],
    what: "another change of the user pool to end",
    at_most: seconds(120),
    cadence: every(1),
    hint: None,
}];

pub(crate) const LOG_GROUP_BUSY: &[Wait] = &[Wait {
    codes: &["OperationAbortedException"],
    saying: &[],
    what: "another change of the log group to end",
    at_most: seconds(60),
    cadence: every(1),
    hint: None,
}];

pub(crate) const ROLE_BUSY: &[Wait] = &[
    Wait {
        codes: &["ConcurrentModification"],
        saying: &[],
        what: "another change of the role to end",
        at_most: seconds(60),
        cadence: every(1),
        hint: None,
    },
    // A principal that was only just created is not known everywhere yet.
    Wait {
        codes: &["MalformedPolicyDocument"],
        saying: &["invalid principal"],
        what: "IAM to accept the principal of the trust policy",
        at_most: seconds(60),
        cadence: every(2),
        hint: Some("or the principal of the trust policy does not exist"),
    },
];

/// Policies that were deleted or detached a moment ago still count for a while.
pub(crate) const ROLE_NOT_EMPTY: &[Wait] = &[Wait {
    codes: &["DeleteConflict"],
    saying: &[],
    what: "IAM to notice that the role has no policies any more",
    at_most: seconds(60),
    cadence: every(1),
    hint: Some("or the role is still part of an instance profile"),
}];

/// The code is shared with "already exists", which no wait ends; so it goes by the message.
pub(crate) const FUNCTION_BUSY: &[Wait] = &[Wait {
    codes: &["ResourceConflictException"],
    saying: &["in progress", "cannot be performed", "concurrent", "pending", "being deleted", "deleting", "try again"],
    what: "another change of the Lambda function to end",
    at_most: seconds(300),
    cadence: every(1),
    hint: None,
}];

/// A role is visible to IAM before Lambda may assume it: Lambda answers `InvalidParameterValueException` meanwhile.
pub(crate) const ROLE_FRESH: &[Wait] = &[Wait {
    codes: &["InvalidParameterValueException"],
    saying: &["cannot be assumed by lambda", "execution role does not have permissions", "invalid for creategrant"],
    what: ROLE_PROPAGATION,
    at_most: seconds(120),
    cadence: Cadence { pause: Duration::from_millis(500), dense: seconds(15) },
    hint: Some("a fresh role is accepted sooner than that: check the role's trust policy and permissions"),
}];
