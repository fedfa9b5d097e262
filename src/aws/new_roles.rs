//! How long IAM takes to let Lambda assume a new role. The first functions of a run find out, and the others are created
//! when their role is that old: fifty functions must not use up Lambda's request rate with attempts in vain.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

use super::operation::ROLE_PROPAGATION;
use crate::engine::{Result, StepContext};

/// How many functions find out: each tries twice a second.
const SCOUTS: usize = 4;

/// How old a role is in any case when Lambda is asked to assume it.
const OLD: Duration = Duration::from_secs(15);

/// The roles of this run, and how old one was when Lambda could assume it.
#[derive(Debug, Default)]
pub struct NewRoles {
    roles: Mutex<Roles>,
    took: watch::Sender<Option<Duration>>,
}

#[derive(Debug, Default)]
struct Roles {
    created: BTreeMap<String, Instant>,
    scouts: usize,
}

impl NewRoles {
    /// A role was created just now.
    pub fn created(&self, role_arn: &str) {
        self.roles().created.insert(role_arn.to_owned(), Instant::now());
    }

    /// Lambda has assumed a role.
    pub fn accepted(&self, role_arn: &str) {
        let Some(created) = self.roles().created.get(role_arn).copied() else { return };
        let age = created.elapsed();
        self.took.send_if_modified(|took| {
            let sooner = took.is_none_or(|took| age < took);
            *took = took.map_or(Some(age), |took| Some(took.min(age)));
            sooner
        });
    }

    /// A function was not created, for whatever reason: no other waits for it to find out.
    pub fn abandoned(&self) {
        self.took.send_if_modified(|took| took.replace(took.unwrap_or_default()).is_none());
    }

    /// Waits until Lambda may be expected to assume a role.
    ///
    /// # Errors
    /// When the run is cancelled.
    pub async fn expected<C: Sync>(&self, context: &StepContext<'_, C>, role_arn: &str) -> Result<()> {
        let mut took = self.took.subscribe();
        let created = {
            let mut roles = self.roles();
            let Some(created) = roles.created.get(role_arn).copied() else { return Ok(()) };
            if took.borrow().is_none() && roles.scouts < SCOUTS {
                roles.scouts += 1;
                return Ok(());
            }
            created
        };
        let mut told = false;
        loop {
            let turn = created + took.borrow_and_update().unwrap_or(OLD);
            if turn <= Instant::now() {
                return Ok(());
            }
            if !std::mem::replace(&mut told, true) {
                context.waiting(format!("waiting for {ROLE_PROPAGATION}"));
            }
            let pause = async {
                tokio::select! {
                    () = tokio::time::sleep_until(turn) => {}
                    _ = took.changed() => {}
                }
            };
            context.wait(pause, ROLE_PROPAGATION).await?;
        }
    }

    fn roles(&self) -> std::sync::MutexGuard<'_, Roles> {
        self.roles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
