//! The causes of failed integrations, for `stackctl call`. On AWS, they are in the execution log of a stage.

use std::collections::VecDeque;

use serde::Serialize;

/// The number of failures kept.
const KEPT: usize = 100;

/// The latest failed integrations, by request ID.
#[derive(Debug, Default)]
pub(crate) struct Executions(VecDeque<(String, Execution)>);

/// One failed integration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Execution {
    /// The ARN in the integration's URI.
    pub(crate) function: Option<String>,
    /// The ID of the invocation, if the function was invoked.
    pub(crate) invocation: Option<String>,
    /// What is wrong with the function's response, if the response is the cause.
    pub(crate) malformed: Option<String>,
}

impl Executions {
    /// Adds a failure; drops the oldest one when there are too many.
    pub(super) fn add(&mut self, request_id: &str, execution: Execution) {
        self.0.push_back((request_id.to_owned(), execution));
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    /// The failure of a request; `None` if the request did not fail or is no longer kept.
    pub(crate) fn of(&self, request_id: &str) -> Option<&Execution> {
        self.0.iter().rev().find(|(id, _)| id == request_id).map(|(_, execution)| execution)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_100_failures_are_kept() {
        let mut executions = Executions::default();
        for number in 0..=KEPT {
            let malformed = Some(number.to_string());
            executions.add(&format!("request-{number}"), Execution { malformed, ..Execution::default() });
        }
        assert_eq!(executions.of("request-0"), None);
        assert_eq!(executions.of("request-1").unwrap().malformed.as_deref(), Some("1"));
        assert_eq!(executions.of("request-100").unwrap().malformed.as_deref(), Some("100"));
    }
}
