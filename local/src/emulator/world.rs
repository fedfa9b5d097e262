//! The state of the emulator.

use serde::{Deserialize, Serialize};

use crate::services::{apigateway::ApiGateway, cognito::Cognito, iam::Iam, lambda::Lambda, logs::Logs, s3::S3};

/// The state that survives a restart. Each service owns its part and may read the others through `World`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) iam: Iam,
    pub(crate) logs: Logs,
    pub(crate) cognito: Cognito,
    pub(crate) lambda: Lambda,
    pub(crate) apigateway: ApiGateway,
    /// Absent from files written by versions without S3.
    #[serde(default)]
    pub(crate) s3: S3,
}
