//! What happens in the emulator, for its user: requests, sign-ins, messages and the logs of functions. Neither queries
//! nor bodies nor headers of requests are kept, because they may contain tokens and codes.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use super::handle::lock;

/// The number of entries that are kept.
const MOST_ENTRIES: usize = 10_000;

/// The size of the entries that are kept.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Something that happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub struct Entry {
    /// Sorts entries by time, also among the messages of user pools.
    pub id: String,
    /// When it happened; of a request, when its response was sent.
    pub at: Timestamp,
    /// `request`, `sign_in`, `mail` or `function_log`.
    pub kind: &'static str,
    /// The method of a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path of a request, without its query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The status code of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Milliseconds from the request to the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// The operation of an AWS API call, such as `cognito-idp:InitiateAuth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The function that wrote a log line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The user who signed in, or to whom a message was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The log line; the result of a sign-in; the recipient and the subject of a message, never its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Entry {
    fn size(&self) -> usize {
        let texts = [&self.method, &self.path, &self.operation, &self.function, &self.user, &self.message];
        size_of::<Self>() + self.id.len() + texts.into_iter().flatten().map(String::len).sum::<usize>()
    }
}

/// The entries that are kept, oldest first.
#[derive(Debug, Default)]
struct Kept {
    entries: VecDeque<Entry>,
    bytes: usize,
}

/// When the emulator was used.
#[derive(Debug)]
struct Use {
    in_progress: u64,
    last: Instant,
}

type Listener = Box<dyn Fn(&Entry) + Send + Sync>;

/// The latest entries, and the number of requests.
pub(crate) struct Activity {
    kept: Mutex<Kept>,
    requests: AtomicU64,
    used: Mutex<Use>,
    listener: OnceLock<Listener>,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            requests: AtomicU64::new(0),
            used: Mutex::new(Use { in_progress: 0, last: Instant::now() }),
            listener: OnceLock::new(),
        }
    }
}

impl fmt::Debug for Activity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Activity").field("requests", &self.requests).finish_non_exhaustive()
    }
}

impl Activity {
    /// Passes every later entry to `listener`. Only the first one is registered.
    pub(crate) fn listen(&self, listener: impl Fn(&Entry) + Send + Sync + 'static) {
        self.listener.get_or_init(|| Box::new(listener));
    }

    /// Adds a request to an API or an AWS service, and counts it.
    pub(crate) fn add_request(&self, entry: Entry) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.add(entry);
    }

    /// Adds an entry, and drops the oldest ones above the limits.
    pub(crate) fn add(&self, entry: Entry) {
        let mut kept = lock(&self.kept);
        // The ID is made under the lock, so that entries are in the order of their IDs.
        let entry = Entry { id: Uuid::now_v7().to_string(), at: Timestamp::now(), ..entry };
        if let Some(listener) = self.listener.get() {
            listener(&entry);
        }
        kept.bytes += entry.size();
        kept.entries.push_back(entry);
        while kept.entries.len() > MOST_ENTRIES || (kept.bytes > MOST_BYTES && kept.entries.len() > 1) {
            let dropped = kept.entries.pop_front().map_or(0, |entry| entry.size());
            kept.bytes -= dropped;
        }
    }

    /// The entries after the one with the ID `after`.
    pub(crate) fn after(&self, after: &str) -> Vec<Entry> {
        let kept = lock(&self.kept);
        let from = kept.entries.partition_point(|entry| entry.id.as_str() <= after);
        kept.entries.range(from..).cloned().collect()
    }

    /// The number of requests to APIs and AWS services.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Counts a use of the emulator until the value is dropped.
    pub(crate) fn begin(&self) -> InUse<'_> {
        lock(&self.used).in_progress += 1;
        InUse(self)
    }

    /// How long the emulator has not been used. `None` when it is in use.
    pub(crate) fn unused_for(&self) -> Option<Duration> {
        let used = lock(&self.used);
        (used.in_progress == 0).then(|| used.last.elapsed())
    }
}

/// A use of the emulator that is in progress.
pub(crate) struct InUse<'a>(&'a Activity);

impl Drop for InUse<'_> {
    fn drop(&mut self) {
        let mut used = lock(&self.0.used);
        used.in_progress -= 1;
        used.last = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_are_bounded_by_number_and_size_and_read_from_any_point() {
        let activity = Activity::default();
        let log =
            |message: String| activity.add(Entry { kind: "function_log", message: Some(message), ..Entry::default() });
        (0..MOST_ENTRIES + 10).for_each(|number| log(number.to_string()));
        let all = activity.after("");
        assert_eq!((all.len(), all[0].message.as_deref()), (MOST_ENTRIES, Some("10")));
        let last = &all[MOST_ENTRIES - 3..];
        assert_eq!(activity.after(&last[0].id), last[1..]);
        (0..9).for_each(|_| log("x".repeat(MOST_BYTES / 4)));
        assert_eq!(activity.after("").len(), 3);
        let kept = lock(&activity.kept);
        assert_eq!(kept.bytes, kept.entries.iter().map(Entry::size).sum::<usize>());
        assert!(kept.bytes <= MOST_BYTES);
    }
}
