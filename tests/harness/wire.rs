//! The connection between the clients and the emulator, and the store of the state. Both count, and a process can die
//! at both. The connection collects the secrets that pass through it, and no saved state may contain one.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use aws_smithy_runtime_api::client::{
    http::{HttpConnectorFuture, SharedHttpClient},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use stackctl::{
    engine::{State, Store, StoreError},
    state::StateError,
};
use tokio::sync::Notify;

use super::{Bridge, Place, Secrets};

/// The path of the state in errors.
const PLACE: &str = "memory";

/// A failure and the position of the call or save at which it happens, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) at: usize,
    pub(crate) way: Way,
}

/// How a call or a save fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The process dies before the request takes effect.
    DiesBefore,
    /// The request takes effect, and the process dies before the response.
    DiesAfter,
    /// The request takes no effect, and the connection breaks.
    RequestLost,
    /// The request takes effect, and the connection breaks.
    AnswerLost,
    /// The request takes no effect, and there is never a response.
    RequestHangs,
    /// The request takes effect, and there is never a response.
    AnswerHangs,
}

/// An external effect of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tick {
    Call,
    Save,
}

#[derive(Debug, Default)]
struct Inner {
    ticks: Vec<Tick>,
    cut: Option<Cut>,
    /// Whether the process died: its remaining calls and saves do not happen.
    dead: bool,
    stored: Option<State>,
    /// All states that this process saved.
    texts: Vec<String>,
    recording: Option<Recording>,
}

/// The leftovers of a process that dies at one of its calls or saves.
#[derive(Debug)]
pub(crate) struct Death {
    pub(crate) cut: Cut,
    local: stackctl_local::Emulator,
    state: Option<State>,
    /// How often each operation arrived.
    calls: BTreeMap<String, usize>,
    /// The requests under way, in order: they still take effect.
    under_way: Vec<HttpRequest>,
}

impl Death {
    /// The emulator, the state, and how often each operation arrived in addition to the emulator's own counts.
    pub(super) async fn left(&self) -> (stackctl_local::Emulator, Wire, BTreeMap<String, usize>) {
        let local = self.local.fork(self.local.settings().clone()).expect("it is in memory");
        let requests = self.under_way.iter().map(|request| Bridge::to(&local).carry(copied(request)));
        futures_util::future::join_all(requests).await;
        let again = local.call_counts();
        let earlier = self
            .calls
            .iter()
            .map(|(operation, count)| (operation.clone(), count - again.get(operation).copied().unwrap_or_default()));
        let inner = Inner { stored: self.state.clone(), ..Inner::default() };
        (local, Wire { inner: inner.into(), ..Wire::default() }, earlier.collect())
    }
}

fn copied(request: &HttpRequest) -> HttpRequest {
    request.try_clone().expect("its body is in memory")
}

/// All deaths that were possible so far.
#[derive(Debug)]
struct Recording {
    local: stackctl_local::Emulator,
    deaths: Vec<Death>,
    /// The requests that have not taken effect yet, by number.
    under_way: BTreeMap<usize, HttpRequest>,
    sent: usize,
}

