//! The clients for one account and Region, and what the calls to it share.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;

use super::{
    count::{self, Calls},
    new_roles::NewRoles,
    pace,
};

/// The clients for one account and region, and what the calls to it share.
#[derive(Debug)]
pub struct Clients {
    /// Amazon API Gateway, REST APIs.
    pub apigateway: aws_sdk_apigateway::Client,
    /// Amazon Cognito user pools.
    pub cognito: aws_sdk_cognitoidentityprovider::Client,
    pub iam: aws_sdk_iam::Client,
    pub lambda: aws_sdk_lambda::Client,
    /// Amazon CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// The region of all clients.
    pub region: String,
    /// The caller's account, twelve digits.
    pub account: String,
    /// `aws`, `aws-cn` or `aws-us-gov`: the second part of every ARN.
    pub partition: &'static str,
    /// What stands in for AWS's own endpoints, when anything does.
    pub endpoint: Option<String>,
    /// The zip of every function that may have to be uploaded, by source hash.
    pub packages: BTreeMap<String, Bytes>,
    /// What is known of the new roles of this run.
    pub new_roles: NewRoles,
    pub(super) counts: count::Counts,
    pub(super) pace: Option<pace::Pace>,
    pub(super) alone: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Clients {
    /// How often each operation was sent so far, every attempt counted.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.counts.calls()
    }

    /// The ARN of a thing in this account and region; `rest` follows the account.
    #[must_use]
    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition, self.region, self.account)
    }

    /// The lock of writes to `what`.
    fn lock_of(&self, what: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry(what.to_owned()).or_default())
    }
}

/// What an effect or a read through these clients is given.
pub type Context<'a> = crate::engine::StepContext<'a, Clients>;

impl Context<'_> {
    /// Waits until no other write to `what` is under way and keeps others out while the guard lives.
    ///
    /// API Gateway, Cognito and Lambda's function policies refuse or even lose writes that overlap.
    pub async fn alone(&self, what: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let lock = self.cloud.lock_of(what);
        match Arc::clone(&lock).try_lock_owned() {
            Ok(guard) => guard,
            Err(_) => self.idle(lock.lock_owned()).await,
        }
    }
}
