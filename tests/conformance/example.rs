//! The example that `init` writes, on its own local emulator.

use std::process::Command;

use crate::harness::process::Process;

const STACKCTL: &str = env!("CARGO_BIN_EXE_stackctl");

/// The example on a local emulator, which is stopped when this value is dropped.
pub(crate) struct Example(tempfile::TempDir);

impl Example {
    /// Deploys the example as `init` writes it.
    pub(crate) fn new() -> Self {
        let example = Self::written();
        example.stackctl("up --local");
        example
    }

    /// Writes the example without deploying it.
    pub(crate) fn written() -> Self {
        let example = Self(tempfile::tempdir().unwrap());
        example.stackctl("init");
        example
    }

    /// Replaces text in one of its files.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.0.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not contain `{from}`");
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// Runs a command that succeeds, and returns its stdout.
    pub(crate) fn stackctl(&self, line: &str) -> String {
        let mut command = Command::new(STACKCTL);
        command.args(line.split(' ')).current_dir(self.0.path()).env_remove("STACKCTL_PASSWORD");
        let ran = Process::run(&mut command);
        assert_eq!(ran.code, 0, "{line}: {}", ran.err);
        ran.out.trim().to_owned()
    }

    /// Creates a user, and returns the ID token.
    pub(crate) fn user(&self, name: &str, password: &str) -> String {
        let mut command = Command::new(STACKCTL);
        command.args(["user", "create", name, "--local", "--quiet"]).current_dir(self.0.path());
        let ran = Process::run(command.env("STACKCTL_PASSWORD", password));
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out.trim().to_owned()
    }

    /// The variables with which AWS's clients reach the emulator.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let exports = self.stackctl("local env");
        let pairs = exports.lines().map(|line| line.strip_prefix("export ").unwrap().split_once('=').unwrap());
        pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned())).collect()
    }

    /// An output.
    pub(crate) fn output(&self, name: &str) -> String {
        self.stackctl(&format!("outputs {name} --local"))
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        Process::run(Command::new(STACKCTL).args(["local", "stop"]).current_dir(self.0.path()));
    }
}
