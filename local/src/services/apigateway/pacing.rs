//! API Gateway's fixed quotas per account and Region: the request rate of each group of operations.

use std::{collections::BTreeMap, time::Duration};

use crate::wire::{call::Call, error::AwsError};

/// The token buckets in use, by group of operations.
#[derive(Debug, Default)]
pub(super) struct Pacing(BTreeMap<&'static str, Bucket>);

/// The rate and the burst of one group of operations.
#[derive(Debug, Clone, Copy)]
struct Quota {
    family: &'static str,
    burst: f64,
    /// Seconds per token.
    seconds: f64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Duration,
}

const EVERYTHING: Quota = Quota { family: "everything", burst: 40.0, seconds: 0.1 };

impl Pacing {
    /// Takes one token from the bucket of the operation's group and one from the bucket shared by all operations.
    ///
    /// # Errors
    /// `TooManyRequestsException` with the seconds to wait when either bucket is empty. No token is taken then.
    pub(super) fn admit(&mut self, call: &Call, now: Duration) -> Result<(), AwsError> {
        let quotas = [Some(EVERYTHING), Quota::of(call)];
        for quota in quotas.into_iter().flatten() {
            let missing = 1.0 - self.refilled(quota, now).tokens;
            // Tolerate rounding errors.
            if missing > 1e-6 {
                return Err(too_many_requests(missing * quota.seconds));
            }
        }
        for quota in quotas.into_iter().flatten() {
            let bucket = self.refilled(quota, now);
            self.0.insert(quota.family, Bucket { tokens: bucket.tokens - 1.0, at: now });
        }
        Ok(())
    }

    fn refilled(&self, quota: Quota, now: Duration) -> Bucket {
        let tokens = self.0.get(quota.family).map_or(quota.burst, |bucket| {
            let gained = now.saturating_sub(bucket.at).as_secs_f64() / quota.seconds;
            (bucket.tokens + gained).min(quota.burst)
        });
        Bucket { tokens, at: now }
    }
}

impl Quota {
    /// The quota of the operation's own group, if it has one.
    fn of(call: &Call) -> Option<Self> {
        let (family, burst, seconds) = match call.operation.as_str() {
            "CreateRestApi" if is_edge(call) => ("create edge api", 1.0, 30.0),
            "CreateRestApi" => ("create api", 1.0, 3.0),
            "DeleteRestApi" => ("delete api", 1.0, 30.0),
            "PutRestApi" => ("put api", 1.0, 1.0),
            "CreateDeployment" => ("create deployment", 1.0, 5.0),
            "CreateResource" => ("create resource", 5.0, 0.2),
            "DeleteResource" => ("delete resource", 5.0, 0.2),
            "GetResources" => ("get resources", 5.0, 0.4),
            "UpdateAccount" => ("update account", 1.0, 20.0),
            _ => return None,
        };
        Some(Self { family, burst, seconds })
    }
}

/// EDGE is the default endpoint type.
fn is_edge(call: &Call) -> bool {
    let kind = call.input.pointer("/endpointConfiguration/types/0").and_then(serde_json::Value::as_str);
    kind.is_none_or(|kind| kind == "EDGE")
}

fn too_many_requests(seconds: f64) -> AwsError {
    let mut refusal = AwsError::new(429, "TooManyRequestsException", "Too Many Requests");
    refusal.members.insert("retryAfterSeconds".into(), seconds.ceil().to_string().into());
    refusal
}
