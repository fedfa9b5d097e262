//! A Lambda function.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Statement;

/// A Lambda function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Function {
    /// The folder of the function's package, relative to this file. A `.lambdaignore` in it (in the syntax of `.gitignore`)
    /// leaves files out. Files that are never code or may hold secrets, such as `.git` and `.env`, are left out too; a line
    /// `!.env` includes one. Functions with the same folder share the package.
    pub source: String,

    /// The function that Lambda calls, such as `folder/file.function`. The runtimes `provided.*` ignore it and run `bootstrap`.
    pub handler: String,

    /// The Lambda runtime, such as `python3.13`, `nodejs24.x` or `provided.al2023`.
    pub runtime: String,

    /// Seconds until Lambda stops an invocation, 1 to 1800. The default is API Gateway's own timeout.
    #[serde(default = "default_timeout")]
    pub timeout: u32,

    /// Memory in megabytes, 128 to 10240. CPU grows with it.
    #[serde(default = "default_memory")]
    pub memory: u32,

    /// The processor architecture.
    #[serde(default)]
    pub architecture: Architecture,

    /// Environment variables, 4 KB in all as JSON. They may refer to the stack: `${userPool.id}`, `${userPool.arn}`,
    /// `${userPool.issuer}`, `${client.id}`, `${api.id}`, `${api.url}`, `${function.NAME.arn}`, `${function.NAME.name}`.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,

    /// A description of the function, at most 256 characters.
    #[serde(default)]
    pub description: String,

    /// Days until a log line is deleted: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827,
    /// 2192, 2557, 2922, 3288 or 3653.
    #[serde(default = "default_log_retention_days")]
    pub log_retention_days: u32,

    /// IAM policy statements for the function's role, in addition to writing to its own log group.
    #[serde(default)]
    pub policy: Vec<Statement>,

    /// ARNs of managed policies to attach to the function's role, at most 10.
    #[serde(default)]
    pub managed_policies: BTreeSet<String>,
}

fn default_timeout() -> u32 {
    29
}

fn default_memory() -> u32 {
    128
}

// By default CloudWatch keeps and bills log lines indefinitely.
fn default_log_retention_days() -> u32 {
    30
}

words! {
    /// The processor architecture of a function.
    #[derive(Default)]
    Architecture {
        /// Intel and AMD.
        #[default]
        X86_64 = "x86_64",
        /// AWS Graviton.
        Arm64 = "arm64",
    }
}
