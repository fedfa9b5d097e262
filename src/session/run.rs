//! A run of the program: its options, its report, its cancellation, and its cost.

use std::sync::{
    Mutex, OnceLock, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use tokio::time::Instant;

use crate::{
    aws::Connection,
    cli::Options,
    engine::Interrupt,
    report::{Bill, Report},
};

/// One run of the program.
pub(crate) struct Run {
    /// The options from the command line and the environment.
    pub(crate) options: Options,
    /// The output of the run.
    pub(crate) report: Report,
    pub(crate) cancel: Cancel,
    /// The cost of the run.
    pub(crate) meter: Meter,
}

impl Run {
    /// Starts a run.
    pub(crate) fn new(options: Options) -> Self {
        let report = Report::new(&options);
        Self { options, report, cancel: Cancel::default(), meter: Meter::new() }
    }
}

/// What the first interrupt does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum OnInterrupt {
    /// Stops at once: nothing was changed.
    #[default]
    Stop,
    /// Stops at once: something was changed, and the same command continues from there.
    Leave,
    /// Stops at once, with one request in flight.
    Abandon,
    /// Requests cancellation, and waits for what is in progress.
    Finish,
    /// Ends a command that runs until it is interrupted.
    End,
}

/// The cancellation of a run.
#[derive(Default)]
pub(crate) struct Cancel {
    /// Set by an interrupt that lets a plan finish what is in progress.
    pub(crate) interrupt: Interrupt,
    policy: Mutex<OnInterrupt>,
}

impl Cancel {
    /// Sets what the first interrupt does from now on.
    pub(crate) fn on_interrupt(&self, then: OnInterrupt) {
        *self.policy.lock().unwrap_or_else(PoisonError::into_inner) = then;
    }

    /// What the first interrupt does.
    pub(crate) fn policy(&self) -> OnInterrupt {
        *self.policy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts what a run costs.
pub(crate) struct Meter {
    connection: OnceLock<Connection>,
    saves: AtomicU64,
    began: Instant,
}

impl Meter {
    fn new() -> Self {
        Self { connection: OnceLock::new(), saves: AtomicU64::new(0), began: Instant::now() }
    }

    /// The connection, once there is one.
    pub(crate) fn connection(&self) -> Option<&Connection> {
        self.connection.get()
    }

    /// Counts the requests of the run's only connection.
    pub(crate) fn connected(&self, connection: Connection) -> &Connection {
        self.connection.get_or_init(|| connection)
    }

    /// Counts saves of the state.
    pub(crate) fn count_saves(&self, saves: u64) {
        self.saves.fetch_add(saves, Ordering::Relaxed);
    }

    /// The cost of the run.
    pub(crate) fn bill(&self) -> Bill {
        let calls = self.connection.get().map(Connection::calls).unwrap_or_default();
        Bill {
            calls: calls.by_operation,
            reads: calls.reads,
            writes: calls.writes,
            saves: self.saves.load(Ordering::Relaxed),
            took: self.began.elapsed(),
        }
    }
}
