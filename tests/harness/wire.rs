//! The wire between the clients and the cloud, and the place of the state: both count, and both can be where a process
//! dies. The wire learns the secrets that pass on it, and no state that is saved may hold one.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use stackctl::{
    engine::{State, Store, StoreError},
    state::StateError,
};
use tokio::sync::Notify;

use super::{Place, Secrets};

/// What the place of the state is called in errors.
const PLACE: &str = "memory";

/// What goes wrong, and with which call or save of a process: the one at this position, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) at: usize,
    pub(crate) way: Way,
}

/// What goes wrong with a call or a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The process dies before it takes effect.
    DiesBefore,
    /// It takes effect, and the process dies before it learns so.
    DiesAfter,
    /// It takes no effect, and the process is told that the connection broke.
    RequestLost,
    /// It takes effect, and the process is told that the connection broke.
    AnswerLost,
    /// It takes no effect, and there is no answer, ever.
    RequestHangs,
    /// It takes effect, and there is no answer, ever.
    AnswerHangs,
}

/// One of the two things that a process does outside of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tick {
    Call,
    Save,
}

#[derive(Debug, Default)]
struct Inner {
    ticks: Vec<Tick>,
    cut: Option<Cut>,
    /// Whether the process died: whatever else it had begun does not happen any more.
    dead: bool,
    stored: Option<State>,
    /// Every state that this process has saved.
    texts: Vec<String>,
}

/// Counts the calls and saves of one process after the other, and holds the state between them.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    inner: Mutex<Inner>,
    died: Notify,
    secrets: Secrets,
}

impl Wire {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place with the state of another one, and nothing else of it.
    pub(crate) fn fork(&self) -> Self {
        let inner = Inner { stored: self.state(), ..Inner::default() };
        Self { inner: inner.into(), ..Self::default() }
    }

    /// Starts the count of another process, with which `cut` goes wrong.
    pub(crate) fn arm(&self, cut: Option<Cut>) {
        self.check_states();
        let mut inner = self.inner();
        (inner.ticks, inner.cut, inner.dead) = (Vec::new(), cut, false);
    }

    /// The calls and saves there were, in order.
    pub(crate) fn ticks(&self) -> Vec<Tick> {
        self.inner().ticks.clone()
    }

    /// How many saves there were.
    pub(crate) fn saves(&self) -> usize {
        self.inner().ticks.iter().filter(|tick| **tick == Tick::Save).count()
    }

    /// The state as it was last saved.
    pub(crate) fn state(&self) -> Option<State> {
        self.inner().stored.clone()
    }

    /// Puts another state in its place, as if it had been saved.
    pub(crate) fn replace_state(&self, state: State) {
        self.inner().stored = Some(state);
    }

    /// Loses the state.
    pub(crate) fn lose_state(&self) {
        self.inner().stored = None;
    }

    /// Lets a test change the state between two processes.
    pub(crate) fn edit_state(&self, change: impl FnOnce(&mut State)) {
        change(self.inner().stored.as_mut().expect("a state was saved"));
    }

    /// Makes sure that no state that was saved holds a secret, also one that passed only later.
    pub(crate) fn check_states(&self) {
        let texts = std::mem::take(&mut self.inner().texts);
        for text in texts {
            self.check("a saved state", &text);
        }
    }

    /// Makes sure that a text holds none of the secrets that have passed; `what` names the text.
    pub(crate) fn check(&self, what: &str, text: &str) {
        self.secrets.check(what, Place::Open, text.as_bytes());
    }

    /// Completes when the process is to die.
    pub(crate) async fn died(&self) {
        self.died.notified().await;
    }

    /// A client whose requests pass here on their way to `client`.
    pub(crate) fn client(self: &Arc<Self>, client: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Passing { wire: Arc::clone(self), client })
    }

    /// Counts one call or save, and carries it out unless it is the one that goes wrong.
    async fn pass<T, E>(
        &self,
        tick: Tick,
        effect: impl Future<Output = Result<T, E>>,
        broken: impl FnOnce() -> E,
    ) -> Result<T, E> {
        if self.inner().dead {
            return std::future::pending().await;
        }
        match self.count(tick) {
            None => effect.await,
            Some(Way::DiesBefore) => self.die().await,
            Some(Way::DiesAfter) => {
                let _ = effect.await;
                self.die().await
            }
            Some(Way::RequestLost) => Err(broken()),
            Some(Way::AnswerLost) => effect.await.and_then(|_| Err(broken())),
            Some(Way::RequestHangs) => std::future::pending().await,
            Some(Way::AnswerHangs) => {
                let _ = effect.await;
                std::future::pending().await
            }
        }
    }

    /// Counts one call or save; answers what goes wrong with it.
    fn count(&self, tick: Tick) -> Option<Way> {
        let mut inner = self.inner();
        let at = inner.ticks.len();
        inner.ticks.push(tick);
        inner.cut.filter(|cut| cut.at == at).map(|cut| cut.way)
    }

    fn store(&self, state: &State) -> Result<(), StoreError> {
        let mut inner = self.inner();
        let follows = match &inner.stored {
            None => state.serial == 1,
            Some(stored) => stored.lineage == state.lineage && stored.serial + 1 == state.serial,
        };
        if !follows {
            return Err(StateError::Changed { path: PLACE.into() }.into());
        }
        inner.texts.push(serde_json::to_string(state).expect("a state is plain data"));
        inner.stored = Some(state.clone());
        Ok(())
    }

    /// Sends a request and learns what passes.
    async fn overheard(
        &self,
        request: HttpRequest,
        client: &SharedHttpConnector,
    ) -> Result<HttpResponse, ConnectorError> {
        self.secrets.learn(request.body().bytes().unwrap_or_default());
        let answer = client.call(request).await;
        self.secrets.learn(answer.as_ref().ok().and_then(|answer| answer.body().bytes()).unwrap_or_default());
        answer
    }

    async fn die(&self) -> ! {
        self.inner().dead = true;
        self.died.notify_one();
        std::future::pending().await
    }
}

#[async_trait]
impl Store for Wire {
    async fn save(&self, state: &State) -> Result<(), StoreError> {
        let reason = "the connection broke".to_owned();
        let broken = || StateError::Unreachable { path: PLACE.into(), action: "saved", reason, full: false }.into();
        self.pass(Tick::Save, async { self.store(state) }, broken).await
    }
}

#[derive(Debug, Clone)]
struct Passing<C> {
    wire: Arc<Wire>,
    client: C,
}

impl HttpClient for Passing<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let client = self.client.http_connector(settings, components);
        SharedHttpConnector::new(Passing { wire: Arc::clone(&self.wire), client })
    }
}

impl HttpConnector for Passing<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { wire, client } = self.clone();
        HttpConnectorFuture::new(async move {
            let broken = || ConnectorError::io("the connection broke".into());
            wire.pass(Tick::Call, wire.overheard(request, &client), broken).await
        })
    }
}
