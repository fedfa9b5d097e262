//! Keeps the calls below AWS's quotas, so that a large stack meets no throttle in the first place. Where AWS publishes no
//! quota, the pace grows until the first throttle, halves, and grows again.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How much faster an adaptive pace is after each second without a throttle, in calls a second.
const GROWTH: f64 = 2.0;
/// How slow an adaptive pace becomes at most.
const SLOWEST: Duration = Duration::from_secs(1);

/// A quota: `burst` calls at once, and one more every `every`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    pub(crate) name: &'static str,
    pub(crate) every: Duration,
    pub(crate) burst: u32,
    /// Whether this is only where to begin, because AWS does not say how many calls it allows.
    pub(crate) adaptive: bool,
}

impl Quota {
    /// So many calls at once, and one more every so many milliseconds.
    pub(crate) const fn new(name: &'static str, burst: u32, millis: u64) -> Self {
        Self { name, every: Duration::from_millis(millis), burst, adaptive: false }
    }

    /// So many calls a second, all of which may come at once.
    pub(crate) const fn per_second(name: &'static str, calls: u32) -> Self {
        Self { name, every: Duration::from_micros(1_000_000 / calls as u64), burst: calls, adaptive: false }
    }

    /// One call at a time, and the next after so many seconds.
    pub(crate) const fn one_in(name: &'static str, seconds: u64) -> Self {
        Self { name, every: Duration::from_secs(seconds), burst: 1, adaptive: false }
    }

    /// A quota that is not published: so many calls a second to begin with.
    pub(crate) const fn unknown(name: &'static str, calls: u32) -> Self {
        Self { adaptive: true, ..Self::per_second(name, calls) }
    }
}

/// What is left of one quota.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// When it is whole again.
    whole: Instant,
    every: Duration,
    burst: u32,
    throttles: u32,
}

/// When a call may be sent, if no throttle comes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) at: Instant,
    /// The throttles that were known when it was taken.
    throttles: u32,
}

/// The quotas in use.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<BTreeMap<&'static str, Bucket>>);

impl Pace {
    /// Takes a place in every quota: the call may be sent when all of them allow it.
    pub(crate) fn reserve(&self, quotas: &[Quota]) -> Turn {
        let now = Instant::now();
        self.with(quotas, now, |_, bucket| {
            bucket.whole = bucket.whole.max(now) + bucket.every;
            bucket.whole.checked_sub(bucket.every * bucket.burst).unwrap_or(now)
        })
    }

    /// Whether a throttle came after the turn was taken, so that another has to be.
    pub(crate) fn is_void(&self, quotas: &[Quota], turn: Turn) -> bool {
        self.with(quotas, turn.at, |_, _| turn.at).throttles != turn.throttles
    }

    /// AWS took a call: an adaptive pace grows.
    pub(crate) fn passed(&self, quotas: &[Quota]) {
        let now = Instant::now();
        self.with(quotas, now, |quota, bucket| {
            if quota.adaptive {
                let rate = 1.0 / bucket.every.as_secs_f64();
                bucket.every = Duration::from_secs_f64(1.0 / (rate + GROWTH / rate));
            }
            now
        });
    }

    /// AWS throttled a call: nothing is left of its quotas, and an adaptive pace halves. Of several calls that were sent
    /// before the first throttle, only one counts.
    pub(crate) fn throttled(&self, quotas: &[Quota], turn: Turn) {
        if self.is_void(quotas, turn) {
            return;
        }
        let now = Instant::now();
        self.with(quotas, now, |quota, bucket| {
            bucket.throttles += 1;
            if quota.adaptive {
                (bucket.every, bucket.burst) = ((bucket.every * 2).min(SLOWEST), 1);
            }
            bucket.whole = now + bucket.every * bucket.burst;
            now
        });
    }

    /// Changes the buckets of quotas; returns the latest instant that this comes to.
    fn with(&self, quotas: &[Quota], from: Instant, change: impl Fn(&Quota, &mut Bucket) -> Instant) -> Turn {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        quotas.iter().fold(Turn { at: from, throttles: 0 }, |turn, quota| {
            let whole = Bucket { whole: from, every: quota.every, burst: quota.burst, throttles: 0 };
            let bucket = buckets.entry(quota.name).or_insert(whole);
            let at = change(quota, bucket).max(turn.at);
            Turn { at, throttles: turn.throttles + bucket.throttles }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_at_once_and_the_next_call_waits_its_turn() {
        let pace = Pace::default();
        let quota = [Quota::per_second("five", 5)];
        let start = Instant::now();
        for _ in 0..5 {
            assert_eq!(pace.reserve(&quota).at, start);
        }
        assert_eq!(pace.reserve(&quota).at, start + Duration::from_millis(200));
        assert_eq!(pace.reserve(&quota).at, start + Duration::from_millis(400));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(pace.reserve(&quota).at, Instant::now());
    }

    #[tokio::test(start_paused = true)]
    async fn the_slowest_of_several_quotas_decides() {
        let pace = Pace::default();
        let quotas = [Quota::per_second("total", 10), Quota::one_in("deployment", 5)];
        let start = Instant::now();
        assert_eq!(pace.reserve(&quotas).at, start);
        assert_eq!(pace.reserve(&quotas).at, start + Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttle_voids_the_turns_that_wait_and_halves_an_adaptive_pace_once() {
        let pace = Pace::default();
        let quota = [Quota::unknown("ten", 10)];
        let turns: Vec<Turn> = (0..12).map(|_| pace.reserve(&quota)).collect();
        pace.throttled(&quota, turns[0]);
        pace.throttled(&quota, turns[1]);
        assert!(pace.is_void(&quota, turns[11]), "it was taken at the pace before");
        let (now, pause) = (Instant::now(), Duration::from_millis(200));
        assert_eq!([pace.reserve(&quota).at, pace.reserve(&quota).at], [now + pause, now + 2 * pause]);
        for _ in 0..10 {
            pace.passed(&quota);
        }
        let (one, next) = (pace.reserve(&quota).at, pace.reserve(&quota).at);
        assert!(next - one < Duration::from_millis(130), "it grows again: {:?}", next - one);
    }
}
