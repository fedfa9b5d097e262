//! Slots: how many steps make calls at once. A step that waits, be it for a quota, a lock or AWS, holds none.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::rules::Work;

/// The slots of one run: some for each service, and no more than `parallel` in all.
#[derive(Debug)]
pub(super) struct Slots {
    total: Arc<Semaphore>,
    services: Mutex<BTreeMap<&'static str, Arc<Semaphore>>>,
    freed: Notify,
}

impl Slots {
    pub(super) fn new(parallel: usize) -> Self {
        let total = Arc::new(Semaphore::new(parallel.clamp(1, Semaphore::MAX_PERMITS)));
        Self { total, services: Mutex::default(), freed: Notify::new() }
    }

    /// A slot, when there is one and no step that has begun waits for it.
    pub(super) fn try_enter(&self, work: Work) -> Option<Slot<'_>> {
        let service = self.service(work).try_acquire_owned().ok()?;
        let total = Arc::clone(&self.total).try_acquire_owned().ok()?;
        Some(Slot { slots: self, work, held: Mutex::new(Some((service, total))) })
    }

    /// A slot, as soon as there is one.
    pub(super) async fn enter(&self, work: Work) -> Slot<'_> {
        Slot { slots: self, work, held: Mutex::new(self.acquire(work).await) }
    }

    /// Completes when a step has begun to wait since the last call.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }

    fn service(&self, work: Work) -> Arc<Semaphore> {
        let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(services.entry(work.service).or_insert_with(|| Arc::new(Semaphore::new(work.slots))))
    }

    async fn acquire(&self, work: Work) -> Option<Held> {
        let service = self.service(work).acquire_owned().await.ok()?;
        Some((service, Arc::clone(&self.total).acquire_owned().await.ok()?))
    }
}

type Held = (OwnedSemaphorePermit, OwnedSemaphorePermit);

/// The slot of one step.
#[derive(Debug)]
pub struct Slot<'a> {
    slots: &'a Slots,
    work: Work,
    held: Mutex<Option<Held>>,
}

impl Slot<'_> {
    /// Waits without the slot. What a step waits for must never wait for a slot while it holds up the step: so a slot is
    /// taken after every lock.
    pub(super) async fn idle<T>(&self, wait: impl Future<Output = T> + Send) -> T {
        drop(self.held.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.slots.freed.notify_one();
        let ended = wait.await;
        let held = self.slots.acquire(self.work).await;
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_step_that_waits_leaves_its_slot_to_another_and_takes_it_back() {
        let (slots, work) = (Slots::new(1), Work::LIGHT);
        let waiting = slots.enter(work).await;
        assert!(slots.try_enter(work).is_none());
        let other = waiting.idle(async { slots.try_enter(work).is_some() }).await;
        assert!(other, "its slot was free meanwhile");
        assert!(slots.try_enter(work).is_none(), "it has its slot again");
        drop(waiting);
        assert!(slots.try_enter(work).is_some());
    }

    #[tokio::test]
    async fn each_service_has_slots_of_its_own() {
        let (slots, few) = (Slots::new(3), Work { service: "few", slots: 1, ..Work::LIGHT });
        let _one = slots.enter(few).await;
        assert!(slots.try_enter(few).is_none());
        assert!(slots.try_enter(Work::LIGHT).is_some());
    }
}
