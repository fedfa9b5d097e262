//! What came back: shown, and explained where API Gateway refused the request.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response};
use jiff::Timestamp;

use super::route::Asked;
use crate::{
    cli::CallArgs,
    diagnosis::{Execution, Sent, Target, explain},
    exit::Exit,
    failure::{Failure, Fault},
    report::{Answer, Look, Message},
    session::{App, Deployed},
};

/// A request and its answer.
pub(super) struct Exchange<'a> {
    pub(super) deployed: &'a Deployed,
    pub(super) asked: Asked<'a>,
    pub(super) target: Target<'a>,
    pub(super) url: String,
    /// What was sent as a token.
    pub(super) authorization: Option<HeaderValue>,
    pub(super) answer: Response<Bytes>,
    /// What became of the function, where it did not answer itself.
    pub(super) execution: Execution,
    pub(super) took: Duration,
}

impl Exchange<'_> {
    /// Shows the answer and decides how the command ends.
    ///
    /// # Errors
    /// When `--fail` makes a failure of it.
    pub(super) fn conclude(self, app: &App, arguments: &CallArgs) -> Result<Exit, Failure> {
        let explanation = self.explanation(&app.flags());
        self.show(app, arguments.include, explanation.as_ref());
        if arguments.fail && self.answer.status().as_u16() >= 400 {
            return Err(explanation.unwrap_or_else(|| self.refused_by_itself()).into());
        }
        if let Some(fault) = explanation.filter(|_| app.report.look() == Look::Human) {
            app.report.tell(&Message::Warning(&fault));
        }
        Ok(Exit::Done)
    }

    fn show(&self, app: &App, head: bool, explanation: Option<&Fault>) {
        let answer = Answer {
            route: self.target.to_string(),
            url: &self.url,
            response: &self.answer,
            explanation,
            took: self.took,
        };
        if app.report.look() == Look::Json {
            app.report.data(&Message::Answer(&answer));
            return;
        }
        if head {
            app.report.raw(answer.head().as_bytes());
        }
        app.report.body(self.answer.body());
    }

    /// Why API Gateway refused it; nothing when a function, or a preflight, has answered.
    fn explanation(&self, flags: &str) -> Option<Fault> {
        let outputs = self.deployed.outputs();
        let sent = Sent {
            config: &self.deployed.config,
            request: &self.asked.to_string(),
            target: self.target,
            token: self.authorization.as_ref().and_then(|value| value.to_str().ok()),
            execution: &self.execution,
            pool_id: outputs.user_pool_id.as_deref(),
            now: Timestamp::now().as_second(),
            flags,
        };
        explain(&sent, &self.answer)
    }

    fn refused_by_itself(&self) -> Fault {
        let who = self.target.function().map_or_else(|| "API Gateway".to_owned(), |function| format!("`{function}`"));
        Fault::new(format!("{}: {who} answered {}", self.asked, self.answer.status()))
    }
}
