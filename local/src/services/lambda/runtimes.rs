//! Lambda's runtimes and their deprecation dates.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::refusals;
use crate::wire::error::AwsError;

/// Runtimes that Lambda knows but no longer accepts.
const BLOCKED: &[&str] = &[
    "dotnetcore1.0",
    "dotnetcore2.0",
    "dotnetcore2.1",
    "dotnetcore3.1",
    "go1.x",
    "java8",
    "nodejs",
    "nodejs10.x",
    "nodejs12.x",
    "nodejs14.x",
    "nodejs4.3",
    "nodejs4.3-edge",
    "nodejs6.10",
    "nodejs8.10",
    "provided",
    "python2.7",
    "python3.6",
    "python3.7",
    "ruby2.5",
    "ruby2.7",
];

/// Name, first day on which functions cannot be created, first day on which they cannot be updated.
const DATED: &[(&str, &str, &str)] = &[
    ("dotnet10", "2028-12-14", "2029-01-15"),
    ("dotnet6", "2027-02-01", "2027-03-03"),
    ("dotnet8", "2027-02-01", "2027-03-03"),
    ("java11", "2027-07-31", "2027-08-31"),
    ("java17", "2027-07-31", "2027-08-31"),
    ("java21", "2029-07-31", "2029-08-31"),
    ("java25", "2029-07-31", "2029-08-31"),
    ("java8.al2", "2027-07-31", "2027-08-31"),
    ("nodejs16.x", "2027-02-01", "2027-03-03"),
    ("nodejs18.x", "2027-02-01", "2027-03-03"),
    ("nodejs20.x", "2027-02-01", "2027-03-03"),
    ("nodejs22.x", "2027-06-01", "2027-07-01"),
    ("nodejs24.x", "2028-06-01", "2028-07-01"),
    ("provided.al2", "2027-02-01", "2027-03-03"),
    ("provided.al2023", "2029-07-31", "2029-08-31"),
    ("python3.10", "2027-02-01", "2027-03-03"),
    ("python3.11", "2027-07-31", "2027-08-31"),
    ("python3.12", "2028-11-30", "2029-01-10"),
    ("python3.13", "2029-07-31", "2029-08-31"),
    ("python3.14", "2029-07-31", "2029-08-31"),
    ("python3.8", "2027-02-01", "2027-03-03"),
    ("python3.9", "2027-02-01", "2027-03-03"),
    ("ruby3.2", "2027-02-01", "2027-03-03"),
    ("ruby3.3", "2027-04-30", "2027-05-31"),
    ("ruby3.4", "2028-04-30", "2028-05-31"),
    ("ruby4.0", "2029-04-30", "2029-05-31"),
];

/// Runtimes without an announced deprecation.
const UNDATED: &[&str] = &["java11.al2023", "java17.al2023", "java8.al2023", "nodejs26.x", "python3.15"];

/// The operation that a runtime is checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Create,
    Update,
}

/// Rejects an unknown or deprecated runtime.
pub(super) fn check(runtime: &str, purpose: Purpose) -> Result<(), AwsError> {
    if runtime == "custom" {
        return Err(AwsError::not_imitated("the runtime custom, whose RuntimeConfig names an ARN"));
    }
    if UNDATED.contains(&runtime) {
        return Ok(());
    }
    if let Some((_, create, update)) = DATED.iter().find(|(name, ..)| *name == runtime) {
        let end = if purpose == Purpose::Create { create } else { update };
        let today = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
        let end: Date = end.parse().expect("the table holds dates");
        return if today < end { Ok(()) } else { Err(ended(runtime)) };
    }
    if BLOCKED.contains(&runtime) {
        return Err(ended(runtime));
    }
    let names: Vec<_> = DATED.iter().map(|(name, ..)| *name).chain(UNDATED.iter().copied()).collect();
    Err(refusals::invalid(format!(
        "Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [{}] or be a \
         valid ARN",
        names.join(", ")
    )))
}

fn ended(runtime: &str) -> AwsError {
    refusals::invalid(format!(
        "The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. We \
         recommend you use a supported runtime while creating or updating functions."
    ))
}
