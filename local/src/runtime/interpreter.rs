//! Finding the local interpreter for a runtime.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::{Command, Stdio},
    sync::Mutex,
};

use thiserror::Error;

use super::lock;

/// The interpreter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Interpreter {
    /// A local Python.
    Python {
        /// The program itself, not a shim.
        program: PathBuf,
        /// A note if its version differs from the runtime's.
        note: Option<String>,
    },
    /// A local Node.js.
    Node {
        /// The program itself, not a shim.
        program: PathBuf,
        /// A note if its version differs from the runtime's.
        note: Option<String>,
    },
    /// The function's own `bootstrap` program.
    Bootstrap,
}

/// A runtime that cannot run on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MissingInterpreter {
    /// The program is not installed.
    #[error(
        "the runtime {runtime} needs `{program}`, which is not on the PATH; install {product} to run its \
         functions locally"
    )]
    NotInstalled {
        /// The function's runtime.
        runtime: String,
        /// The program that was searched for.
        program: &'static str,
        /// The product to install.
        product: &'static str,
    },
    /// The emulator does not support the runtime.
    #[error(
        "the local emulator does not run {runtime}; it runs python*, nodejs* and provided* functions, others only on AWS"
    )]
    NotImitated {
        /// The function's runtime.
        runtime: String,
    },
}

impl Interpreter {
    /// A note if the interpreter's version differs from the runtime's.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        match self {
            Self::Python { note, .. } | Self::Node { note, .. } => note.as_deref(),
            Self::Bootstrap => None,
        }
    }
}

/// Finds the local interpreter for a runtime. The first call starts the candidates to get their versions, which takes a
/// moment.
///
/// # Errors
/// When this machine has no interpreter for it.
pub fn interpreter_for(runtime: &str) -> Result<Interpreter, MissingInterpreter> {
    static FOUND: Mutex<BTreeMap<String, Interpreter>> = Mutex::new(BTreeMap::new());
    // Concurrent callers wait for the search. A missing interpreter may be installed later, so only found ones are
    // cached.
    let mut found = lock(&FOUND);
    if let Some(known) = found.get(runtime) {
        return Ok(known.clone());
    }
    let interpreter = search(runtime)?;
    found.insert(runtime.to_owned(), interpreter.clone());
    Ok(interpreter)
}

fn search(runtime: &str) -> Result<Interpreter, MissingInterpreter> {
    if runtime.starts_with("provided") {
        return Ok(Interpreter::Bootstrap);
    }
    if let Some(wanted) = runtime.strip_prefix("python") {
        let candidates = [format!("python{wanted}"), "python3".into(), "python".into()];
        let found =
            candidates.iter().filter_map(|name| ask_python(name)).find(|(_, version)| version.starts_with("3."));
        let Some((program, version)) = found else {
            let (program, product) = ("python3", "Python 3");
            return Err(MissingInterpreter::NotInstalled { runtime: runtime.into(), program, product });
        };
        let note = (version != wanted).then(|| other_version(runtime, &format!("Python {version}")));
        return Ok(Interpreter::Python { program, note });
    }
    if let Some(wanted) = runtime.strip_prefix("nodejs") {
        let Some((program, version)) = ask_node("node").or_else(|| ask_node("nodejs")) else {
            let (program, product) = ("node", "Node.js");
            return Err(MissingInterpreter::NotInstalled { runtime: runtime.into(), program, product });
        };
        let same = wanted.split('.').next() == version.split('.').next();
        let note = (!same).then(|| other_version(runtime, &format!("Node.js {version}")));
        return Ok(Interpreter::Node { program, note });
    }
    Err(MissingInterpreter::NotImitated { runtime: runtime.into() })
}

fn other_version(runtime: &str, present: &str) -> String {
    format!("{runtime} not found, using {present}")
}

fn ask_python(name: &str) -> Option<(PathBuf, String)> {
    ask(name, &["-c", "import sys; print(sys.executable); print('%d.%d' % sys.version_info[:2])"])
}

fn ask_node(name: &str) -> Option<(PathBuf, String)> {
    ask(name, &["-p", "process.execPath + '\\n' + process.versions.node"])
}

/// Runs a program to get its path and version. A shim for a missing version fails.
fn ask(name: &str, arguments: &[&str]) -> Option<(PathBuf, String)> {
    let output = Command::new(name).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let mut lines = text.lines();
    Some((lines.next()?.into(), lines.next()?.trim().into()))
}
