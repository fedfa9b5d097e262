//! The binary: hands the command line to the library and exits as it says.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    stackctl::run(&arguments)
}
