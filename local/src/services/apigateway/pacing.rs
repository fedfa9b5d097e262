//! API Gateway's fixed quotas per account and Region: the request rate of each group of operations.

use std::time::Duration;

use crate::{
    emulator::rates::{Buckets, Rate},
    wire::{call::Call, error::AwsError},
};

/// The token buckets in use.
#[derive(Debug, Default)]
pub(super) struct Pacing(Buckets);

const EVERYTHING: Rate = Rate { family: "everything", burst: 40.0, seconds: 0.1 };

impl Pacing {
    /// Takes one token from the bucket of the operation's group and one from the bucket shared by all operations.
    ///
    /// # Errors
    /// `TooManyRequestsException` with the seconds to wait when either bucket is empty. No token is taken then.
    pub(super) fn admit(&mut self, call: &Call, now: Duration) -> Result<(), AwsError> {
        let rates: Vec<Rate> = [Some(EVERYTHING), own(call)].into_iter().flatten().collect();
        self.0.admit(&rates, now).map_err(too_many_requests)
    }
}

/// The quota of the operation's own group, if it has one.
fn own(call: &Call) -> Option<Rate> {
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
    Some(Rate { family, burst, seconds })
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
