//! Fault injection by rule.

use serde::{Deserialize, Serialize};

/// One rule. It skips the first `skip` matching calls and applies to the next `times`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// `service:Operation`, as in `cognito-idp:CreateUserPool`; `None` is every control-plane call.
    pub operation: Option<String>,
    /// The number of matching calls that pass first.
    pub skip: usize,
    /// The number of calls that fail after that. Then the rule is used up.
    pub times: usize,
    /// The effect on these calls.
    pub effect: Effect,
}

/// The effect of a fault on a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// The request never arrives: it has no effect and the connection breaks.
    LoseRequest,
    /// The call takes effect, then the connection breaks.
    LoseAnswer,
    /// The call has no effect and returns this error.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// AWS's error code.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// The call has no effect and returns the throttling error of its service.
    Throttle,
    /// The call takes effect but returns a 500.
    FailAfterEffect,
    /// The process with this id gets SIGKILL, before or after the call takes effect.
    Kill {
        /// The process of the caller.
        pid: u32,
        /// Whether the call takes effect first.
        after: bool,
    },
}

/// The active rules, counted down as calls arrive.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<Fault>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.rules.push(fault);
    }

    /// Counts this call against every rule and returns the effect of the first rule that applies.
    pub(crate) fn strike(&mut self, operation: &str) -> Option<Effect> {
        let mut effect = None;
        for rule in &mut self.rules {
            if rule.operation.as_deref().is_some_and(|wanted| wanted != operation) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
            } else if rule.times > 0 && effect.is_none() {
                rule.times -= 1;
                effect = Some(rule.effect.clone());
            }
        }
        self.rules.retain(|rule| rule.times > 0);
        effect
    }
}
