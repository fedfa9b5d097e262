//! A plan file: where it is, and what its plan is based on.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    paint::{FAINT, paint},
};

/// A plan file that was written or read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct PlanFileCard {
    /// The path.
    pub(crate) file: String,
    pub(crate) format: u32,
    /// The version of stackctl that wrote it.
    pub(crate) written_by: String,
    #[schemars(with = "String")]
    pub(crate) created_at: Timestamp,
    /// The serial of the state. `None` when there was no state.
    pub(crate) serial: Option<u64>,
    /// The folder with the packages, if they were kept.
    pub(crate) packages: Option<String>,
}

impl Card for PlanFileCard {
    const EVENT: &'static str = "plan_file";

    fn text(&self) -> String {
        let Self { file, written_by, created_at, serial, packages, .. } = self;
        let state = serial.map_or_else(|| "no state".to_owned(), |serial| format!("serial {serial} of the state"));
        let packages = packages.as_ref().map(|folder| format!(", packages in {folder}")).unwrap_or_default();
        let line = format!("{file}: of {created_at:.0}, by stackctl {written_by}, based on {state}{packages}");
        format!("{}\n\n", paint(FAINT, line))
    }
}
