//! `stackctl completions`: the shell's own script.

use clap_complete::Shell;

use crate::{cli, exit::Exit, session::App};

pub(crate) fn run(app: &App, shell: Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "stackctl", &mut script);
    app.report.raw(&script);
    Exit::Done
}
