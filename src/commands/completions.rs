//! `stackctl completions`: the shell's own script.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::{cli::Cli, exit::Exit, session::App};

pub(crate) fn run(app: &App, shell: Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "stackctl", &mut script);
    app.report.raw(&script);
    Exit::Done
}
