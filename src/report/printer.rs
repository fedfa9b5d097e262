//! Prints cards and events to the streams of this process.

use std::{
    io::{self, IsTerminal as _, Write},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    card::{Card, Note},
    event,
    flags::StackFlags,
    json,
    live::{Live, Progress},
    log,
    next::{Next, NextStep},
    opening::Opening,
    plain,
    plan::PlanTable,
    table,
};
use crate::{
    cli::{Color, Options},
    engine::{Event, Events},
    failure::{Failure, Fault},
    hint::{Hint, SuggestedCommand},
};

/// A stream that a report is written to.
type Stream = Box<dyn Write + Send>;

/// Prints what happens, as text or JSON.
pub(crate) struct Report {
    pub(super) look: Look,
    /// Whether only results and errors are printed.
    quiet: bool,
    /// Whether plans show the settings of new resources.
    pub(super) settings: bool,
    streams: Mutex<Streams>,
    /// Whether stdout is a terminal.
    terminal: bool,
    /// The width of the terminal on stdout.
    columns: Option<usize>,
    pub(super) live: Live,
    /// The width of the keys in the current plan.
    width: AtomicUsize,
    flags: StackFlags,
}

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Human,
    /// One JSON object per line, all on stdout.
    Json,
}

struct Streams {
    out: Stream,
    err: Stream,
    /// Stdout without processing, for data that must be unchanged. `out` removes colors where they are off.
    bare: Stream,
    /// The error of a result that could not be written.
    undelivered: Option<io::Error>,
    /// The order of the first events.
    opening: Opening,
}

impl Report {
    /// Creates a report on the streams of this process, as the flags require.
    pub(crate) fn new(options: &Options) -> Self {
        let choice = match options.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        let look = if options.json { Look::Json } else { Look::Human };
        log::begin(options.verbose, look);
        let terminal = io::stdout().is_terminal();
        let streams = Streams {
            out: guarded(anstream::AutoStream::new(io::stdout(), choice), terminal),
            err: guarded(anstream::AutoStream::new(io::stderr(), choice), io::stderr().is_terminal()),
            bare: Box::new(io::stdout()),
            undelivered: None,
            opening: Opening::new(options),
        };
        // The log lines of `-v` would break up spinners.
        let shown = look == Look::Human && !options.quiet && options.verbose == 0;
        let live = shown && !options.ci && io::stderr().is_terminal();
        Self {
            look,
            quiet: options.quiet,
            settings: options.verbose > 0,
            streams: Mutex::new(streams),
            terminal,
            columns: if terminal { columns() } else { None },
            live: if live { Live::on_terminal(choice != anstream::ColorChoice::Never) } else { Live::off() },
            width: AtomicUsize::new(0),
            flags: StackFlags::new(options),
        }
    }

    /// Prints a result of the command.
    pub(crate) fn data<C: Card>(&self, card: &C) {
        let text = self.render(card);
        match self.look {
            Look::Human => self.to_stdout(|streams| &mut streams.out, text.as_bytes()),
            Look::Json => self.event(C::EVENT, text),
        }
    }

    /// Prints an event of `--json`, after the target.
    fn event(&self, name: &str, line: String) {
        let lines = self.streams().opening.events(name, line);
        self.to_stdout(|streams| &mut streams.out, lines.as_bytes());
    }

    /// Notes the stack, the stage and the Region, for the `target` event of a run that does not connect.
    pub(crate) fn identified(&self, names: [&str; 3]) {
        self.streams().opening.identified(names);
    }

    /// Prints progress. Silent with `--quiet`.
    pub(crate) fn tell(&self, card: &impl Card) {
        self.show(card, false);
    }

    /// Prints what must always be visible: errors, and what has to be confirmed.
    pub(crate) fn insist(&self, card: &impl Card) {
        self.show(card, true);
    }

    /// Prints progress; also with `--quiet` when it is `needed`.
    pub(crate) fn show<C: Card>(&self, card: &C, needed: bool) {
        if C::ENDS_PROGRESS {
            self.live.end_all();
        }
        match self.look {
            Look::Human if self.quiet && !needed => {}
            Look::Human => self.to_stderr(&self.render(card)),
            Look::Json => self.data(card),
        }
    }

