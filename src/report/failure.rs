//! Errors and warnings.

use std::fmt::Write as _;

use super::{
    card::Card,
    paint::{BAD, CHANGE, HINT, paint},
};
use crate::{
    failure::{Failure, Fault},
    hint::Hint,
};

impl Card for Failure {
    const EVENT: &'static str = "error";
    const ENDS_PROGRESS: bool = true;

    fn text(&self) -> String {
        let label = paint(BAD.bold(), "error:");
        let errors = self.errors.iter().map(|fault| text(&label, fault)).collect::<String>();
        errors + &hints(&self.hints)
    }
}

impl Card for Fault {
    const EVENT: &'static str = "warning";

    fn text(&self) -> String {
        text(&paint(CHANGE.bold(), "warning:"), self)
    }
}

fn text(label: &str, fault: &Fault) -> String {
    let mut text = format!("{label} {}\n", fault.message);
    for detail in &fault.details {
        let _ = writeln!(text, "  {detail}");
    }
    text + &hints(&fault.hints)
}

fn hints(hints: &[Hint]) -> String {
    hints.iter().fold(String::new(), |text, hint| text + &format!("{} {hint}\n", paint(HINT, "hint:")))
}
