//! The stacks that are recorded in the state places of a folder.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    emulator::EmulatorStatus,
    paint::{FAINT, STRONG},
    plain::plain,
    table::{Cell, table},
    wording::counted,
};

/// The recorded stacks, and the local emulator.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StackList {
    /// The stacks, by name and stage.
    pub(crate) stacks: Vec<StackRow>,
    /// The local emulator of the folder.
    pub(crate) emulator: EmulatorStatus,
}

/// A recorded stack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub(crate) struct StackRow {
    pub(crate) stack: String,
    pub(crate) stage: String,
    /// Whether it is on the local emulator.
    pub(crate) local: bool,
    pub(crate) region: String,
    pub(crate) account: String,
    /// The number of recorded resources.
    pub(crate) resources: usize,
    /// The number of the last release.
    pub(crate) release: Option<u64>,
    /// When the last release was confirmed.
    #[schemars(with = "Option<String>")]
    pub(crate) released: Option<Timestamp>,
    /// The folder or the bucket of its state.
    pub(crate) place: String,
}

impl Card for StackList {
    const EVENT: &'static str = "stacks";
    const WIDE: bool = true;

    fn text(&self) -> String {
        let header = ["STACK", "STAGE", "WHERE", "RESOURCES", "RELEASE", "RELEASED", "STATE"];
        let rows: Vec<_> = self.stacks.iter().map(StackRow::cells).collect();
        let stacks = if rows.is_empty() { "no stack is deployed\n".to_owned() } else { table(header, &rows).concat() };
        let count = counted(self.stacks.len(), "stack and stage");
        let count = count.replace("stack and stages", "stacks and stages");
        let count = if rows.is_empty() { String::new() } else { format!("\n{STRONG}{count}{STRONG:#}\n") };
        stacks + &count + &self.emulator.text()
    }
}

impl StackRow {
    fn cells(&self) -> [Cell; 7] {
        let place = if self.local { "local emulator".to_owned() } else { format!("{} {}", self.region, self.account) };
        [
            Cell::painted(STRONG, plain(&self.stack)),
            Cell::plain(plain(&self.stage)),
            Cell::plain(plain(&place)),
            Cell::plain(self.resources),
            Cell::plain(self.release.map(|number| number.to_string()).unwrap_or_default()),
            Cell::plain(self.released.map(|time| time.strftime("%F %R").to_string()).unwrap_or_default()),
            Cell::painted(FAINT, plain(&self.place)),
        ]
    }
}
