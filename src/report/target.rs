//! The stack or user pool of a command, and its location.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    card::Card,
    paint::{CHANGE, STRONG, paint},
};

/// A stack and its location.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct Target {
    /// `deployment.serviceName`.
    pub(crate) stack: String,
    pub(crate) stage: String,
    #[serde(flatten)]
    pub(crate) location: Location,
}

/// A user pool that does not belong to a stack, and its location.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct PoolTarget {
    pub(crate) user_pool_id: String,
    #[serde(flatten)]
    pub(crate) location: Location,
}

/// An account and a Region, or a custom endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Deserialize)]
pub(crate) struct Location {
    pub(crate) region: String,
    /// The account ID, twelve digits.
    pub(crate) account: String,
    /// The endpoint, when it is not that of AWS.
    pub(crate) endpoint: Option<String>,
    /// Whether it is the local emulator.
    pub(crate) local: bool,
}

impl Target {
    /// The stack and its stage, as in `shop, stage dev`.
    pub(crate) fn subject(&self) -> String {
        format!("{}, stage {}", self.stack, self.stage)
    }
}

impl Location {
    /// As in `account 123456789012 in eu-west-1`.
    pub(crate) fn described(&self) -> String {
        let Self { region, account, endpoint, local } = self;
        let at = endpoint.as_ref().map(|url| format!(" at {url}")).unwrap_or_default();
        if *local { "the local emulator".to_owned() } else { format!("account {account} in {region}{at}") }
    }

    fn line(&self) -> String {
        let place = match (&self.endpoint, self.local) {
            (Some(url), true) => format!("on the local emulator at {url}"),
            (Some(url), false) => paint(CHANGE.bold(), format_args!("at {url}, which stands in for AWS")),
            (None, _) => format!("in account {}", self.account),
        };
        format!("{}, {place}\n\n", self.region)
    }
}

impl Card for Target {
    const EVENT: &'static str = "target";

    fn text(&self) -> String {
        format!("{}, stage {}, {}", paint(STRONG, &self.stack), paint(STRONG, &self.stage), self.location.line())
    }
}

impl Card for PoolTarget {
    const EVENT: &'static str = "user_pool";

    fn text(&self) -> String {
        format!("user pool {}, {}", paint(STRONG, &self.user_pool_id), self.location.line())
    }
}
