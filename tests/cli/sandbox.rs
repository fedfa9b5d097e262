//! A folder in which the binary runs with a clean environment. In its transcripts ports, ids and times are replaced.
//! Every run is checked for secrets in its output and files.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use serde_json::Value;
use stackctl_local::{Emulator, Settings};

use super::{events, pinned::pinned, scripted};
pub(crate) use crate::harness::process::Ran;
use crate::harness::{Place, Secrets, process::Process};

/// A temporary folder. When it is dropped, its local emulator is stopped.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
    secrets: Arc<Secrets>,
    /// The files that the test wrote, which may contain secrets.
    written: Mutex<BTreeSet<PathBuf>>,
}

const STACKCTL: &str = env!("CARGO_BIN_EXE_stackctl");

/// The commands that print a token to stdout.
const PRINT_TOKENS: &[[&str; 2]] = &[["user", "create"], ["user", "auth"]];

/// The variables whose values are secret.
const SECRET_VARIABLES: &[&str] = &["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "STACKCTL_PASSWORD"];

/// A function that starts, and exits without a response when it is invoked.
pub(crate) const BOOTSTRAP: &str =
    "#!/bin/sh\nexec curl -s -o /dev/null http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next\n";

/// A config whose functions need no interpreter.
pub(crate) const CONFIG: &str = r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1", "stage": "dev" },
  "functions": { "hello": { "source": "hello", "handler": "bootstrap", "runtime": "provided.al2023" } },
  "routes": {
    "GET /hello": { "function": "hello", "auth": "none" },
    "POST /hello/{name}": { "function": "hello" }
  }
}
"#;

