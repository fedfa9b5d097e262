//! Placeholder.

use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    cloud::Cloud,
    error::{Answered, AwsError},
};

/// The part of the world that belongs to this service.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Logs {}

/// Carries out one call.
pub(crate) async fn handle(_cloud: &Cloud, call: &Call) -> Answered {
    Err(AwsError::not_imitated(&call.name()))
}
