//! Faults by rule: what goes wrong with which call.

use serde::{Deserialize, Serialize};

/// One rule. It applies to the calls that it names, from the `skip`-th on, `times` times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// `service:Operation`, as in `cognito-idp:CreateUserPool`; `None` is every control-plane call.
    pub operation: Option<String>,
    /// How many matching calls pass unharmed first.
    pub skip: usize,
    /// How many are harmed then; the rule is spent after that.
    pub times: usize,
    /// What happens to them.
    pub effect: Effect,
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// It never arrives: nothing takes effect, the connection breaks.
    LoseRequest,
    /// It takes effect, and then the connection breaks.
    LoseAnswer,
    /// It takes no effect and this is answered.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// AWS's error code.
        code: String,
        /// AWS's message.
        message: String,
    },
    /// It takes no effect and is refused as its service refuses who calls too often.
    Throttle,
    /// It takes effect, and a 500 is answered all the same.
    FailAfterEffect,
    /// The process with this id gets SIGKILL, before or after the call took effect.
    Kill {
        /// The caller.
        pid: u32,
        /// Whether the call takes effect first.
        after: bool,
    },
}

/// The rules in force, counted down as calls arrive.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<Fault>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.rules.push(fault);
    }

    /// Counts this call against every rule and returns the effect of the first that strikes.
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
