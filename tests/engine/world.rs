//! A toy cloud that behaves as AWS where it matters to the engine: unique and shared names, claims in tags, children
//! without tags, resources deleted with their parent, resources that hold user data, and lists that lag.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use stackctl::{
    engine::{Claim, ResourceError, State, Store, StoreError, Verdict},
    state::StateError,
};
use tokio::{sync::Notify, time::Instant};

/// A claim as the toy cloud stores it: stack, key, and the token of the intent.
pub type Tag = (String, String, String);

/// One resource in the toy cloud.
#[derive(Debug, Clone)]
pub struct Thing {
    pub kind: &'static str,
    pub name: String,
    pub parent: Option<String>,
    pub claim: Option<Tag>,
    pub settings: Value,
    pub listed_from: Instant,
    pub marbles: u64,
}

/// Where a run is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Request or save number n is lost before it takes effect.
    Before(usize),
    /// Request or save number n takes effect, and its response is lost.
    After(usize),
}

/// The number of the request whose response is lost without killing the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostAnswer(pub usize);

#[derive(Debug, Default)]
struct Inner {
    things: BTreeMap<String, Thing>,
    next_id: usize,
    ticks: usize,
    writes: usize,
    cut: Option<Cut>,
    lost_answer: Option<LostAnswer>,
    stored: Option<State>,
    saves: usize,
    /// The saves that fail.
    full: Range<usize>,
    lock_lost: bool,
}

/// The toy cloud and its state, with one counter for requests and saves.
#[derive(Debug, Default)]
pub struct World {
    inner: Mutex<Inner>,
    died: Notify,
    list_lag: Duration,
    latency: Duration,
}

impl World {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A cloud whose lists miss a new resource for this many seconds.
    pub fn lagging(seconds: u64) -> Self {
        Self { list_lag: Duration::from_secs(seconds), ..Self::default() }
    }

    /// A cloud whose every request takes this many seconds.
    pub fn slow(seconds: u64) -> Self {
        Self { latency: Duration::from_secs(seconds), ..Self::default() }
    }

    /// Prepares the next run.
    pub fn arm(&self, cut: Option<Cut>) {
        let mut inner = self.inner();
        inner.ticks = 0;
        inner.writes = 0;
        inner.cut = cut;
        inner.lost_answer = None;
        (inner.full, inner.lock_lost) = (0..0, false);
    }

    /// The disk is full for these saves, counted from now on.
    pub fn fill_disk(&self, saves: Range<usize>) {
        let mut inner = self.inner();
        (inner.saves, inner.full) = (0, saves);
    }

    /// The lock of the state is lost.
    pub fn lose_lock(&self) {
        self.inner().lock_lost = true;
    }

    pub fn lose_answer(&self, at: LostAnswer) {
        self.inner().lost_answer = Some(at);
    }

    /// Completes when the cut is reached.
    pub async fn death(&self) {
        self.died.notified().await;
    }

    pub fn ticks(&self) -> usize {
        self.inner().ticks
    }

    pub fn writes(&self) -> usize {
        self.inner().writes
    }

    pub fn state(&self) -> Option<State> {
        self.inner().stored.clone()
    }

    /// Changes the cloud without the engine.
    pub fn meddle(&self, change: impl FnOnce(&mut BTreeMap<String, Thing>)) {
        change(&mut self.inner().things);
    }

    /// Deletes the state.
    pub fn lose_state(&self) {
        self.inner().stored = None;
    }

    /// Changes the state without the engine.
    pub fn edit_state(&self, change: impl FnOnce(&mut State)) {
        change(self.inner().stored.as_mut().expect("a state was saved"));
    }

    /// All resources and the state.
    pub fn everything(&self) -> String {
        let inner = self.inner();
        format!("{:?} {:?}", inner.things, inner.stored)
    }

    /// All resources, without ids and tokens.
    pub fn shape(&self) -> Vec<String> {
        let inner = self.inner();
        let name = |id: &String| inner.things.get(id).map_or("nobody", |thing| thing.name.as_str());
        let line = |thing: &Thing| {
            let parent = thing.parent.as_ref().map(name).unwrap_or_default();
            let mut settings = thing.settings.clone();
            if let Some(shelf) = settings.get("shelf").and_then(Value::as_str).map(str::to_owned) {
                settings["shelf"] = name(&shelf).into();
            }
            if settings.get("fingerprint").is_some() {
                settings["fingerprint"] = "of the ids".into();
            }
            format!("{} {parent}/{} {settings}", thing.kind, thing.name)
        };
        let mut shape: Vec<String> = inner.things.values().map(line).collect();
        shape.sort();
        shape
    }

    /// The fingerprint of the index.
    pub fn shown(&self) -> String {
        let inner = self.inner();
        let mut shown = inner.things.values().filter_map(|thing| thing.settings.get("fingerprint")?.as_str());
        shown.next().unwrap_or_default().to_owned()
    }

