//! A store for a process that dies at one of its calls.

use std::sync::Mutex;

use async_trait::async_trait;
use stackctl::{
    engine::State,
    state::{Backend, Document, Guard, LockRequest, SeenLock, StateError},
};

/// The call at which a process dies, and whether that call still takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Death {
    pub call: usize,
    pub after: bool,
}

/// The life of one process, counted in calls to all of its stores.
#[derive(Debug, Default)]
pub struct Life {
    death: Option<Death>,
    calls: Mutex<usize>,
}

impl Life {
    pub fn ending(death: Death) -> Self {
        Self { death: Some(death), calls: Mutex::default() }
    }

    /// The number of calls so far.
    pub fn calls(&self) -> usize {
        *self.calls.lock().unwrap()
    }

    /// Makes a call. Never returns if the process dies of it.
    async fn call<T>(&self, work: impl Future<Output = T>) -> T {
        let call = {
            let mut calls = self.calls.lock().unwrap();
            *calls += 1;
            *calls
        };
        let dies = self.death.filter(|death| death.call == call);
        if dies.is_some_and(|death| !death.after) {
            std::future::pending::<()>().await;
        }
        let answer = work.await;
        if dies.is_some() {
            std::future::pending::<()>().await;
        }
        answer
    }
}

/// A store as that process uses it.
pub struct Mortal<'a> {
    pub place: &'a dyn Backend,
    pub life: &'a Life,
}

#[async_trait]
impl Backend for Mortal<'_> {
    async fn load(&self) -> Result<Option<State>, StateError> {
        self.life.call(self.place.load()).await
    }

    async fn save(&self, state: &State) -> Result<(), StateError> {
        self.life.call(self.place.save(state)).await
    }

    async fn lost(&self) -> StateError {
        self.place.lost().await
    }

    fn place(&self) -> String {
        self.place.place()
    }

    fn address(&self) -> String {
        self.place.address()
    }

    async fn bytes(&self) -> Result<Option<Vec<u8>>, StateError> {
        self.life.call(self.place.bytes()).await
    }

    async fn document(&self) -> Result<Option<Document>, StateError> {
        self.life.call(self.place.document()).await
    }

    async fn replace(&self, document: &Document) -> Result<(), StateError> {
        self.life.call(self.place.replace(document)).await
    }

    async fn alike(&self, names: [&str; 2]) -> Result<Vec<State>, StateError> {
        self.life.call(self.place.alike(names)).await
    }

    async fn lock(&self, request: &LockRequest<'_>) -> Result<Guard, StateError> {
        self.life.call(self.place.lock(request)).await
    }

    async fn seen_lock(&self) -> Result<Option<SeenLock>, StateError> {
        self.life.call(self.place.seen_lock()).await
    }

    async fn seize(&self, seen: &SeenLock, request: &LockRequest<'_>) -> Result<Guard, StateError> {
        self.life.call(self.place.seize(seen, request)).await
    }

    async fn begin_anew(&self, state: &State) -> Result<Option<String>, StateError> {
        self.life.call(self.place.begin_anew(state)).await
    }
}
