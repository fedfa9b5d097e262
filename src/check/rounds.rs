//! Sends requests, several at once, and again where the answer may still be that of before the change.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use http::{Request, Response, header::AUTHORIZATION};
use tokio::time::Instant;

use super::{
    bearer::Bearer,
    probe::{Caller, Probe},
    propagation::pause,
    report::Finding,
    transport::Transport,
};
use crate::diagnosis::is_throttled;

/// How many requests are under way at once.
const AT_ONCE: usize = 16;

/// How long to wait before a request is sent again.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a request is sent again that API Gateway lets no further, because there are too many.
const CROWDED: Duration = Duration::from_secs(30);

/// How long a request is sent again whose response is right, and blocked by browsers.
const BLOCKED: Duration = Duration::from_secs(5);

/// What an answer came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judged {
    Right,
    /// It is as it must be, and a browser keeps it from pages.
    Blocked(Finding),
    /// API Gateway let the request no further, because there were too many. It says nothing of the change.
    Throttled,
    Wrong(Finding),
}

/// Requests to one URL.
pub(super) struct Rounds<'r, C> {
    pub(super) courier: &'r C,
    /// What paths follow.
    pub(super) url: &'r str,
    pub(super) deadline: Instant,
}

impl<C: Transport> Rounds<'_, C> {
    /// Sends all of them; answers for each, in order, what its last answer came to.
    pub(super) async fn all(&self, probes: &[Probe], tokens: &Bearer) -> Vec<Judged> {
        let probes: Vec<_> = probes.iter().map(|probe| self.until_right(probe, tokens).boxed()).collect();
        stream::iter(probes).buffered(AT_ONCE).collect().await
    }

    /// Sends a request again until its answer is right or nothing of before can be served any more, and while there are
    /// too many.
    async fn until_right(&self, probe: &Probe, tokens: &Bearer) -> Judged {
        let began = Instant::now();
        let crowded = began + CROWDED;
        loop {
            let seen = self.once(probe, tokens).await;
            let deadline = match seen {
                Judged::Right => return seen,
                Judged::Blocked(_) => self.deadline.min(began + BLOCKED),
                Judged::Throttled => self.deadline.max(crowded),
                Judged::Wrong(_) => self.deadline,
            };
            if Instant::now() + PAUSE > deadline {
                return seen;
            }
            pause(PAUSE).await;
        }
    }

    /// Sends all of them once, and those that browsers block once more, where they may be of before the change.
    pub(super) async fn once_each(&self, probes: &[Probe]) -> Vec<Judged> {
        let tokens = Bearer::default();
        let once = || {
            let probes: Vec<_> = probes.iter().map(|probe| self.once(probe, &tokens).boxed()).collect();
            stream::iter(probes).buffered(AT_ONCE).collect()
        };
        let seen: Vec<Judged> = once().await;
        if Instant::now() + BLOCKED > self.deadline || !seen.iter().any(|seen| matches!(seen, Judged::Blocked(_))) {
            return seen;
        }
        pause(BLOCKED).await;
        once().await
    }

    async fn once(&self, probe: &Probe, tokens: &Bearer) -> Judged {
        let request = match self.request(probe, tokens) {
            Ok(request) => request,
            Err(error) => return Judged::Wrong(Finding::unanswered(probe, format!("it cannot be sent: {error}"))),
        };
        match self.courier.send(request).await {
            Ok(answer) => judge(probe, &answer, tokens),
            Err(reason) => Judged::Wrong(Finding::unanswered(probe, reason)),
        }
    }

    fn request(&self, probe: &Probe, tokens: &Bearer) -> Result<Request<Bytes>, http::Error> {
        let request = Request::builder().method(probe.method.as_str()).uri(format!("{}{}", self.url, probe.path));
        let request = probe.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let token = match probe.caller {
            Caller::User(token) | Caller::Forger(token) => tokens.token(token),
            Caller::Nobody | Caller::Browser => None,
        };
        let request = token.into_iter().fold(request, |request, token| request.header(AUTHORIZATION, token));
        request.body(probe.body.clone().unwrap_or_default())
    }
}

fn judge(probe: &Probe, answer: &Response<Bytes>, tokens: &Bearer) -> Judged {
    let wrong = probe.expected.wrong(answer);
    if wrong.is_empty() {
        // An error of API Gateway says nothing of the function.
        let reader = probe.reader.as_ref().filter(|_| !is_of_gateway(answer));
        let kept = reader.map(|page| page.kept_from(answer)).unwrap_or_default();
        if kept.is_empty() { Judged::Right } else { Judged::Blocked(Finding::answered(probe, answer, (kept, tokens))) }
    } else if is_throttled(answer) {
        Judged::Throttled
    } else {
        Judged::Wrong(Finding::answered(probe, answer, (wrong, tokens)))
    }
}

/// API Gateway marks the errors that it makes itself.
fn is_of_gateway(answer: &Response<Bytes>) -> bool {
    answer.headers().contains_key("x-amzn-errortype")
}
