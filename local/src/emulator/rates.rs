//! Request rates: token buckets by group of operations, and the rates and typical times of the weather `aws`.

use std::{collections::BTreeMap, time::Duration};

use crate::wire::{
    call::{Call, Service},
    error::AwsError,
};

/// The rate and the burst of one group of operations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) family: &'static str,
    pub(crate) burst: f64,
    /// Seconds per token.
    pub(crate) seconds: f64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Duration,
}

/// The token buckets in use, by group of operations.
#[derive(Debug, Default)]
pub(crate) struct Buckets(BTreeMap<&'static str, Bucket>);

impl Buckets {
    /// Takes one token from the bucket of each rate.
    ///
    /// # Errors
    /// The seconds to wait when a bucket is empty. No token is taken then.
    pub(crate) fn admit(&mut self, rates: &[Rate], now: Duration) -> Result<(), f64> {
        for rate in rates {
            let missing = 1.0 - self.refilled(rate, now).tokens;
            // Tolerate rounding errors.
            if missing > 1e-6 {
                return Err(missing * rate.seconds);
            }
        }
        for rate in rates {
            let bucket = self.refilled(rate, now);
            self.0.insert(rate.family, Bucket { tokens: bucket.tokens - 1.0, at: now });
        }
        Ok(())
    }

    fn refilled(&self, rate: &Rate, now: Duration) -> Bucket {
        let tokens = self.0.get(rate.family).map_or(rate.burst, |bucket| {
            let gained = now.saturating_sub(bucket.at).as_secs_f64() / rate.seconds;
            (bucket.tokens + gained).min(rate.burst)
        });
        Bucket { tokens, at: now }
    }
}

/// So many requests a second, all of which may come at once.
const fn per_second(family: &'static str, requests: f64) -> Rate {
    Rate { family, burst: requests, seconds: 1.0 / requests }
}

/// The rates that an operation counts against, besides those of API Gateway.
///
/// Lambda: 15 a second in total for the control plane, 100 for `GetFunction`, 15 for `GetPolicy` (quotas of Lambda).
/// Cognito: 15 a second for each category of user pool operations, 5 for one pool's app clients (quotas of Cognito).
/// IAM and CloudWatch Logs: assumed. IAM publishes none, and changes are throttled at some ten a second.
pub(crate) fn rates(call: &Call) -> Vec<Rate> {
    let (operation, read) = (call.operation.as_str(), is_read(&call.operation));
    let rate = match call.service {
        Service::Lambda if operation == "Invoke" => return Vec::new(),
        Service::Lambda if operation == "GetFunction" => per_second("lambda:GetFunction", 100.0),
        Service::Lambda if operation == "GetPolicy" => per_second("lambda:GetPolicy", 15.0),
        Service::Lambda => per_second("lambda", 15.0),
        Service::Cognito if operation.contains("UserPoolClient") && read => per_second("cognito:clients read", 5.0),
        Service::Cognito if operation.contains("UserPoolClient") => per_second("cognito:clients changed", 5.0),
        Service::Cognito if operation.contains("UserPool") && read => per_second("cognito:pools read", 15.0),
        Service::Cognito if operation.contains("UserPool") => per_second("cognito:pools changed", 15.0),
        Service::Iam if read => Rate { family: "iam read", burst: 40.0, seconds: 0.05 },
        Service::Iam => Rate { family: "iam changed", burst: 20.0, seconds: 0.1 },
        Service::Logs if read => per_second("logs read", 10.0),
        Service::Logs => per_second("logs changed", 10.0),
        _ => return Vec::new(),
    };
    vec![rate]
}

/// The time that an operation takes: assumed, between the 70 ms of a read and the 900 ms of a function's creation, as
/// seen from a machine near the Region.
pub(crate) fn typical(call: &Call) -> Duration {
    let millis = match call.operation.as_str() {
        "CreateFunction" | "CreateUserPool" => 900,
        "UpdateFunctionCode" | "PublishVersion" | "ImportRestApi" | "PutRestApi" => 700,
        "CreateRestApi" | "CreateDeployment" | "UpdateFunctionConfiguration" | "DeleteFunction" => 400,
        "CreateRole" | "DeleteRole" | "DeleteRestApi" | "DeleteUserPool" => 300,
        operation if is_read(operation) => 70,
        _ => 200,
    };
    Duration::from_millis(millis)
}

fn is_read(operation: &str) -> bool {
    ["Get", "List", "Describe", "Filter"].iter().any(|prefix| operation.starts_with(prefix))
}

/// A throttling error, as each service words it.
pub(crate) fn throttle(service: Service) -> AwsError {
    match service {
        Service::ApiGateway => AwsError::new(429, "TooManyRequestsException", "Too Many Requests"),
        Service::Cognito => AwsError::new(400, "TooManyRequestsException", "Too many requests"),
        Service::Lambda => AwsError::new(429, "TooManyRequestsException", "Rate exceeded"),
        Service::Iam | Service::Sts => AwsError::new(400, "Throttling", "Rate exceeded"),
        Service::Logs => AwsError::new(400, "ThrottlingException", "Rate exceeded"),
        Service::S3 => AwsError::new(503, "SlowDown", "Please reduce your request rate."),
    }
}
