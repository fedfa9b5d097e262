//! Shows the response, and explains it where API Gateway rejected the request.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response};
use jiff::Timestamp;

use super::route::RequestedRoute;
use crate::{
    cli::CallArgs,
    diagnosis::{Execution, RouteTarget, Sent, explain},
    exit::Exit,
    failure::{Failure, Fault},
    report::{Answer, Look},
    session::{DeployedStack, Run},
};

/// A request and its response.
pub(super) struct Exchange<'a> {
    pub(super) deployed: &'a DeployedStack,
    pub(super) requested: RequestedRoute<'a>,
    pub(super) target: RouteTarget<'a>,
    pub(super) url: String,
    /// The token that was sent.
    pub(super) authorization: Option<HeaderValue>,
    pub(super) answer: Response<Bytes>,
    /// What happened in the function, when API Gateway responded in its place.
    pub(super) execution: Execution,
    pub(super) took: Duration,
}

impl Exchange<'_> {
    /// Shows the response and returns the exit code.
    ///
    /// # Errors
    /// When the status is an error and `--fail` is set.
    pub(super) fn conclude(self, run: &Run, arguments: &CallArgs) -> Result<Exit, Failure> {
        let explanation = self.explanation().map(|fault| run.report.resolved(&fault));
        self.show(run, arguments.include, explanation.as_ref());
        if arguments.fail && self.answer.status().as_u16() >= 400 {
            return Err(explanation.unwrap_or_else(|| self.refused_by_itself()).into());
        }
        if let Some(fault) = explanation.filter(|_| run.report.look() == Look::Human) {
            run.report.warn(&fault);
        }
        Ok(Exit::Done)
    }

    fn show(&self, run: &Run, head: bool, explanation: Option<&Fault>) {
        let answer = Answer {
            route: self.target.to_string(),
            url: &self.url,
            response: &self.answer,
            explanation,
            took: self.took,
        };
        if run.report.look() == Look::Json {
            run.report.data(&answer);
            return;
        }
        if head {
            run.report.raw(answer.head().as_bytes());
        }
        run.report.body(self.answer.body());
    }

    /// Why API Gateway rejected the request. `None` when a function or a preflight responded.
    fn explanation(&self) -> Option<Fault> {
        let outputs = self.deployed.outputs();
        let sent = Sent {
            config: &self.deployed.config,
            request: &self.requested.to_string(),
            target: self.target,
            token: self.authorization.as_ref().and_then(|value| value.to_str().ok()),
            execution: &self.execution,
            pool_id: outputs.user_pool_id.as_deref(),
            now: Timestamp::now().as_second(),
        };
        explain(&sent, &self.answer)
    }

    fn refused_by_itself(&self) -> Fault {
        let who = self.target.function().map_or_else(|| "API Gateway".to_owned(), |function| format!("`{function}`"));
        Fault::new(format!("{}: {who} returned {}", self.requested, self.answer.status()))
    }
}
