//! What every command is given: the flags, the environment, the report, the wish to stop, and the bill.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, OnceLock, PoisonError},
    time::SystemTime,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use tokio::time::Instant;

use crate::{
    aws::Connection,
    cli::{self, Common, DEFAULT_CONFIG},
    engine::Interrupt,
    exit::Exit,
    failure::Failure,
    report::{self, Done, Look, Message, Report},
    state::Guard,
};

/// What the first interrupt does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnInterrupt {
    /// Stops at once: nothing was changed.
    Stop,
    /// Stops at once: something was changed, and the same command goes on from there.
    Leave,
    /// Stops at once, with one request under way.
    Abandon,
    /// Asks to stop, and waits for what is under way.
    Finish,
    /// Ends what was meant to go on until then.
    End,
}

/// One run of the program.
pub(crate) struct App {
    /// The flags.
    pub(crate) common: Common,
    /// The command's name.
    pub(crate) command: &'static str,
    /// For `${env:NAME}` in the configuration.
    pub(crate) environment: BTreeMap<String, String>,
    /// Where everything is told.
    pub(crate) report: Report,
    /// The wish to stop.
    pub(crate) interrupt: Interrupt,
    words: Mutex<String>,
    on_interrupt: Mutex<OnInterrupt>,
    connection: OnceLock<Connection>,
    saves: Mutex<u64>,
    guards: Mutex<Vec<Guard>>,
    began: Instant,
    today: Date,
}

/// The day by this machine's clock, which may be set to anything.
fn today() -> Date {
    let now = Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::MAX);
    now.to_zoned(TimeZone::UTC).date()
}

impl App {
    pub(crate) fn new(common: Common, command: &'static str) -> Self {
        let look = if common.json { Look::Json } else { Look::Human };
        report::begin_log(common.verbose, look);
        Self {
            report: Report::new(&common),
            common,
            command,
            environment: cli::environment(),
            interrupt: Interrupt::new(),
            words: Mutex::default(),
            on_interrupt: Mutex::new(OnInterrupt::Stop),
            connection: OnceLock::new(),
            saves: Mutex::new(0),
            guards: Mutex::default(),
            began: Instant::now(),
            today: today(),
        }
    }

    /// The day on which runtimes are judged by the days on which AWS ends them.
    pub(crate) fn today(&self) -> Date {
        self.today
    }

    /// The flags that a command in a hint needs to mean the same stack, each after a space.
    pub(crate) fn flags(&self) -> String {
        self.flags_of(self.common.stage.as_deref())
    }

    /// The same for this stage of the config.
    pub(crate) fn flags_of(&self, stage: Option<&str>) -> String {
        let Common { config, region, profile, local, .. } = &self.common;
        let config = (config != Path::new(DEFAULT_CONFIG)).then(|| config.display().to_string());
        // What every AWS tool of this shell takes need not be said.
        let profile = profile.clone().filter(|name| !local && self.environment.get("AWS_PROFILE") != Some(name));
        let (config, region, profile) = (config.as_deref(), region.as_deref(), profile.as_deref());
        let values = [("stage", stage), ("config", config), ("region", region), ("profile", profile)];
        let values = values.into_iter().filter_map(|(flag, value)| Some((flag, report::for_a_shell(value?))));
        let local = if *local { " --local" } else { "" };
        values.fold(local.to_owned(), |flags, (flag, value)| format!("{flags} --{flag} {value}"))
    }

    /// The words besides the flags that the command needs to be asked for the same again, each after a space.
    pub(crate) fn set_words(&self, words: String) {
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = words;
    }

    /// The command line that asks for the same again.
    pub(crate) fn again(&self) -> String {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        format!("stackctl {}{words}{}", self.command, self.flags())
    }

    /// Tells why the command fails, or failed this time.
    pub(crate) fn fail(&self, failure: Failure) {
        self.report.insist(&Message::Error(&failure.with_flags(&self.flags())));
    }

    /// Says what the first interrupt does from here on.
    pub(crate) fn set_on_interrupt(&self, then: OnInterrupt) {
        *self.on_interrupt.lock().unwrap_or_else(PoisonError::into_inner) = then;
    }

    /// What the first interrupt does.
    pub(crate) fn on_interrupt(&self) -> OnInterrupt {
        *self.on_interrupt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection, once there is one.
    pub(crate) fn connection(&self) -> Option<&Connection> {
        self.connection.get()
    }

    /// Puts the calls of the run's one connection on the bill.
    pub(crate) fn bill(&self, connection: Connection) -> &Connection {
        self.connection.get_or_init(|| connection)
    }

    /// Puts saves of the state on the bill.
    pub(crate) fn bill_saves(&self, saves: u64) {
        *self.saves.lock().unwrap_or_else(PoisonError::into_inner) += saves;
    }

    /// Holds a lock until the run ends.
    pub(crate) fn hold(&self, guard: Guard) {
        self.guards.lock().unwrap_or_else(PoisonError::into_inner).push(guard);
    }

    /// Gives back every lock.
    pub(crate) fn let_go(&self) -> Vec<Guard> {
        std::mem::take(&mut *self.guards.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells how it ended and what it cost: the last event.
    pub(crate) fn finish(&self, exit: Exit) {
        if self.report.look() == Look::Human {
            return;
        }
        let calls = self.connection.get().map(Connection::calls).unwrap_or_default();
        self.report.data(&Message::Done(&Done {
            command: self.command,
            exit,
            calls: calls.by_operation,
            reads: calls.reads,
            writes: calls.writes,
            saves: *self.saves.lock().unwrap_or_else(PoisonError::into_inner),
            took: self.began.elapsed(),
        }));
    }
}
