//! The wire between the clients and the cloud, and the place of the state: both count, and both can be where a process
//! dies. The wire learns the secrets that pass on it, and no state that is saved may hold one.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use stackctl::state::{State, StateError, Store};
use tokio::sync::Notify;

use super::{Place, Secrets};

/// Where a process dies: at call or save number `at`, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) at: usize,
    /// Whether it takes effect first.
    pub(crate) after: bool,
}

#[derive(Debug, Default)]
struct Inner {
    ticks: usize,
    saves: usize,
    cut: Option<Cut>,
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

    /// Starts the count of another process, which dies at `cut`.
    pub(crate) fn arm(&self, cut: Option<Cut>) {
        self.check_states();
        let mut inner = self.inner();
        (inner.ticks, inner.saves, inner.cut) = (0, 0, cut);
    }

    /// How many calls and saves there were.
    pub(crate) fn ticks(&self) -> usize {
        self.inner().ticks
    }

    /// How many saves there were.
    pub(crate) fn saves(&self) -> usize {
        self.inner().saves
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

    /// Counts one call or save and dies before it, or returns whether to die after it.
    async fn begin(&self) -> bool {
        let cut = {
            let mut inner = self.inner();
            let at = inner.ticks;
            inner.ticks += 1;
            inner.cut.filter(|cut| cut.at == at)
        };
        match cut {
            Some(Cut { after: false, .. }) => self.die().await,
            Some(Cut { after: true, .. }) => true,
            None => false,
        }
    }

    async fn die(&self) -> ! {
        self.died.notify_one();
        std::future::pending().await
    }
}

#[async_trait]
impl Store for Wire {
    async fn load(&self) -> Result<Option<State>, StateError> {
        Ok(self.state())
    }

    async fn save(&self, state: &State) -> Result<(), StateError> {
        let dies = self.begin().await;
        {
            let mut inner = self.inner();
            let serial = inner.stored.as_ref().map_or(0, |stored| stored.serial);
            assert_eq!(state.serial, serial + 1, "a save follows the one before");
            inner.saves += 1;
            inner.texts.push(serde_json::to_string(state).expect("a state is plain data"));
            inner.stored = Some(state.clone());
        }
        if dies { self.die().await } else { Ok(()) }
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
            let dies = wire.begin().await;
            wire.secrets.learn(request.body().bytes().unwrap_or_default());
            let answer = client.call(request).await;
            wire.secrets.learn(answer.as_ref().ok().and_then(|answer| answer.body().bytes()).unwrap_or_default());
            if dies { wire.die().await } else { answer }
        })
    }
}