    async fn tick<T>(&self, write: bool, effect: impl FnOnce(&mut Inner) -> T) -> Result<T, ResourceError> {
        // Yields, so that concurrent steps interleave.
        tokio::task::yield_now().await;
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let (cut, result, lost) = {
            let mut inner = self.inner();
            let at = inner.ticks;
            inner.ticks += 1;
            inner.writes += usize::from(write);
            let lost = inner.lost_answer == Some(LostAnswer(at));
            match inner.cut {
                Some(Cut::Before(n)) if n == at => (true, None, lost),
                Some(Cut::After(n)) if n == at => (true, Some(effect(&mut inner)), lost),
                _ => (false, Some(effect(&mut inner)), lost),
            }
        };
        if cut {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
        match result {
            Some(result) if !lost => Ok(result),
            _ => Err(ResourceError::new(Verdict::Ambiguous, "the answer is lost")),
        }
    }

    pub async fn create(&self, thing: Thing, unique: bool) -> Result<String, ResourceError> {
        // Only lists lag; a resource with a unique name is read by it.
        let listed_from =
            Instant::now() + if unique || thing.parent.is_some() { Duration::ZERO } else { self.list_lag };
        self.tick(true, move |inner| {
            let same =
                |other: &Thing| other.kind == thing.kind && other.name == thing.name && other.parent == thing.parent;
            if unique && inner.things.values().any(same) {
                return Err(ResourceError::new(Verdict::AlreadyExists, "there is one of that name"));
            }
            if thing.parent.as_ref().is_some_and(|parent| !inner.things.contains_key(parent)) {
                return Err(ResourceError::refused("there is no such parent"));
            }
            inner.next_id += 1;
            // The id of a resource with a unique name is its name, so that a second one has the same id.
            let named = unique && thing.parent.is_none();
            let id = if named { format!("{} {}", thing.kind, thing.name) } else { format!("id{}", inner.next_id) };
            inner.things.insert(id.clone(), Thing { listed_from, ..thing });
            Ok(id)
        })
        .await?
    }

    pub async fn get(&self, id: &str) -> Result<Option<Thing>, ResourceError> {
        self.tick(false, |inner| inner.things.get(id).cloned()).await
    }

    pub async fn list(&self, kind: &'static str) -> Result<Vec<(String, Thing)>, ResourceError> {
        self.tick(false, |inner| {
            let listed = |thing: &&Thing| thing.kind == kind && thing.listed_from <= Instant::now();
            let things = inner.things.iter().filter(|(_, thing)| listed(thing));
            things.map(|(id, thing)| (id.clone(), thing.clone())).collect()
        })
        .await
    }

    pub async fn set(&self, id: &str, settings: Value) -> Result<(), ResourceError> {
        self.tick(true, |inner| match inner.things.get_mut(id) {
            Some(thing) => {
                thing.settings = settings;
                Ok(())
            }
            None => Err(ResourceError::refused("there is no such thing")),
        })
        .await?
    }

    pub async fn delete(&self, id: &str) -> Result<(), ResourceError> {
        self.tick(true, |inner| {
            inner.things.remove(id);
            let orphans = |inner: &Inner| {
                let orphan =
                    |thing: &Thing| thing.parent.as_ref().is_some_and(|parent| !inner.things.contains_key(parent));
                inner.things.iter().find(|(_, thing)| orphan(thing)).map(|(id, _)| id.clone())
            };
            while let Some(orphan) = orphans(inner) {
                inner.things.remove(&orphan);
            }
        })
        .await
    }
}

#[async_trait]
impl Store for World {
    async fn save(&self, state: &State) -> Result<(), StoreError> {
        let full = {
            let mut inner = self.inner();
            inner.saves += 1;
            inner.full.contains(&(inner.saves - 1))
        };
        if full {
            return Err(disk_full());
        }
        let saved = self.tick(false, |inner| {
            let follows = inner.stored.as_ref().map_or(1, |stored| stored.serial + 1) == state.serial;
            if follows {
                inner.stored = Some(state.clone());
            }
            follows
        });
        match saved.await {
            Ok(true) => Ok(()),
            _ => Err(StateError::Changed { path: "toy".into() }.into()),
        }
    }

    async fn lost(&self) -> StoreError {
        if self.inner().lock_lost {
            return StateError::TakenOver { path: "toy".into(), holder: None }.into();
        }
        std::future::pending().await
    }
}

/// The error of a save on a full disk.
pub fn disk_full() -> StoreError {
    let reason = "No space left on device".into();
    StateError::Unreachable { path: "toy".into(), action: "saved", reason, full: true }.into()
}

/// A claim as the toy cloud stores it.
pub fn tag(claim: &Claim) -> Tag {
    (claim.stack.clone(), claim.key.to_string(), claim.token.clone().unwrap_or_default())
}

/// An empty setting.
pub fn nothing() -> Value {
    json!({})
}
