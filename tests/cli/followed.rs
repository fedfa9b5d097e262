//! A run that is watched while it is under way.

use std::{
    io::{BufRead as _, BufReader, Lines},
    process::{Child, ChildStderr, Command, Stdio},
    sync::Arc,
};

use crate::harness::{Place, Secrets};

/// A run of which every line of stderr is followed. No line may hold a secret.
pub(crate) struct Followed {
    pub(crate) child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    secrets: Arc<Secrets>,
}

impl Followed {
    pub(super) fn new(mut command: Command, secrets: Arc<Secrets>) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines, secrets }
    }

    fn next(&mut self) -> Option<String> {
        let line = self.lines.next()?.unwrap();
        self.secrets.check("stderr", Place::Open, line.as_bytes());
        Some(line)
    }

    /// Reads on until a line has this in it.
    pub(crate) fn until(&mut self, part: &str) {
        while let Some(line) = self.next() {
            if line.contains(part) {
                return;
            }
        }
        panic!("it ended before `{part}`");
    }

    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// The exit code, nothing for a killed one, and the rest of stderr.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let rest = std::iter::from_fn(|| self.next()).map(|line| line + "\n").collect();
        (self.child.wait().unwrap().code(), rest)
    }
}
