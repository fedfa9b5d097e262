//! Who holds a lock, and whether that process is still there.

use std::{fmt, fs};

use jiff::{Timestamp, Unit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Holder {
    pub pid: u32,
    pub host: String,
    pub user: String,
    /// What they run: `up`.
    pub command: String,
    /// Since when, in RFC 3339.
    pub since: String,
    /// Which of the processes that have had this number; none where the system does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<Process>,
}

/// What tells a process from every other one that has, or had, its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Process {
    /// The run of the machine, from its start to its stop.
    pub boot: String,
    /// The set of processes that is numbered apart: a container has its own.
    pub namespace: String,
    /// When the process began, in ticks since the machine did.
    pub started: u64,
}

impl Holder {
    /// This process, from now on.
    #[must_use]
    pub fn this(user: String, host: String, command: &str) -> Self {
        let pid = std::process::id();
        let now = Timestamp::now();
        let since = now.round(Unit::Second).unwrap_or(now).to_string();
        Self { pid, host, user, command: command.to_owned(), since, process: Process::of(pid) }
    }

    /// Whether the process has provably ended: it was one of this machine, and is there no more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.process.as_ref().is_some_and(|process| {
            process.is_of_here() && sees_all_processes() && started(self.pid) != Some(process.started)
        })
    }

    /// Whether the process is provably there: it is one of this machine.
    #[must_use]
    pub fn is_here(&self) -> bool {
        let here = |process: &Process| process.is_of_here() && started(self.pid) == Some(process.started);
        self.process.as_ref().is_some_and(here)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, host, user, command, since, .. } = self;
        write!(f, "`stackctl {command}` of {user} on {host} (process {pid}) since {since}")
    }
}

impl Process {
    /// What tells the process with this number apart now; only Linux says.
    fn of(pid: u32) -> Option<Self> {
        Some(Self { boot: boot()?, namespace: namespace()?, started: started(pid)? })
    }

    /// Whether its number means the same here as there.
    fn is_of_here(&self) -> bool {
        boot().as_ref() == Some(&self.boot) && namespace().as_ref() == Some(&self.namespace)
    }
}

fn boot() -> Option<String> {
    Some(fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned())
}

fn namespace() -> Option<String> {
    Some(fs::read_link("/proc/self/ns/pid").ok()?.to_string_lossy().into_owned())
}

/// When a process began; none of one that is not there, or is dead and only not buried.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in brackets, which may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let dead = matches!(*fields.first()?, "Z" | "X");
    if dead { None } else { fields.get(19)?.parse().ok() }
}

/// Whether `/proc` shows the processes of other users too.
fn sees_all_processes() -> bool {
    let Ok(mounts) = fs::read_to_string("/proc/self/mounts") else { return false };
    let proc = mounts.lines().rfind(|line| line.split(' ').nth(1) == Some("/proc"));
    let hides = |options: &str| options.contains("hidepid=") && !["hidepid=0", "hidepid=off"].contains(&options);
    proc.and_then(|line| line.split(' ').nth(3)).is_some_and(|options| !options.split(',').any(hides))
}