impl Sandbox {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, variables: Vec::new(), secrets: Arc::default(), written: Mutex::default() }
    }

    /// A folder with [`CONFIG`] and its function.
    pub(crate) fn new() -> Self {
        let sandbox = Self::empty();
        sandbox.write("config.json", CONFIG);
        sandbox.write("hello/bootstrap", BOOTSTRAP);
        sandbox
    }

    /// A folder with [`scripted`] functions and several routes to them.
    pub(crate) fn scripted() -> Self {
        let sandbox = Self::empty();
        sandbox.write("config.json", scripted::CONFIG);
        sandbox.write("items/bootstrap", scripted::BOOTSTRAP);
        sandbox
    }

    /// Deploys the stack on the local emulator.
    pub(crate) fn up(self) -> Self {
        self.done("up --local --quiet");
        self
    }

    /// Also checks for the secrets of an emulator.
    pub(crate) fn among(mut self, secrets: &Arc<Secrets>) -> Self {
        self.secrets = Arc::clone(secrets);
        self
    }

    /// Sets a variable for every run.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        if SECRET_VARIABLES.contains(&name) {
            self.secrets.add(name, value);
        }
        self.variables.push((name.into(), value.into()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        self.written.lock().unwrap().insert(path);
    }

    /// Replaces a part of the config.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let config = fs::read_to_string(self.path("config.json")).unwrap();
        assert!(config.contains(from), "{from} is not in the config");
        self.write("config.json", &config.replace(from, to));
    }

    /// Runs `stackctl` with the words of a line.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.ran(&mut self.command(line))
    }

    /// Runs a command and checks that it printed and wrote no secret.
    pub(crate) fn ran(&self, command: &mut Command) -> Ran {
        let ran = Process::run(command);
        let words: Vec<&str> = command.get_args().filter_map(|word| word.to_str()).collect();
        let tokens = words.windows(2).any(|two| PRINT_TOKENS.iter().any(|names| names == two));
        let line = words.join(" ");
        if words.contains(&"--json") && !words.contains(&"-c") {
            events::check(&line, &ran.out);
        }
        self.check_files();
        let place = if tokens { Place::Tokens } else { Place::Open };
        self.secrets.check(&format!("stdout of `{line}`"), place, ran.out.as_bytes());
        self.secrets.check(&format!("stderr of `{line}`"), Place::Open, ran.err.as_bytes());
        ran
    }

    /// Checks that no file has a secret, except files that the test wrote and the local emulator's data.
    fn check_files(&self) {
        let cloud = self.path(".stackctl/local/cloud");
        self.secrets.learn(stored(&cloud).to_string().as_bytes());
        let written = self.written.lock().unwrap();
        for (path, bytes) in self.files() {
            if !written.contains(&path) && !path.starts_with(&cloud) {
                self.secrets.check(&path.display().to_string(), Place::Open, &bytes);
            }
        }
    }

    /// Runs a line with `--json` and returns its events.
    pub(crate) fn events(&self, line: &str) -> Vec<Value> {
        let ran = self.run(&format!("{line} --json"));
        assert_eq!(ran.err, "", "stderr of {line}");
        ran.out.lines().map(|event| serde_json::from_str(event).unwrap()).collect()
    }

    /// The transcript of a run: the exit code, stdout under a heading, and stderr.
    pub(crate) fn transcript(&self, line: &str) -> String {
        self.transcript_of(&mut self.command(line))
    }

    pub(crate) fn transcript_of(&self, command: &mut Command) -> String {
        let Ran { code, out, err, .. } = self.ran(command);
        let (before, between) = match (out.is_empty(), err.is_empty()) {
            (true, _) => ("", ""),
            (false, true) => ("--- stdout\n", ""),
            (false, false) => ("--- stdout\n", "--- stderr\n"),
        };
        self.pinned(&format!("exit code {code}\n{before}{out}{between}{err}"))
    }

    /// The transcripts of several runs, one after the other.
    pub(crate) fn session(&self, lines: &[&str]) -> String {
        let transcripts = lines.iter().map(|line| format!("$ {line}\n{}", self.transcript(line)));
        transcripts.collect::<Vec<_>>().join("\n")
    }

    /// Runs a line that succeeds.
    #[track_caller]
    pub(crate) fn done(&self, line: &str) -> Ran {
        let ran = self.run(line);
        assert_eq!(ran.code, 0, "{line}: {}", ran.err);
        ran
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = self.calling(STACKCTL);
        command.args(line.split_whitespace());
        command
    }

    /// A script for the shell, in which `stackctl` is the binary.
    pub(crate) fn shell(&self, script: &str) -> Command {
        let mut path = Path::new(STACKCTL).parent().unwrap().as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap());
        let mut command = self.calling("sh");
        command.args(["-c", script]).env("PATH", path);
        command
    }

    /// Starts a shell that waits for a line on stdin before it becomes `stackctl`, so that the process id is known
    /// before the first request.
    pub(crate) fn hold(&self, line: &str) -> Process {
        let mut shell = self.shell(&format!("read go; exec stackctl {line}"));
        Process::start(shell.stdin(Stdio::piped()))
    }

    /// Starts a run and returns before it ends.
    pub(crate) fn start(&self, command: &mut Command) -> Process {
        Process::start(command).keeping(&self.secrets)
    }

    fn calling(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.folder.path());
        command.env("COLUMNS", "100").env("AWS_EC2_METADATA_DISABLED", "true").env("USER", "ann");
        command.envs(self.variables.iter().cloned());
        command
    }

    /// Every file below the folder with its bytes.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        collect(self.folder.path(), &mut found);
        found.sort();
        found
    }

    /// The local emulator's file with its URL and process id.
    pub(crate) fn server(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path(".stackctl/local/server.json")).unwrap()).unwrap()
    }

    /// Replaces ids by the names of their resources, and digests, ports, process ids and times by placeholders.
    pub(crate) fn pinned(&self, text: &str) -> String {
        let mut text = text.replace(&self.folder.path().display().to_string(), "FOLDER");
        for (id, name) in self.ids() {
            text = text.replace(&id, &name);
        }
        pinned(&text)
    }

    /// The ids in all states.
    fn ids(&self) -> Vec<(String, String)> {
        // The previous version of each state has the ids of resources that `down` deleted.
        let states = self.files().into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "json"));
        let states = states.filter_map(|(_, bytes)| serde_json::from_slice::<Value>(&bytes).ok());
        let mut ids = Vec::new();
        for state in states {
            for (key, recorded) in state["state"]["resources"].as_object().into_iter().flatten() {
                for (output, value) in recorded["outputs"].as_object().into_iter().flatten() {
                    if let Some(id) =
                        value.as_str().filter(|_| ["id", "root_resource_id", "statement_id"].contains(&&**output))
                    {
                        ids.push((id.to_owned(), format!("<{key}#{output}>")));
                    }
                }
            }
        }
        ids
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if self.path(".stackctl/local/server.json").exists() {
            Process::run(&mut self.command("local stop"));
        }
        // A second panic would hide the first.
        if !std::thread::panicking() {
            self.check_files();
        }
    }
}

/// Collects the files below a folder, except those that a running server removes meanwhile.
fn collect(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&entry.path(), found),
            _ => found.extend(fs::read(entry.path()).ok().map(|bytes| (entry.path(), bytes))),
        }
    }
}

/// What the local emulator has stored in its folder, read from a copy because it may be running.
fn stored(folder: &Path) -> Value {
    let copy = tempfile::tempdir().unwrap();
    for name in ["emulator.sqlite3", "emulator.sqlite3-wal"] {
        if fs::copy(folder.join(name), copy.path().join(name)).is_err() {
            break;
        }
    }
    Emulator::open(copy.path(), Settings::default()).map(|emulator| emulator.snapshot()).unwrap_or_default()
}
