//! `stackctl completions`: the completion script for a shell.

use clap_complete::Shell;

use super::complete;
use crate::{exit::Exit, session::Run};

pub(crate) fn run(run: &Run, shell: Shell) -> Exit {
    run.report.raw(&complete::script(&shell.to_string()));
    Exit::Done
}
