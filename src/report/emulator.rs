//! The status of the local emulator.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    card::Card,
    columns::columns,
    paint::STRONG,
    plain::plain,
    table::{Cell, table},
    token::lasting,
    variables::{Form, variables},
    wording::counted,
};

/// The status of the local emulator, and its URL.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub(crate) struct EmulatorStatus {
    /// What the command did or found: `started`, `stopped`, `running`, `not running`,
    /// `not responding`, `reset`.
    pub(crate) state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
    /// The process ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pid: Option<u32>,
    /// Its folder, and the size of its data there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data_bytes: Option<u64>,
    /// Seconds without use after which it stops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) idle_stop_seconds: Option<u64>,
    /// What it reports about itself, when it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) activity: Option<EmulatorActivity>,
    /// What Lambda enforces and the emulator cannot on this machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_enforced: Vec<&'static str>,
}

/// What a running emulator reports about itself.
#[derive(Debug, Clone, Serialize, JsonSchema, Deserialize)]
pub(crate) struct EmulatorActivity {
    #[schemars(with = "String")]
    pub(crate) started: Timestamp,
    /// The requests to APIs and AWS services since then.
    requests: u64,
    /// The functions with environments.
    functions: Vec<RunningFunction>,
    /// The services that it imitates, by the prefixes of their IAM actions.
    services: Vec<String>,
}

/// A function with environments on the local emulator.
#[derive(Debug, Clone, Serialize, JsonSchema, Deserialize)]
struct RunningFunction {
    function: String,
    environments: u64,
    /// Those that handle a request now.
    busy: u64,
}

impl EmulatorStatus {
    /// The status of an emulator that runs at a URL in a process, or of none.
    pub(crate) fn of(running: Option<(String, u32)>) -> Self {
        let state = if running.is_some() { "running" } else { "not running" };
        let (url, pid) = running.unzip();
        let port = url.as_ref().and_then(|url| url.rsplit(':').next()?.parse().ok());
        Self { state, url, port, pid, ..Self::default() }
    }

    /// The lines below the first one.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        if let Some(activity) = &self.activity {
            facts.push(("started", activity.started.strftime("%F %TZ").to_string()));
            facts.push(("requests", activity.requests.to_string()));
            let functions: Vec<String> = activity.functions.iter().map(RunningFunction::text).collect();
            let functions = if functions.is_empty() { "none is running".to_owned() } else { functions.join(", ") };
            facts.push(("functions", functions));
            facts.push(("services", activity.services.join(", ")));
        }
        if let Some((bytes, folder)) = self.data_bytes.zip(self.folder.as_ref()) {
            facts.push(("data", format!("{} in {}", size(bytes), plain(folder))));
        }
        if let Some(seconds) = self.idle_stop_seconds {
            facts.push(("idle stop", format!("after {} without use", lasting(seconds.cast_signed()))));
        }
        facts
    }
}

impl RunningFunction {
    fn text(&self) -> String {
        let busy = if self.busy > 0 { format!(", {} busy", self.busy) } else { String::new() };
        format!("{} ({}{busy})", plain(&self.function), counted(self.environments, "environment"))
    }
}

/// A size in a unit of which there are few.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")];
    match UNITS.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => counted(bytes, "byte"),
    }
}

impl Card for EmulatorStatus {
    const EVENT: &'static str = "emulator";

    fn text(&self) -> String {
        let Self { state, url, pid, not_enforced, .. } = self;
        let at = url.as_ref().map(|url| format!(" at {url}")).unwrap_or_default();
        let process = pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
        let facts = columns("  ", &self.facts());
        let limits: String = not_enforced.iter().flat_map(|limit| ["  not enforced here: ", limit, "\n"]).collect();
        format!("local emulator: {state}{at}{process}\n{facts}{limits}")
    }
}

/// The local emulators that run on this machine.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EmulatorList {
    pub(crate) emulators: Vec<EmulatorRow>,
}

/// A local emulator that runs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EmulatorRow {
    /// The folder of the project.
    pub(crate) folder: String,
    pub(crate) url: String,
    /// The process ID.
    pub(crate) pid: u32,
    #[schemars(with = "Option<String>")]
    pub(crate) started: Option<Timestamp>,
}

impl Card for EmulatorList {
    const EVENT: &'static str = "emulators";
    const WIDE: bool = true;

    fn text(&self) -> String {
        if self.emulators.is_empty() {
            return "no local emulator is running\n".to_owned();
        }
        let rows: Vec<_> = self.emulators.iter().map(EmulatorRow::cells).collect();
        table(["URL", "PROCESS", "STARTED", "FOLDER"], &rows).concat()
    }
}

impl EmulatorRow {
    fn cells(&self) -> [Cell; 4] {
        [
            Cell::painted(STRONG, &self.url),
            Cell::plain(self.pid),
            Cell::plain(self.started.map(|time| time.strftime("%F %TZ").to_string()).unwrap_or_default()),
            Cell::plain(plain(&self.folder)),
        ]
    }
}

/// The variables with which other tools reach the local emulator.
#[derive(Debug, Clone, Serialize, JsonSchema)]
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