    /// Shows on a terminal what is in progress and for how long, until the value is dropped.
    pub(crate) fn progress(&self, what: impl Into<String>) -> Progress<'_> {
        self.live.begin(what.into())
    }

    /// Prints a note.
    pub(crate) fn note(&self, message: impl Into<Hint>) {
        self.tell(&Note { message: self.flags.hint(&message.into()) });
    }

    /// Prints a note, also with `--quiet`.
    pub(crate) fn insist_note(&self, message: impl Into<Hint>) {
        self.insist(&Note { message: self.flags.hint(&message.into()) });
    }

    /// Prints a warning.
    pub(crate) fn warn(&self, fault: &Fault) {
        self.tell(&self.resolved(fault));
    }

    /// Prints a failure of the command.
    pub(crate) fn fail(&self, failure: &Failure) {
        self.insist(&failure.resolved(|hint| self.flags.hint(hint)));
    }

    /// Shows what to do next.
    pub(crate) fn next(&self, steps: Vec<NextStep>) {
        let line = |step| match step {
            NextStep::Stackctl(command, remark) => self.command(&command) + remark,
            NextStep::Shell(line) => line,
        };
        self.tell(&Next { commands: steps.into_iter().map(line).collect() });
    }

    /// Writes a command line with the flags that choose the stack.
    pub(crate) fn command(&self, command: &SuggestedCommand) -> String {
        self.flags.command(command)
    }

    /// Writes out every command in the hints.
    pub(crate) fn resolved(&self, fault: &Fault) -> Fault {
        fault.resolved(|hint| self.flags.hint(hint))
    }

    /// Prints a plan, also with `--quiet` when it is `needed`, and aligns the progress lines of its steps.
    pub(crate) fn plan(&self, plan: PlanTable, needed: bool) {
        self.width.store(plan.width(), Ordering::Relaxed);
        self.show(&plan.with_settings(self.settings), needed);
    }

    /// Prints a plan as the result.
    pub(crate) fn plan_data(&self, plan: PlanTable) {
        self.data(&plan.with_settings(self.settings));
    }

    /// Writes bytes unchanged, in text and JSON mode. On a terminal, control characters are escaped.
    pub(crate) fn raw(&self, bytes: &[u8]) {
        if self.terminal {
            let text = String::from_utf8_lossy(bytes);
            self.to_stdout(|streams| &mut streams.bare, plain::for_a_terminal(&text, false).as_bytes());
        } else {
            self.to_stdout(|streams| &mut streams.bare, bytes);
        }
    }

    /// Writes the body of a response. On a terminal, the prompt of the shell begins on a new line.
    pub(crate) fn body(&self, bytes: &[u8]) {
        self.raw(bytes);
        if self.terminal && !bytes.is_empty() && !bytes.ends_with(b"\n") {
            self.raw(b"\n");
        }
    }

    /// The error of results that could not be written, such as on a full disk. `None` when all were written, or when
    /// the reader closed the pipe.
    pub(crate) fn undelivered(&self) -> Option<io::Error> {
        self.streams().undelivered.take()
    }

    /// Prints a failure on stderr, also with `--json`, because stdout cannot be written to.
    pub(crate) fn complain(&self, failure: &Failure) {
        self.to_stderr(&self.render(&failure.resolved(|hint| self.flags.hint(hint))));
    }

    /// Prints a prompt or its message on the terminal, also with `--json`.
    pub(crate) fn converse(&self, text: &str) {
        self.to_stderr(text);
    }

    /// The output format.
    pub(crate) fn look(&self) -> Look {
        self.look
    }

    fn render<C: Card>(&self, card: &C) -> String {
        match self.look {
            Look::Human => match self.columns.filter(|_| C::WIDE) {
                Some(columns) => table::cut(&card.text(), columns),
                None => card.text(),
            },
            Look::Json => json::card(card),
        }
    }

    /// Writes to stdout through one of its two streams.
    fn to_stdout(&self, stream: impl FnOnce(&mut Streams) -> &mut Stream, bytes: &[u8]) {
        self.live.aside(|| {
            let mut streams = self.streams();
            let stream = stream(&mut streams);
            let written = stream.write_all(bytes).and_then(|()| stream.flush());
            // A closed pipe, as with `head`, is not an error.
            if let Some(error) = written.err().filter(|error| error.kind() != io::ErrorKind::BrokenPipe) {
                streams.undelivered.get_or_insert(error);
            }
        });
    }

    /// Writes to stderr and ignores errors.
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

/// The width of the terminal on stdout.
fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// A stream that escapes control characters other than colors on a terminal.
pub(super) fn guarded(stream: impl Write + Send + 'static, terminal: bool) -> Stream {
    if terminal { Box::new(plain::Safe(stream)) } else { Box::new(stream) }
}

impl Events for Report {
    fn emit(&self, event: Event) {
        match self.look {
            Look::Json => self.event("", event::json(event, |hint| self.flags.hint(hint))),
            Look::Human if self.quiet => {}
            Look::Human => {
                self.live.follow(&event);
                if let Some(line) = event::line(&event, self.live.is_on(), self.width.load(Ordering::Relaxed)) {
                    self.to_stderr(&line);
                }
            }
        }
    }
}
