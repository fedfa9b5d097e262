//! One execution environment's processes, which are killed when this value is dropped.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::{
    Place,
    interpreter::Interpreter,
    memory::{self, Memory},
    output::Output,
    sandbox::Sandbox,
};

/// `unshare` and the shell that is the first process inside.
const OF_SANDBOX: usize = 2;

/// What to start.
#[derive(Debug)]
pub(super) struct Launch<'a> {
    pub(super) interpreter: &'a Interpreter,
    pub(super) place: &'a Place,
    /// `None` where this machine has no means for it.
    pub(super) sandbox: Option<Sandbox>,
    /// In megabytes.
    pub(super) memory: u32,
    /// The program of `AWS_LAMBDA_EXEC_WRAPPER`, which starts the runtime.
    pub(super) wrapper: Option<&'a str>,
    /// Options of the interpreter.
    pub(super) options: Vec<OsString>,
    /// A variable whose value no other environment has.
    pub(super) mark: String,
}

/// The running processes of an environment.
#[derive(Debug)]
pub(super) struct Process {
    child: tokio::process::Child,
    group: u32,
    memory: Arc<Memory>,
    sandbox: Option<Sandbox>,
    mark: String,
}

impl Process {
    /// Starts a function with exactly these variables. Stdout and stderr share one pipe.
    pub(super) async fn start(
        launch: Launch<'_>,
        variables: impl IntoIterator<Item = (String, OsString)>,
    ) -> io::Result<(Self, Output)> {
        let (mut program, mut arguments) = command_line(&launch)?;
        if let Some(sandbox) = &launch.sandbox {
            (program, arguments) = sandbox.command(program, arguments);
        }
        let (reader, writer) = io::pipe()?;
        let mut command = tokio::process::Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(variables)
            .current_dir(&launch.place.task_root)
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .process_group(0)
            .kill_on_drop(true);
        let child = spawn(&mut command).await?;
        let group = child.id().ok_or_else(|| io::Error::other("the process ended at once"))?;
        let own = if launch.sandbox.is_some() { OF_SANDBOX } else { 0 };
        let memory = Memory::watch(group, own, launch.memory);
        let process = Self { child, group, memory, sandbox: launch.sandbox, mark: launch.mark };
        Ok((process, Output::new(reader)?))
    }

    /// Waits for its exit. Cancel-safe.
    pub(super) async fn ended(&mut self) -> Option<ExitStatus> {
        self.child.wait().await.ok()
    }

    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None)) && self.memory.has_function()
    }

    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Kills everything in the environment. Its output can still be read.
    pub(super) fn kill(&self) {
        if self.sandbox.is_some() {
            // The first process inside ends with `unshare`, and all others with it.
            return kill_group(self.group);
        }
        // A process may have left the group, and its parent may have ended.
        for id in memory::descendants(self.group).into_iter().chain(marked(&self.mark)) {
            let _ = i32::try_from(id).ok().and_then(Pid::from_raw).map(|id| kill_process(id, Signal::KILL));
        }
        kill_group(self.group);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Kills the processes of a group. They may have ended.
pub(super) fn kill_group(group: u32) {
    let _ = i32::try_from(group).ok().and_then(Pid::from_raw).map(|group| kill_process_group(group, Signal::KILL));
}

/// The processes that have inherited a variable with this value.
fn marked(mark: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        let variables = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        variables.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    })
    .collect()
}

fn command_line(launch: &Launch<'_>) -> io::Result<(PathBuf, Vec<OsString>)> {
    let sandboxed = launch.sandbox.is_some();
    let (task_root, runtime) = launch.place.seen(sandboxed);
    let (program, mut arguments) = match launch.interpreter {
        // The task root is read-only on Lambda, so Python must not write compiled files to it.
        Interpreter::Python(program) => (&program.path, vec!["-B".into(), runtime.join("bootstrap.py").into()]),
        Interpreter::Node(program) => (&program.path, vec![runtime.join("bootstrap.mjs").into()]),
        Interpreter::Bootstrap => {
            // Inside the sandbox, a program that cannot be started would be an exit of the shell.
            can_be_started(&bootstrap(&launch.place.task_root))?;
            (&bootstrap(&task_root), Vec::new())
        }
    };
    arguments.splice(0..0, launch.options.iter().cloned());
    Ok(match launch.wrapper {
        Some(wrapper) => {
            arguments.insert(0, program.into());
            // The shell reports a wrapper that does not exist as Lambda does: exit status 127.
            let start = [OsString::from("-c"), r#""$@"; exit $?"#.into(), "wrapper".into(), wrapper.into()];
            ("/bin/sh".into(), start.into_iter().chain(arguments).collect())
        }
        None => (program.clone(), arguments),
    })
}

/// The program of a `provided` function.
pub(super) fn bootstrap(task_root: &Path) -> PathBuf {
    task_root.join("bootstrap")
}

fn can_be_started(program: &Path) -> io::Result<()> {
    rustix::fs::access(program, rustix::fs::Access::EXEC_OK)?;
    let mut start = [0; 20];
    let read = io::Read::read(&mut fs::File::open(program)?, &mut start)?;
    let machine = if cfg!(target_arch = "aarch64") { 183 } else { 62 };
    let is_foreign = start.starts_with(b"\x7fELF") && (read < start.len() || start[18] != machine);
    if is_foreign { Err(io::Error::other("exec format error")) } else { Ok(()) }
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
