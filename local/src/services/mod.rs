//! The imitated services, one module each.

pub(crate) mod apigateway;
pub(crate) mod cognito;
pub(crate) mod iam;
pub(crate) mod lambda;
pub(crate) mod logs;
pub(crate) mod s3;
pub(crate) mod sts;
