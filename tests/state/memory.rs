//! A bucket in memory on tokio's clock, shared by several processes, each with its own failures.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use stackctl::{
    engine::{ResourceError, Verdict},
    state::{Attempt, Bucket, ETag, Object, WriteCondition},
};
use tokio::time::Instant;

/// The duration of a call.
const LATENCY: Duration = Duration::from_millis(50);

/// The outcome of a call of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Luck {
    Good,
    /// The request never arrives.
    RequestLost,
    /// It takes effect, and the response is lost.
    AnswerLost,
    /// The response is lost, and the client retries by itself.
    Repeated,
    /// Another write is under way: a 409.
    Conflict,
    /// The bucket denies access.
    Denied,
    /// The process is suspended for this time; the request is sent afterwards.
    Late(Duration),
}

/// All failures of a write except denied access.
pub const MISFORTUNES: [Luck; 4] = [Luck::RequestLost, Luck::AnswerLost, Luck::Repeated, Luck::Conflict];

#[derive(Debug)]
struct Stored {
    body: Vec<u8>,
    etag: ETag,
    written: Instant,
}

#[derive(Debug, Default)]
struct Shared {
    objects: BTreeMap<String, Stored>,
    versions: usize,
    calls: Vec<String>,
}

/// The bucket with the failures of one process.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    shared: Arc<Mutex<Shared>>,
    /// By the prefix of the call, such as `put shop.json.lock`.
    luck: Arc<Mutex<Vec<Brought>>>,
}

/// A prefix of calls, and the outcomes of these calls in order.
type Brought = (String, VecDeque<Luck>);

impl Memory {
    /// The same bucket for another process.
    pub fn for_another(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), ..Self::default() }
    }

    /// Sets the outcomes of the next calls with this prefix; the last outcome applies to all later calls.
    pub fn bring(&self, call: &str, luck: &[Luck]) {
        let mut all = self.luck.lock().unwrap();
        all.retain(|(earlier, _)| earlier != call);
        all.insert(0, (call.to_owned(), luck.iter().copied().collect()));
    }

    /// Sets the outcome of all later calls.
    pub fn bring_to_all(&self, luck: Luck) {
        self.luck.lock().unwrap().clear();
        self.bring("", &[luck]);
    }

    /// The calls that took effect or were rejected by the bucket, since the last call of this function.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.shared().calls)
    }

    /// The content of an object.
    pub fn text(&self, key: &str) -> Option<String> {
        self.shared().objects.get(key).map(|stored| String::from_utf8(stored.body.clone()).unwrap())
    }

    /// Writes an object without conditions.
    pub fn place(&self, key: &str, body: &[u8]) {
        self.shared().write(key, body.to_vec());
    }

    /// Deletes an object without conditions.
    pub fn remove(&self, key: &str) {
        self.shared().objects.remove(key).expect("the object exists");
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap()
    }

    fn luck(&self, call: &str) -> Luck {
        let mut all = self.luck.lock().unwrap();
        let Some((_, luck)) = all.iter_mut().find(|(start, _)| call.starts_with(start.as_str())) else {
            return Luck::Good;
        };
        if luck.len() > 1 { luck.pop_front().unwrap() } else { luck[0] }
    }

    async fn call<T>(
        &self,
        call: String,
        act: impl Fn(&mut Shared) -> Attempt<T>,
    ) -> Result<Attempt<T>, ResourceError> {
        let luck = self.luck(&call);
        tokio::time::sleep(LATENCY).await;
        if let Luck::Late(duration) = luck {
            tokio::time::sleep(duration).await;
        }
        let lost = || Err(ResourceError::new(Verdict::Ambiguous, "no response in time"));
        let mut shared = self.shared();
        match luck {
            Luck::RequestLost => return lost(),
            Luck::Denied => return Err(ResourceError::refused("Access Denied").hint("the caller needs it")),
            Luck::Conflict => {
                shared.calls.push(format!("{call}: conflict"));
                return Ok(Attempt::Refused);
            }
            _ => {}
        }
        let mut attempt = act(&mut shared);
        if luck == Luck::Repeated {
            attempt = act(&mut shared);
        }
        let refused = if matches!(attempt, Attempt::Refused) { ": refused" } else { "" };
        shared.calls.push(format!("{call}{refused}"));
        if luck == Luck::AnswerLost { lost() } else { Ok(attempt) }
    }
}

impl Shared {
    fn write(&mut self, key: &str, body: Vec<u8>) -> ETag {
        self.versions += 1;
        // As in S3, equal contents have equal tags.
        let etag = ETag(format!("\"{:x}\"", fingerprint(&body)));
        self.objects.insert(key.to_owned(), Stored { body, etag: etag.clone(), written: Instant::now() });
        etag
    }

    fn holds(&self, key: &str, condition: &WriteCondition) -> bool {
        let there = self.objects.get(key).map(|stored| &stored.etag);
        match condition {
            WriteCondition::Absent => there.is_none(),
            WriteCondition::Is(etag) => there == Some(etag),
        }
    }
}

fn fingerprint(body: &[u8]) -> u64 {
    body.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[async_trait]
impl Bucket for Memory {
    fn name(&self) -> &'static str {
        "states"
    }

    async fn get(&self, key: &str) -> Result<Option<Object>, ResourceError> {
        let read = |shared: &mut Shared| {
            Attempt::Done(shared.objects.get(key).map(|stored| Object {
                body: stored.body.clone(),
                etag: stored.etag.clone(),
                // In whole seconds, like the dates of S3.
                age: Duration::from_secs(stored.written.elapsed().as_secs()),
            }))
        };
        match self.call(format!("get {key}"), read).await? {
            Attempt::Done(object) => Ok(object),
            Attempt::Refused => unreachable!("reads have no condition"),
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, ResourceError> {
        let keys = |shared: &mut Shared| {
            Attempt::Done(shared.objects.keys().filter(|key| key.starts_with(prefix)).cloned().collect())
        };
        match self.call(format!("list {prefix}"), keys).await? {
            Attempt::Done(keys) => Ok(keys),
            Attempt::Refused => unreachable!("reads have no condition"),
        }
    }

    async fn put(&self, key: &str, body: Vec<u8>, condition: &WriteCondition) -> Result<Attempt<ETag>, ResourceError> {
        let how = if *condition == WriteCondition::Absent { "create" } else { "write" };
        let write = |shared: &mut Shared| {
            if shared.holds(key, condition) { Attempt::Done(shared.write(key, body.clone())) } else { Attempt::Refused }
        };
        self.call(format!("{how} {key}"), write).await
    }

    async fn delete(&self, key: &str, etag: &ETag) -> Result<Attempt<()>, ResourceError> {
        let delete = |shared: &mut Shared| {
            if shared.holds(key, &WriteCondition::Is(etag.clone())) {
                shared.objects.remove(key);
                Attempt::Done(())
            } else {
                Attempt::Refused
            }
        };
        self.call(format!("delete {key}"), delete).await
    }
}
