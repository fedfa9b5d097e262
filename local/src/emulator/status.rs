//! The status of a running emulator.

use serde_json::{Value, json};

use super::Emulator;
use crate::wire::call::Service;

impl Emulator {
    /// The services, what runs, and the number of requests since the start.
    pub(super) fn status(&self) -> Value {
        let functions: Vec<Value> = self
            .runtime()
            .environments()
            .into_iter()
            .map(|(function, [idle, busy])| json!({ "function": function, "environments": idle + busy, "busy": busy }))
            .collect();
        json!({
            "services": Service::ALL.map(Service::prefix),
            "started": self.started_at(),
            "requests": self.activity().requests(),
            "functions": functions,
        })
    }
}
