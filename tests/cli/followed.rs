//! A run that is watched while it is under way.

use std::{
    io::{BufRead as _, BufReader, Lines},
    process::{Child, ChildStderr, Command, Stdio},
};

/// A run of which every line of stderr is followed.
pub(crate) struct Followed {
    pub(crate) child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Followed {
    pub(crate) fn new(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads on until a line has this in it.
    pub(crate) fn until(&mut self, part: &str) {
        assert!(self.lines.by_ref().map(Result::unwrap).any(|line| line.contains(part)), "{part}");
    }

    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// The exit code, nothing for a killed one, and the rest of stderr.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let rest = self.lines.map(|line| line.unwrap() + "\n").collect();
        (self.child.wait().unwrap().code(), rest)
    }
}
