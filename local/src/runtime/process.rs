//! One child process with its own process group, which is killed when this value is dropped.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use super::{Place, interpreter::Interpreter, output::Output};

/// A running process and its group.
#[derive(Debug)]
pub(super) struct Process {
    child: tokio::process::Child,
    group: u32,
}

impl Process {
    /// Starts the process of a function with exactly these variables. Stdout and stderr share one pipe.
    pub(super) async fn start(
        interpreter: &Interpreter,
        place: &Place,
        variables: impl IntoIterator<Item = (String, OsString)>,
    ) -> io::Result<(Self, Output)> {
        let (program, arguments) = command_line(interpreter, place);
        let (reader, writer) = io::pipe()?;
        let mut command = tokio::process::Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(variables)
            .current_dir(&place.task_root)
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .process_group(0)
            .kill_on_drop(true);
        let child = spawn(&mut command).await?;
        let group = child.id().ok_or_else(|| io::Error::other("the process ended at once"))?;
        Ok((Self { child, group }, Output::new(reader)?))
    }

    /// Waits for its exit. Cancel-safe.
    pub(super) async fn ended(&mut self) -> Option<ExitStatus> {
        self.child.wait().await.ok()
    }

    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The peak memory in megabytes, if the system reports it.
    pub(super) fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.group)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes.div_ceil(1024))
    }
}

impl Drop for Process {
    /// Kills the whole group, because a function may have started other processes.
    fn drop(&mut self) {
        let script = "kill -s KILL -- -$0";
        let killed = Command::new("/bin/sh")
            .args(["-c", script, &self.group.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if let Err(error) = killed {
            tracing::warn!(%error, group = self.group, "cannot end the descendants of a function's process");
        }
    }
}

fn command_line(interpreter: &Interpreter, place: &Place) -> (PathBuf, Vec<OsString>) {
    match interpreter {
        // The task root is read-only on Lambda, so Python must not write compiled files to it.
        Interpreter::Python { program, .. } => {
            (program.clone(), vec!["-B".into(), place.bootstraps.join("bootstrap.py").into()])
        }
        Interpreter::Node { program, .. } => (program.clone(), vec![place.bootstraps.join("bootstrap.mjs").into()]),
        Interpreter::Bootstrap => (bootstrap(&place.task_root), Vec::new()),
    }
}

/// The program of a `provided` function.
pub(super) fn bootstrap(task_root: &Path) -> PathBuf {
    task_root.join("bootstrap")
}

/// A new program is "busy" while another process that was forked meanwhile has it open for writing.
async fn spawn(command: &mut tokio::process::Command) -> io::Result<tokio::process::Child> {
    for _ in 0..20 {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(10)))
                    .await
                    .map_err(io::Error::other)?;
            }
            settled => return settled,
        }
    }
    command.spawn()
}
