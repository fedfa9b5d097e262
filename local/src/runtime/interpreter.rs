//! Finding the local interpreter for a runtime: on the PATH and in the folders of version managers.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
};

use thiserror::Error;

use super::lock;

/// The folders in which version managers install: below the user's home, the start of a version's folder name, and the
/// program in it.
const PYTHONS: [(&str, &str, &str); 5] = [
    (".pyenv/versions", "", "bin/python"),
    (".local/share/uv/python", "cpython-", "bin/python3"),
    (".asdf/installs/python", "", "bin/python"),
    (".local/share/mise/installs/python", "", "bin/python"),
    (".local/share/rtx/installs/python", "", "bin/python"),
];
const NODES: [(&str, &str, &str); 6] = [
    (".nvm/versions/node", "v", "bin/node"),
    (".local/share/fnm/node-versions", "v", "installation/bin/node"),
    (".volta/tools/image/node", "", "bin/node"),
    (".asdf/installs/nodejs", "", "bin/node"),
    (".local/share/mise/installs/node", "", "bin/node"),
    (".nodenv/versions", "", "bin/node"),
];

/// The interpreter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Interpreter {
    /// A local Python.
    Python(Program),
    /// A local Node.js.
    Node(Program),
    /// The function's own `bootstrap` program.
    Bootstrap,
}

/// An installed interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The program itself, not a shim.
    pub path: PathBuf,
    /// Its version, such as `3.13` or `22.12.0`.
    pub version: String,
    /// The folders that it is installed in.
    pub(super) roots: Vec<PathBuf>,
    /// A note if its version differs from the runtime's.
    note: Option<String>,
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
        self.program()?.note.as_deref()
    }

    pub(super) fn program(&self) -> Option<&Program> {
        match self {
            Self::Python(program) | Self::Node(program) => Some(program),
            Self::Bootstrap => None,
        }
    }
}

impl Program {
    /// The folder of packages that were installed for all of a Node.js's programs.
    pub(super) fn global_modules(&self) -> Option<PathBuf> {
        self.roots.iter().map(|folder| folder.join("lib/node_modules")).find(|modules| modules.is_dir())
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
    let home = env::home_dir().unwrap_or_default();
    let missing = |program, product| MissingInterpreter::NotInstalled { runtime: runtime.into(), program, product };
    if let Some(wanted) = runtime.strip_prefix("python") {
        let named = [format!("python{wanted}"), "python3".into(), "python".into()].map(PathBuf::from);
        let candidates = named.into_iter().chain(installed(&home, &PYTHONS, wanted));
        let right = |version: &str| version == wanted;
        let found = best(candidates, ask_python, right).filter(|program| program.version.starts_with("3."));
        let program = found.ok_or_else(|| missing("python3", "Python 3"))?;
        return Ok(Interpreter::Python(noted(program, runtime, "Python", right)));
    }
    if let Some(wanted) = runtime.strip_prefix("nodejs") {
        let major = wanted.split('.').next().unwrap_or_default();
        let candidates = ["node", "nodejs"].map(PathBuf::from).into_iter().chain(installed(&home, &NODES, major));
        let right = |version: &str| version.split('.').next() == Some(major);
        let program = best(candidates, ask_node, right).ok_or_else(|| missing("node", "Node.js"))?;
        return Ok(Interpreter::Node(noted(program, runtime, "Node.js", right)));
    }
    Err(MissingInterpreter::NotImitated { runtime: runtime.into() })
}

/// The first candidate of the right version, or else the first that runs.
fn best(
    candidates: impl Iterator<Item = PathBuf>,
    ask: fn(&Path) -> Option<Program>,
    right: impl Fn(&str) -> bool,
) -> Option<Program> {
    let mut other = None;
    for program in candidates.filter_map(|name| ask(&name)) {
        if right(&program.version) {
            return Some(program);
        }
        other.get_or_insert(program);
    }
    other
}

fn noted(mut program: Program, runtime: &str, product: &str, right: impl Fn(&str) -> bool) -> Program {
    if !right(&program.version) {
        program.note = Some(format!("{runtime} not found, using {product} {}", program.version));
    }
    program
}

/// The programs of a version that version managers have installed, the newest first.
fn installed(home: &Path, places: &[(&str, &str, &str)], version: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for (folder, start, program) in places {
        let folders = fs::read_dir(home.join(folder)).into_iter().flatten().flatten();
        let names = folders.filter_map(|entry| entry.file_name().into_string().ok());
        let mut of_version: Vec<String> = names
            .filter(|name| {
                let rest = name.strip_prefix(start).and_then(|name| name.strip_prefix(version));
                rest.is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_ascii_digit()))
            })
            .collect();
        of_version.sort_unstable_by(|one, other| other.cmp(one));
        found.extend(of_version.iter().map(|name| home.join(folder).join(name).join(program)));
    }
    found
}

fn ask_python(name: &Path) -> Option<Program> {
    let script = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable); print(sys.prefix); \
                  print(sys.base_prefix)";
    ask(name, &["-c", script])
}

fn ask_node(name: &Path) -> Option<Program> {
    let script =
        "const p = process; [p.versions.node, p.execPath, require('path').resolve(p.execPath, '../..')].join('\\n')";
    ask(name, &["-p", script])
}

/// Runs a program to get its version, its path and the folders that it is installed in. A shim for a missing version
/// fails.
fn ask(name: &Path, arguments: &[&str]) -> Option<Program> {
    let output = Command::new(name).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let mut lines = text.lines().map(str::trim);
    let (version, path) = (lines.next()?.to_owned(), lines.next()?.into());
    Some(Program { path, version, roots: lines.map(PathBuf::from).collect(), note: None })
}

#[cfg(test)]
impl Program {
    pub(super) fn of_version(version: &str) -> Self {
        Self { path: PathBuf::new(), version: version.into(), roots: Vec::new(), note: None }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{NODES, PYTHONS, installed};

    #[test]
    fn version_managers_installations_are_found_by_version() {
        let home = tempfile::tempdir().unwrap();
        for folder in [
            ".pyenv/versions/3.1.4",
            ".pyenv/versions/3.13.1",
            ".pyenv/versions/3.13.2",
            ".local/share/uv/python/cpython-3.13.5-linux-x86_64-gnu",
            ".asdf/installs/python/3.13.0",
            ".local/share/mise/installs/python/3.13",
            ".nvm/versions/node/v22.1.0",
            ".nvm/versions/node/v2.2.0",
            ".local/share/mise/installs/node/22.0.0",
        ] {
            fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        let found = |places: &[_], version| {
            let found = installed(home.path(), places, version);
            found.iter().map(|path| path.strip_prefix(home.path()).unwrap().display().to_string()).collect::<Vec<_>>()
        };
        let pythons = [
            ".pyenv/versions/3.13.2/bin/python",
            ".pyenv/versions/3.13.1/bin/python",
            ".local/share/uv/python/cpython-3.13.5-linux-x86_64-gnu/bin/python3",
            ".asdf/installs/python/3.13.0/bin/python",
            ".local/share/mise/installs/python/3.13/bin/python",
        ];
        assert_eq!(found(&PYTHONS, "3.13"), pythons);
        let nodes = [".nvm/versions/node/v22.1.0/bin/node", ".local/share/mise/installs/node/22.0.0/bin/node"];
        assert_eq!(found(&NODES, "22"), nodes);
    }
}
