//! All there is in this cloud.

use serde::{Deserialize, Serialize};

use crate::{apigateway::ApiGateway, cognito::Cognito, iam::Iam, lambda::Lambda, logs::Logs, s3::S3};

/// Everything that survives a restart. Each service owns its part; a service may read another's through `World`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) iam: Iam,
    pub(crate) logs: Logs,
    pub(crate) cognito: Cognito,
    pub(crate) lambda: Lambda,
    pub(crate) apigateway: ApiGateway,
    /// Absent from worlds that were written before there was one.
    #[serde(default)]
    pub(crate) s3: S3,
}
