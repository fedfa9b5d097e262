//! Which stack a state belongs to.

/// Name, stage, Region, account and endpoint of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackIdentity {
    /// `deployment.serviceName`.
    pub stack: String,
    /// `deployment.stage`.
    pub stage: String,
    pub region: String,
    /// The account of its resources, twelve digits.
    pub account: String,
    /// The endpoint used instead of AWS's own, if any.
    pub endpoint: Option<String>,
}

/// A state that belongs to another stack, stage, Region, account or endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the state is of {what} `{recorded}`, not of `{asked}`")]
pub struct StackMismatch {
    /// What differs: account, region, endpoint, stack or stage.
    pub what: &'static str,
    pub recorded: String,
    pub asked: String,
}

/// Compares one part of the identity.
pub(super) fn same(what: &'static str, recorded: &str, asked: &str) -> Result<(), StackMismatch> {
    if recorded == asked {
        return Ok(());
    }
    Err(StackMismatch { what, recorded: recorded.to_owned(), asked: asked.to_owned() })
}
