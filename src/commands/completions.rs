//! `stackctl completions`: the completion script for a shell.

use clap_complete::Shell;

use crate::{cli, exit::Exit, session::Run};

pub(crate) fn run(run: &Run, shell: Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "stackctl", &mut script);
    run.report.raw(&script);
    Exit::Done
}