/// Counts the calls and saves of one process after another, and keeps the state between them.
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

    /// A new wire with a copy of the state.
    pub(crate) fn fork(&self) -> Self {
        let inner = Inner { stored: self.state(), ..Inner::default() };
        Self { inner: inner.into(), ..Self::default() }
    }

    /// Starts to count for another process, which fails as `cut` says.
    pub(crate) fn arm(&self, cut: Option<Cut>) {
        self.check_states();
        let mut inner = self.inner();
        (inner.ticks, inner.cut, inner.dead) = (Vec::new(), cut, false);
    }

    /// The calls and saves so far, in order.
    pub(crate) fn ticks(&self) -> Vec<Tick> {
        self.inner().ticks.clone()
    }

    /// How many saves there were.
    pub(crate) fn saves(&self) -> usize {
        self.inner().ticks.iter().filter(|tick| **tick == Tick::Save).count()
    }

    /// The last saved state.
    pub(crate) fn state(&self) -> Option<State> {
        self.inner().stored.clone()
    }

    /// Replaces the state as if this one had been saved.
    pub(crate) fn replace_state(&self, state: State) {
        self.inner().stored = Some(state);
    }

    /// Loses the state.
    pub(crate) fn lose_state(&self) {
        self.inner().stored = None;
    }

    /// Checks that no saved state contains a secret, including those that were seen only later.
    pub(crate) fn check_states(&self) {
        let texts = std::mem::take(&mut self.inner().texts);
        for text in texts {
            self.check("a saved state", &text);
        }
    }

    /// Checks that a text contains none of the secrets seen so far; `what` names the text.
    pub(crate) fn check(&self, what: &str, text: &str) {
        self.secrets.check(what, Place::Open, text.as_bytes());
    }

    /// Completes when the process dies.
    pub(crate) async fn died(&self) {
        self.died.notified().await;
    }

    /// A client whose requests pass through this wire to the emulator.
    pub(crate) fn client(self: &Arc<Self>, local: &stackctl_local::Emulator, caller: &str) -> SharedHttpClient {
        let (wire, caller) = (Arc::clone(self), caller.to_owned());
        Bridge::intercepted(local, move |mut request, bridge| {
            let wire = Arc::clone(&wire);
            sign_as(&caller, &mut request);
            HttpConnectorFuture::new(async move {
                let broken = || ConnectorError::io("the connection broke".into());
                wire.pass(Tick::Call, Self::overheard(&wire, request, bridge), broken).await
            })
        })
    }

    /// Counts one call or save, and runs it unless it is the one that fails.
    async fn pass<T, E>(
        &self,
        tick: Tick,
        effect: impl Future<Output = Result<T, E>>,
        broken: impl FnOnce() -> E,
    ) -> Result<T, E> {
        if self.inner().dead {
            return std::future::pending().await;
        }
        let (at, way) = self.count(tick);
        match way {
            None => {
                self.record(at, Way::DiesBefore);
                let result = effect.await;
                self.record(at, Way::DiesAfter);
                result
            }
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

    /// Counts one call or save. Returns its position and how it fails.
    fn count(&self, tick: Tick) -> (usize, Option<Way>) {
        let mut inner = self.inner();
        let at = inner.ticks.len();
        inner.ticks.push(tick);
        (at, inner.cut.filter(|cut| cut.at == at).map(|cut| cut.way))
    }

    /// From now on, records the leftovers of a death at each call or save.
    pub(super) fn start_recording(&self, local: &stackctl_local::Emulator) {
        let (local, deaths, under_way) = (local.clone(), Vec::new(), BTreeMap::new());
        self.inner().recording = Some(Recording { local, deaths, under_way, sent: 0 });
    }

    /// Ends the recording and returns the deaths, in order.
    pub(super) fn recorded(&self) -> Vec<Death> {
        self.inner().recording.take().map(|recording| recording.deaths).unwrap_or_default()
    }

    fn record(&self, at: usize, way: Way) {
        let mut inner = self.inner();
        let state = inner.stored.clone();
        if let Some(Recording { local, deaths, under_way, .. }) = &mut inner.recording {
            let (cut, calls) = (Cut { at, way }, local.call_counts());
            let local = local.fork(local.settings().clone()).expect("it is in memory");
            deaths.push(Death { cut, local, state, calls, under_way: under_way.values().map(copied).collect() });
        }
    }

    /// Records a request until it has taken effect.
    fn sent(&self, request: &HttpRequest) -> usize {
        let mut inner = self.inner();
        inner.recording.as_mut().map_or(0, |recording| {
            recording.sent += 1;
            recording.under_way.insert(recording.sent, copied(request));
            recording.sent
        })
    }

    fn arrived(&self, sent: usize) {
        if let Some(recording) = &mut self.inner().recording {
            recording.under_way.remove(&sent);
        }
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

    /// Sends a request and collects the secrets that pass.
    async fn overheard(this: &Arc<Self>, request: HttpRequest, bridge: Bridge) -> Result<HttpResponse, ConnectorError> {
        this.secrets.learn(request.body().bytes().unwrap_or_default());
        let (wire, sent) = (Arc::clone(this), this.sent(&request));
        let answer = bridge.carry_then(request, move || wire.arrived(sent)).await;
        this.secrets.learn(answer.as_ref().ok().and_then(|answer| answer.body().bytes()).unwrap_or_default());
        answer
    }

    async fn die(&self) -> ! {
        self.inner().dead = true;
        self.died.notify_one();
        std::future::pending().await
    }
}

/// Replaces the access key id of a signature. The emulator of these tests does not verify signatures.
fn sign_as(caller: &str, request: &mut HttpRequest) {
    let signed = request.headers().get("authorization").and_then(|header| {
        let (scheme, rest) = header.split_once("Credential=")?;
        Some(format!("{scheme}Credential={caller}/{}", rest.split_once('/')?.1))
    });
    if let Some(signed) = signed {
        request.headers_mut().insert("authorization", signed);
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
