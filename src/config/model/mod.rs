//! The types of `config.json`. Their doc comments are the descriptions that an editor shows through the schema.

/// Declares an enum whose variants are AWS's words, with a doc comment for each.
macro_rules! words {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name {
            $($(#[$inner])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word there is, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Gives AWS's word for it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

mod api;
mod check;
mod client;
mod deployment;
mod function;
mod policy;
mod route;
mod state;
mod user_pool;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use api::{AccessLogs, Api, Cors, EndpointType, ThrottleConfig};
pub use check::{CheckAs, RouteCheck};
pub use client::{AuthFlow, ClientConfig};
pub use deployment::Deployment;
pub use function::{Architecture, Function};
pub use policy::{Effect, OneOrMany, Statement};
pub use route::{Method, RouteAuth, RouteConfig, RouteKey, RouteKeyError};
pub(crate) use route::{SIGN_IN_SCOPE, parts};
pub use state::{S3Location, StateLocation};
pub use user_pool::{
    AutoVerifiedAttribute, Mfa, PasswordPolicyConfig, RecoveryOption, UserPoolConfig, UsernameAttribute,
};

use super::interpolate;

/// An authenticated serverless API: a user pool with its client, functions, and the routes that call them. In strings,
/// `${stage}`, `${region}`, `${account}`, `${env:NAME}` and `${env:NAME:-default}` are replaced. In functions, so are
/// references to the stack, such as `${userPool.id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Config {
    /// The schema of this file, for editors. stackctl does not read it.
    #[serde(default, rename = "$schema", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub schema: Option<String>,

    /// The name and the place of the stack.
    pub deployment: Deployment,

    /// The Cognito user pool.
    #[serde(default)]
    pub user_pool: UserPoolConfig,

    /// The app client of the user pool.
    #[serde(default)]
    pub client: ClientConfig,

    /// The Lambda functions, by a name of your choice. AWS sees `<serviceName>-<stage>-<name>`.
    pub functions: BTreeMap<String, Function>,

    /// The routes of the API: `"METHOD /path"` to the function behind it. Paths may contain `{name}` and end in `{proxy+}`.
    pub routes: BTreeMap<RouteKey, RouteConfig>,

    /// Lets pages of other origins call the API: preflights on every path, and headers on the 4xx and 5xx responses of API
    /// Gateway itself. Functions must send the headers of their own responses. Without it there is no CORS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Cors")]
    pub cors: Option<Cors>,

    /// The REST API itself.
    #[serde(default)]
    pub api: Api,

    /// The settings that differ by stage: the part named by `--stage` or `deployment.stage` is merged over the rest of this
    /// file, object by object; lists and plain values replace.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<String, Value>,

    /// Where stackctl stores the state: in a folder, or in an S3 bucket for a team.
    #[serde(default)]
    pub state: StateLocation,
}

impl Config {
    /// Gives the name that a function, its role and (behind `/aws/lambda/`) its log group have in AWS.
    #[must_use]
    pub fn function_name(&self, function: &str) -> String {
        format!("{}-{}-{function}", self.deployment.service_name, self.deployment.stage)
    }

    /// Says whether `${account}` still stands in a string, so that the account must be asked for first.
    ///
    /// # Panics
    ///
    /// Never: a configuration is plain data.
    #[must_use]
    pub fn needs_account(&self) -> bool {
        let mut found = false;
        let mut value = serde_json::to_value(self).expect("a configuration is plain data");
        interpolate::each_string(&mut value, &mut |text| found |= interpolate::mentions_account(text));
        found
    }

    /// Puts the account's id in the place of `${account}`, and the text `${account}` in the place of `$${account}`.
    ///
    /// The account is known only after AWS was asked, so this is the one variable that [`super::load`] leaves alone
    /// (unless `deployment.accountId` names it).
    ///
    /// # Panics
    ///
    /// Never: a configuration is plain data.
    #[must_use]
    pub fn with_account(&self, account: &str) -> Self {
        let mut value = serde_json::to_value(self).expect("a configuration is plain data");
        interpolate::each_string(&mut value, &mut |text| *text = interpolate::resolve_account(text, account));
        serde_json::from_value(value).expect("strings stay strings")
    }
}
