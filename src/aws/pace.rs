//! Keeps the calls below AWS's quotas, so that a large stack meets no throttle in the first place.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// A quota: `burst` calls at once, and one more every `every`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    pub(crate) name: &'static str,
    pub(crate) every: Duration,
    pub(crate) burst: u32,
}

impl Quota {
    /// So many calls a second, all of which may come at once.
    pub(crate) const fn per_second(name: &'static str, calls: u32) -> Self {
        Self { name, every: Duration::from_micros(1_000_000 / calls as u64), burst: calls }
    }

    /// One call at a time, and the next after so many seconds.
    pub(crate) const fn one_in(name: &'static str, seconds: u64) -> Self {
        Self { name, every: Duration::from_secs(seconds), burst: 1 }
    }
}

/// The quotas in use, each remembered by the moment at which it is whole again.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<BTreeMap<&'static str, Instant>>);

impl Pace {
    /// Takes a place in every quota and returns when all of them allow the call.
    pub(crate) fn reserve(&self, quotas: &[Quota]) -> Instant {
        let now = Instant::now();
        let mut whole_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = quotas.iter().map(|quota| {
            let whole = whole_at.entry(quota.name).or_insert(now);
            *whole = (*whole).max(now) + quota.every;
            whole.checked_sub(quota.every * quota.burst).unwrap_or(now)
        });
        turns.fold(now, Instant::max)
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
            assert_eq!(pace.reserve(&quota), start);
        }
        assert_eq!(pace.reserve(&quota), start + Duration::from_millis(200));
        assert_eq!(pace.reserve(&quota), start + Duration::from_millis(400));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(pace.reserve(&quota), Instant::now());
    }

    #[tokio::test(start_paused = true)]
    async fn the_slowest_of_several_quotas_decides() {
        let pace = Pace::default();
        let quotas = [Quota::per_second("total", 10), Quota::one_in("deployment", 5)];
        let start = Instant::now();
        assert_eq!(pace.reserve(&quotas), start);
        assert_eq!(pace.reserve(&quotas), start + Duration::from_secs(5));
    }
}
