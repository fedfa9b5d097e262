//! The status of the local emulator.

use serde::Serialize;

use super::{
    card::Card,
    variables::{Form, variables},
};

/// The status of the local emulator, and its URL.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EmulatorStatus {
    /// What the command did or found: `started`, `stopped`, `running`, `not running`,
    /// `not responding`.
    pub(crate) state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// The process ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pid: Option<u32>,
    /// What Lambda enforces and the emulator cannot on this machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_enforced: Vec<&'static str>,
}

impl EmulatorStatus {
    /// The status of an emulator that runs at a URL in a process, or of none.
    pub(crate) fn of(running: Option<(String, u32)>) -> Self {
        let state = if running.is_some() { "running" } else { "not running" };
        let (url, pid) = running.unzip();
        Self { state, url, pid, not_enforced: Vec::new() }
    }
}

impl Card for EmulatorStatus {
    const EVENT: &'static str = "emulator";

    fn text(&self) -> String {
        let Self { state, url, pid, not_enforced } = self;
        let at = url.as_ref().map(|url| format!(" at {url}")).unwrap_or_default();
        let process = pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
        let limits: String = not_enforced.iter().flat_map(|limit| ["  not enforced here: ", limit, "\n"]).collect();
        format!("local emulator: {state}{at}{process}\n{limits}")
    }
}

/// The variables with which other tools reach the local emulator.
#[derive(Debug, Clone, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of the variables")]
pub(crate) struct EmulatorVariables {
    /// The URL.
    pub(crate) aws_endpoint_url: String,
    /// The ID of the access key.
    pub(crate) aws_access_key_id: String,
    /// Its secret.
    pub(crate) aws_secret_access_key: String,
}

impl Card for EmulatorVariables {
    const EVENT: &'static str = "emulator_variables";

    fn text(&self) -> String {
        let values = [
            ("aws_endpoint_url", self.aws_endpoint_url.as_str()),
            ("aws_access_key_id", &self.aws_access_key_id),
            ("aws_secret_access_key", &self.aws_secret_access_key),
        ];
        variables(Form::Exports, &values)
    }
}
