//! Placeholder.

use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    cloud::Cloud,
    error::{Answered, AwsError},
};

/// The part of the world that belongs to this service.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cognito {}

/// Carries out one call.
pub(crate) async fn handle(_cloud: &Cloud, call: &Call) -> Answered {
    Err(AwsError::not_imitated(&call.name()))
}

/// A pool's JWKS or OpenID discovery document.
pub(crate) fn well_known(_cloud: &Cloud, _path: &str, _base_url: &str) -> Option<serde_json::Value> {
    None
}
