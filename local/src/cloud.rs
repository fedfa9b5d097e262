//! The cloud itself: one world, its settings, its faults, and the one entry for requests.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::{Request, Response};

use crate::{
    call::{Call, Service},
    error::Answered,
    fault::{Fault, Faults},
    settings::Settings,
    world::World,
};

/// A handle to one cloud; clones share it.
#[derive(Debug, Clone)]
pub struct Cloud(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    world: Mutex<World>,
    faults: Mutex<Faults>,
    counts: Mutex<BTreeMap<String, usize>>,
}

/// A connection that broke: the caller gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost;

impl Cloud {
    /// Makes an empty cloud in memory.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(Inner { settings, world: Mutex::default(), faults: Mutex::default(), counts: Mutex::default() }))
    }

    /// The settings this cloud was made with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Adds a rule for what goes wrong from now on.
    pub fn add_fault(&self, fault: Fault) {
        lock(&self.0.faults).add(fault);
    }

    /// How often each `service:Operation` has arrived so far.
    #[must_use]
    pub fn call_counts(&self) -> BTreeMap<String, usize> {
        lock(&self.0.counts).clone()
    }

    /// Everything in the cloud as one JSON value, for comparing two moments.
    #[must_use]
    pub fn snapshot(&self) -> serde_json::Value {
        serde_json::to_value(&*self.world()).expect("the world is plain data")
    }

    /// Answers one request, to the control plane or the data plane.
    ///
    /// # Errors
    /// [`Lost`] when a fault broke the connection.
    pub async fn handle(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Lost> {
        let _ = request;
        let _ = Service::Iam;
        Err(Lost)
    }

    /// The world, locked. Never held across an await.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.0.world)
    }

    #[expect(dead_code, reason = "the core calls it")]
    async fn dispatch(&self, call: &Call) -> Answered {
        match call.service {
            Service::ApiGateway => crate::apigateway::handle(self, call).await,
            Service::Cognito => crate::cognito::handle(self, call).await,
            Service::Iam => crate::iam::handle(self, call).await,
            Service::Lambda => crate::lambda::handle(self, call).await,
            Service::Logs => crate::logs::handle(self, call).await,
            Service::Sts => crate::sts::handle(self, call).await,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
