//! The only module that prints. It takes messages and events as values and decides how each looks: as text for a
//! person, or as one JSON object per line for a machine. It writes to the streams it was given.

mod answer;
mod authenticator;
mod change;
mod columns;
mod cycle;
mod found;
mod history;
mod human;
mod invoked;
mod json;
mod live;
mod locked;
mod log;
mod log_line;
mod message;
mod outputs;
mod paint;
mod plain;
mod plan;
mod rolled_back;
mod signed_in;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod token;
mod unavailable;
mod under_way;
mod usage;
mod users;
mod value;
mod variables;

use std::{
    io::{self, IsTerminal as _, Write},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{
    cli::{Color, Common},
    engine::{Event, Events, Plan, Refused, Rules},
    failure::Failure,
};

pub(crate) use answer::Answer;
pub(crate) use authenticator::authenticator;
pub(crate) use change::rows;
pub(crate) use cycle::{Cycle, CycleEnd, Deployed, Watching};
pub(crate) use found::FoundTable;
pub(crate) use history::{HistoryTable, ReleaseRow};
pub(crate) use human::{counted, past};
pub(crate) use invoked::Invoked;
pub(crate) use log::begin as begin_log;
pub(crate) use log_line::{API, LogLine};
pub(crate) use message::{Done, LocalCloud, Message, PoolTarget, Recovered, Target, ValidStage};
pub(crate) use outputs::{next, values};
pub(crate) use plan::PlanTable;
pub(crate) use rolled_back::{RolledBack, RolledForward};
pub(crate) use signed_in::SignedIn;
pub(crate) use state::StateCard;
pub(crate) use status::{Condition, StatusRow, StatusTable};
pub(crate) use token::{TokenCard, lasting};
pub(crate) use unavailable::{Unavailable, reasons};
pub(crate) use under_way::UnderWay;
pub(crate) use users::{UserCard, UserTable};

pub(crate) use usage::usage;
pub(crate) use variables::{Form, for_a_shell, variables};

use live::Live;

/// A plan, or why there is none, as a person reads it, without colours.
#[must_use]
pub fn plan_text(plan: Result<Plan, Refused>, rules: &dyn Rules) -> String {
    let text = match plan {
        Ok(plan) => human::render(&Message::Plan(&PlanTable::new(&plan, rules)), false),
        Err(error) => human::render(&Message::Error(&error.into()), false),
    };
    anstream::adapter::strip_str(&text).to_string()
}

/// A stream that a report writes to.
pub(crate) type Stream = Box<dyn Write + Send>;

/// Tells the person, or the machine, what happens.
pub(crate) struct Report {
    look: Look,
    /// Whether only results and errors are told.
    quiet: bool,
    /// Whether plans show the settings of what is created.
    settings: bool,
    streams: Mutex<Streams>,
    /// Whether a terminal shows what goes to stdout.
    terminal: bool,
    live: Live,
    /// How wide the keys of the plan are that is carried out.
    width: AtomicUsize,
}

/// For whom a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Text.
    Human,
    /// One JSON object per line, all on stdout.
    Json,
}

struct Streams {
    out: Stream,
    err: Stream,
    /// Stdout once more, for what must arrive byte by byte where it is no terminal: `out` takes colours away.
    bare: Stream,
    /// Why a result could not be written, when that was so.
    undelivered: Option<io::Error>,
}

impl Report {
    /// Reports to this process's streams, as the flags say.
    pub(crate) fn new(common: &Common) -> Self {
        let choice = match common.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        let look = if common.json { Look::Json } else { Look::Human };
        let terminal = io::stdout().is_terminal();
        let streams = Streams {
            out: guarded(anstream::AutoStream::new(io::stdout(), choice), terminal),
            err: guarded(anstream::AutoStream::new(io::stderr(), choice), io::stderr().is_terminal()),
            bare: Box::new(io::stdout()),
            undelivered: None,
        };
        // The log lines of -v would tear spinners apart.
        let live = look == Look::Human && !common.quiet && common.verbose == 0 && io::stderr().is_terminal();
        Self {
            look,
            quiet: common.quiet,
            settings: common.verbose > 0,
            streams: Mutex::new(streams),
            terminal,
            live: if live { Live::on_terminal(choice != anstream::ColorChoice::Never) } else { Live::off() },
            width: AtomicUsize::new(0),
        }
    }

