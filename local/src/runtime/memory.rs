//! The memory of processes, as `/proc` shows it, and the thread that ends environments that use too much of it.

use std::{
    fs,
    sync::{
        Arc, Condvar, Mutex, OnceLock, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{lock, process};

const KILOBYTES: u64 = 1024;
/// What must be left on the machine, in kilobytes.
const LEAST_AVAILABLE: u64 = 256 * KILOBYTES;
/// The shortest time between two looks at the processes.
const ROUND: Duration = Duration::from_millis(25);

/// The memory of one environment.
#[derive(Debug)]
pub(super) struct Memory {
    /// The process that all others of the environment descend from.
    root: u32,
    /// How many of the first processes belong to the sandbox, not to the function.
    own: usize,
    /// The first process of the function.
    main: OnceLock<u32>,
    /// In kilobytes.
    limit: u64,
    /// In kilobytes.
    peak: AtomicU64,
    exceeded: AtomicBool,
    busy: AtomicBool,
}

impl Memory {
    /// Watches an environment of `limit` megabytes until the value is dropped.
    pub(super) fn watch(root: u32, own: usize, limit: u32) -> Arc<Self> {
        let memory = Arc::new(Self {
            root,
            own,
            main: OnceLock::new(),
            limit: u64::from(limit) * KILOBYTES,
            peak: AtomicU64::new(0),
            exceeded: AtomicBool::new(false),
            busy: AtomicBool::new(true),
        });
        Watch::register(&memory);
        memory
    }

    /// Notes the function's first process, once the sandbox has started it.
    pub(super) fn ready(&self) {
        if let Some(first) = descendants(self.root).get(self.own) {
            self.main.get_or_init(|| *first);
        }
    }

    /// Whether the function's first process runs. The sandbox outlives it for a moment.
    pub(super) fn has_function(&self) -> bool {
        let Some(main) = self.main.get().filter(|_| self.own > 0) else { return true };
        let status = fs::read_to_string(format!("/proc/{main}/stat")).unwrap_or_default();
        status.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
    }

    /// Only the environments of requests in progress are watched.
    pub(super) fn set_busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::SeqCst);
        if busy {
            WATCH.awake.notify_one();
        }
    }

    /// The peak in megabytes, at most the limit. `None` if this system does not show it.
    pub(super) fn peak(&self) -> Option<u64> {
        let peak = self.peak.load(Ordering::SeqCst);
        (peak > 0).then(|| peak.min(self.limit).div_ceil(KILOBYTES))
    }

    /// Whether the environment has ever used more than its limit. It has been killed then.
    pub(super) fn is_exceeded(&self) -> bool {
        match self.main.get().map(|main| of_process(*main)) {
            // The peak of the first process is exact, also if it was short.
            Some(Some(process)) => self.note(process.peak),
            Some(None) => {}
            None => self.look(),
        }
        self.exceeded.load(Ordering::SeqCst)
    }

    /// Notes the memory of all processes now.
    fn look(&self) {
        let processes = descendants(self.root);
        let own = processes.get(self.own..).unwrap_or_default();
        let measured: Vec<Process> = own.iter().filter_map(|id| of_process(*id)).collect();
        let now: u64 = measured.iter().map(|process| process.resident).sum();
        let highest = measured.iter().map(|process| process.peak).max().unwrap_or_default();
        let used = if now > self.limit && measured.len() > 1 { shared_once(own).unwrap_or(now) } else { now };
        self.note(used.max(highest));
    }

    /// Ends the environment if this is too much.
    fn note(&self, used: u64) {
        self.peak.fetch_max(used, Ordering::SeqCst);
        if used > self.limit && !self.exceeded.swap(true, Ordering::SeqCst) {
            process::kill_group(self.root);
        }
    }
}

/// The memory of one process in kilobytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Process {
    resident: u64,
    peak: u64,
}

/// `None` if the process has ended or this system does not show it.
pub(super) fn of_process(id: u32) -> Option<Process> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
    };
    Some(Process { resident: field("VmRSS:")?, peak: field("VmHWM:")? })
}

/// Whether this machine has the memory for another process.
pub(super) fn has_room() -> bool {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let available = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")?.trim().strip_suffix(" kB"));
    available.and_then(|available| available.parse::<u64>().ok()).is_none_or(|available| available > LEAST_AVAILABLE)
}

/// The memory of processes that share some of it, which counts once.
fn shared_once(processes: &[u32]) -> Option<u64> {
    let mut sum = 0;
    for id in processes {
        let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        sum += line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    }
    Some(sum)
}

/// A process and all that descend from it, parents first.
pub(super) fn descendants(root: u32) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(id) = found.get(next).copied() {
        next += 1;
        // A process has a list of children for each of its threads.
        for task in fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            found.extend(children.split(' ').filter_map(|child| child.parse::<u32>().ok()));
        }
    }
    found
}

static WATCH: Watch = Watch { watched: Mutex::new(Vec::new()), awake: Condvar::new(), running: AtomicBool::new(false) };

/// The thread that looks at the environments of requests in progress.
#[derive(Debug)]
struct Watch {
    watched: Mutex<Vec<Weak<Memory>>>,
    awake: Condvar,
    running: AtomicBool,
}

impl Watch {
    fn register(memory: &Arc<Memory>) {
        lock(&WATCH.watched).push(Arc::downgrade(memory));
        if !WATCH.running.swap(true, Ordering::SeqCst) {
            thread::spawn(|| WATCH.run());
        }
        WATCH.awake.notify_one();
    }

    fn run(&self) {
        loop {
            let began = Instant::now();
            let mut watched = lock(&self.watched);
            watched.retain(|memory| memory.strong_count() > 0);
            let all: Vec<Arc<Memory>> = watched.iter().filter_map(Weak::upgrade).collect();
            let busy: Vec<_> = all.iter().filter(|memory| memory.busy.load(Ordering::SeqCst)).collect();
            if busy.is_empty() {
                // A request that begins between the look and the wait is noticed at the next wake-up or time-out.
                drop(self.awake.wait_timeout(watched, Duration::from_secs(1)));
                continue;
            }
            drop(watched);
            for memory in &busy {
                memory.look();
            }
            // Looking takes at most a twentieth of a processor.
            thread::sleep(ROUND.max(began.elapsed() * 20));
        }
    }
}
