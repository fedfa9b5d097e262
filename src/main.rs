//! The binary: passes the command line to the library and returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    stackctl::run(&arguments)
}
