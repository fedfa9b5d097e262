//! Errors in the command line, and the output of `--help` and `--version`.

use std::io::{self, Write as _};

use super::{
    executed::{Bill, Done},
    json,
    opening::PartialTarget,
};
use crate::{
    exit::Exit,
    failure::Failure,
    hint::{Hint, SuggestedCommand},
};

/// Prints clap's message to its stream. With `machine`, an error is an event, between those
/// of every run.
pub(crate) fn usage(answer: &clap::Error, machine: bool) -> Exit {
    if machine && answer.use_stderr() {
        let failure = failure(answer).resolved(Clone::clone);
        let target = json::card(&PartialTarget::default());
        let done = json::card(&Done { command: "", exit: Exit::Usage, bill: Bill::default() });
        let _ = io::stdout().write_all((target + &json::card(&failure) + &done).as_bytes());
    } else {
        let _ = answer.print();
    }
    if answer.use_stderr() { Exit::Usage } else { Exit::Done }
}

/// The error without the usage lines: the first paragraph of the message.
fn failure(answer: &clap::Error) -> Failure {
    let text = answer.render().to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let mut lines = first.lines().map(str::trim);
    let failure = Failure::usage(lines.next().unwrap_or_default());
    lines.fold(failure, Failure::detail).hint(Hint::from("see ").run(SuggestedCommand::stack("--help")))
}