    /// Gives a result: what the person asked for.
    pub(crate) fn data(&self, message: &Message<'_>) {
        self.to_stdout(|streams| &mut streams.out, self.render(message).as_bytes());
    }

    /// Tells what is going on; silent with `--quiet`.
    pub(crate) fn tell(&self, message: &Message<'_>) {
        match self.look {
            Look::Human if self.quiet => {}
            Look::Human => self.insist(message),
            Look::Json => self.data(message),
        }
    }

    /// Tells what must be told: errors, and what the person is asked about.
    pub(crate) fn insist(&self, message: &Message<'_>) {
        match message {
            Message::Plan(plan) => {
                self.width.store(plan.width(), Ordering::Relaxed);
                self.live.end_all();
            }
            Message::Found(_) | Message::Error(_) => self.live.end_all(),
            _ => {}
        }
        match self.look {
            Look::Human => self.to_stderr(&self.render(message)),
            Look::Json => self.data(message),
        }
    }

    /// Gives bytes as they are, whatever the look; a terminal is shown what it would obey.
    pub(crate) fn raw(&self, bytes: &[u8]) {
        if self.terminal {
            let text = String::from_utf8_lossy(bytes);
            self.to_stdout(|streams| &mut streams.bare, plain::for_a_terminal(&text, false).as_bytes());
        } else {
            self.to_stdout(|streams| &mut streams.bare, bytes);
        }
    }

    /// Gives the bytes of an answer; on a terminal the prompt begins on a line of its own.
    pub(crate) fn body(&self, bytes: &[u8]) {
        self.raw(bytes);
        if self.terminal && !bytes.is_empty() && !bytes.ends_with(b"\n") {
            self.raw(b"\n");
        }
    }

    /// Why results could not be written, as on a full disk; nothing when all of them were, or nobody was there to read.
    pub(crate) fn undelivered(&self) -> Option<io::Error> {
        self.streams().undelivered.take()
    }

    /// Tells an error on stderr, whatever the look: the other stream is of no use.
    pub(crate) fn complain(&self, failure: &Failure) {
        self.to_stderr(&self.render(&Message::Error(failure)));
    }

    /// Speaks with the person at the terminal, whatever the look: a question, or why it comes again.
    pub(crate) fn converse(&self, text: &str) {
        self.to_stderr(text);
    }

    /// For whom this is.
    pub(crate) fn look(&self) -> Look {
        self.look
    }

    fn render(&self, message: &Message<'_>) -> String {
        match self.look {
            Look::Human => human::render(message, self.settings),
            Look::Json => json::line(message),
        }
    }

    /// Writes to stdout through one of the two streams to it.
    fn to_stdout(&self, stream: impl FnOnce(&mut Streams) -> &mut Stream, bytes: &[u8]) {
        self.live.aside(|| {
            let mut streams = self.streams();
            let stream = stream(&mut streams);
            let written = stream.write_all(bytes).and_then(|()| stream.flush());
            // A reader that went away, as `head`, is no failure of ours.
            if let Some(error) = written.err().filter(|error| error.kind() != io::ErrorKind::BrokenPipe) {
                streams.undelivered.get_or_insert(error);
            }
        });
    }

    /// Writes to stderr. Nobody need be there to read it.
    fn to_stderr(&self, text: &str) {
        self.live.aside(|| {
            let mut streams = self.streams();
            let _ = streams.err.write_all(text.as_bytes()).and_then(|()| streams.err.flush());
        });
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream that a terminal obeys in nothing but colours, where it is one.
fn guarded(stream: impl Write + Send + 'static, terminal: bool) -> Stream {
    if terminal { Box::new(plain::Safe(stream)) } else { Box::new(stream) }
}

impl Events for Report {
    fn emit(&self, event: Event) {
        match self.look {
            Look::Json => self.raw(json::line(&event).as_bytes()),
            Look::Human if self.quiet => {}
            Look::Human => {
                self.live.follow(&event);
                if let Some(line) = human::event(&event, self.live.is_on(), self.width.load(Ordering::Relaxed)) {
                    self.to_stderr(&line);
                }
            }
        }
    }
}
