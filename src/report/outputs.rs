//! The URLs and IDs of a stack.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    paint::{FAINT, STRONG, paint},
};
use crate::stack::Outputs;

/// The single values, by the names of `outputs KEY`. Values that do not exist yet are left out.
pub(crate) fn values(outputs: &Outputs) -> Vec<(&'static str, &str)> {
    let values = [
        ("invoke_url", outputs.invoke_url.as_deref()),
        ("path_url", outputs.path_url.as_deref()),
        ("rest_api_id", outputs.rest_api_id.as_deref()),
        ("user_pool_id", outputs.user_pool_id.as_deref()),
        ("client_id", outputs.client_id.as_deref()),
        ("region", Some(outputs.region.as_str())),
        ("account", Some(outputs.account.as_str())),
        ("endpoint", outputs.endpoint.as_deref()),
    ];
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

impl Card for Outputs {
    const EVENT: &'static str = "outputs";

    fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in values(self) {
            let _ = writeln!(text, "{}  {value}", paint(STRONG, format_args!("{name:<12}")));
        }
        if !self.routes.is_empty() {
            text.push('\n');
        }
        let widest = self.routes.iter().map(|row| row.route.chars().count()).max().unwrap_or(0);
        for row in &self.routes {
            let public = if row.public { paint(FAINT, "  public") } else { String::new() };
            let _ = writeln!(text, "{:<widest$}  {}{public}", row.route, row.url);
        }
        text
    }
}

/// One output.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
}

impl Card for Output<'_> {
    const EVENT: &'static str = "output";

    fn text(&self) -> String {
        format!("{}\n", self.value)
    }
}
