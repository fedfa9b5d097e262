//! A folder to run the binary in, with nothing of this machine's environment, and its transcripts with ports, ids and
//! times replaced.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// A folder that is removed in the end, and with it the local cloud that runs in it.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// How a run ended and what it said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

const STACKCTL: &str = env!("CARGO_BIN_EXE_stackctl");

/// A configuration whose functions need no interpreter of this machine.
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
        Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// A folder with [`CONFIG`] and its function.
    pub(crate) fn new() -> Self {
        let sandbox = Self::empty();
        sandbox.write("config.json", CONFIG);
        sandbox.write("hello/bootstrap", "#!/bin/sh\n");
        sandbox
    }

    /// Sets a variable for every run.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a part of the configuration.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let config = fs::read_to_string(self.path("config.json")).unwrap();
        assert!(config.contains(from), "{from} is not in the configuration");
        self.write("config.json", &config.replace(from, to));
    }

    /// Runs `stackctl` with the words of a line.
    pub(crate) fn run(&self, line: &str) -> Ran {
        Ran::of(&mut self.command(line))
    }

    /// Runs it and returns its events.
    pub(crate) fn events(&self, line: &str) -> Vec<Value> {
        let ran = self.run(&format!("{line} --json"));
        assert_eq!(ran.err, "", "stderr of {line}");
        ran.out.lines().map(|event| serde_json::from_str(event).unwrap()).collect()
    }

    /// The transcript of a run: exit code, stdout, stderr.
    pub(crate) fn transcript(&self, line: &str) -> String {
        self.transcript_of(&mut self.command(line))
    }

    /// The transcript of a run whose words are not those of a line.
    pub(crate) fn transcript_of(&self, command: &mut Command) -> String {
        let Ran { code, out, err } = Ran::of(command);
        let text = format!("exit code {code}\n--- stdout\n{out}--- stderr\n{err}");
        self.pinned(&text)
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

    /// The document that the local cloud's server leaves of itself.
    pub(crate) fn server(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path(".stackctl/local/server.json")).unwrap()).unwrap()
    }

    /// Replaces what differs from run to run: ids by the things they are of, digests of them, ports, processes, times.
    pub(crate) fn pinned(&self, text: &str) -> String {
        let mut text = text.replace(&self.folder.path().display().to_string(), "FOLDER");
        for (id, name) in self.ids() {
            text = text.replace(&id, &name);
        }
        let text = after(&text, "127.0.0.1:", "PORT", |c| c.is_ascii_digit());
        let text = after(&text, "(process ", "PID", |c| c.is_ascii_digit());
        let text = after(&text, "request id ", "REQUEST", |c| c.is_ascii_hexdigit() || c == '-');
        let lines = text.lines().map(|line| {
            let words = line.split(' ').map(|word| match word {
                word if is_time(word) => "TIME",
                word if is_cut_hash(word) => "HASH…",
                word => word,
            });
            words.collect::<Vec<_>>().join(" ")
        });
        lines.map(|line| line.trim_end().to_owned() + "\n").collect()
    }

    /// The ids in all states.
    fn ids(&self) -> Vec<(String, String)> {
        // The version before is kept beside each state, with what a `down` has removed since.
        let states = self.files().into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "json"));
        let states = states.filter_map(|(_, bytes)| serde_json::from_slice::<Value>(&bytes).ok());
        let mut ids = Vec::new();
        for state in states {
            for (key, recorded) in state["state"]["resources"].as_object().into_iter().flatten() {
                for (output, value) in recorded["outputs"].as_object().into_iter().flatten() {
                    if let Some(id) = value.as_str().filter(|_| output == "id" || output == "statement_id") {
                        ids.push((id.to_owned(), format!("<{key}#{output}>")));
                    }
                }
            }
        }
        ids
    }
}

impl Ran {
    fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if self.path(".stackctl/local/server.json").exists() {
            self.run("local stop");
        }
    }
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => collect(&entry.path(), found),
            _ => found.push((entry.path(), fs::read(entry.path()).unwrap())),
        }
    }
}

/// Replaces what follows each `marker` as long as it is of the given characters.
fn after(text: &str, marker: &str, replacement: &str, is_part: impl Fn(char) -> bool) -> String {
    let mut parts = text.split(marker);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push_str(marker);
        let rest = part.trim_start_matches(&is_part);
        result.push_str(if rest.len() == part.len() { "" } else { replacement });
        result.push_str(rest);
    }
    result
}

fn is_time(word: &str) -> bool {
    word.strip_suffix('s').is_some_and(|number| number.contains('.') && number.parse::<f64>().is_ok())
}

/// A digest over settings that hold ids.
fn is_cut_hash(word: &str) -> bool {
    word.strip_suffix('…').is_some_and(|hash| hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
