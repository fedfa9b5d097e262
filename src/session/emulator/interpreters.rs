//! Checks, before anything is created on the local emulator, that this machine can run the functions.

use std::collections::BTreeSet;

use stackctl_local::interpreter_for;

use crate::{
    config::Config,
    exit::Exit,
    failure::{Failure, Fault},
    session::Run,
};

/// Finds an interpreter for each runtime of the config and prints a note where its version differs.
pub(crate) fn check(run: &Run, config: &Config) -> Result<(), Failure> {
    let runtimes: BTreeSet<&str> = config.functions.values().map(|function| function.runtime.as_str()).collect();
    let mut failure = Failure { exit: Exit::Failed, errors: Vec::new(), hints: Vec::new() };
    for runtime in runtimes {
        match interpreter_for(runtime) {
            Ok(interpreter) => {
                if let Some(message) = interpreter.note() {
                    run.report.note(message);
                }
            }
            Err(error) => failure.errors.push(Fault::new(error)),
        }
    }
    if failure.errors.is_empty() { Ok(()) } else { Err(failure.hint("without `--local` the functions run on AWS")) }
}
