//! The printer of this process: cards and events to its streams.

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
    live::Live,
    log,
    next::{Next, Step},
    plain,
    plan::PlanTable,
};
use crate::{
    cli::{Color, Options},
    engine::{Event, Events},
    failure::{Failure, Fault},
    hint::{Command, Hint},
};

/// A stream that a report writes to.
type Stream = Box<dyn Write + Send>;

/// Tells the person, or the machine, what happens.
pub(crate) struct Report {
    pub(super) look: Look,
    /// Whether only results and errors are told.
    quiet: bool,
    /// Whether plans show the settings of what is created.
    pub(super) settings: bool,
    streams: Mutex<Streams>,
    /// Whether a terminal shows what goes to stdout.
    terminal: bool,
    pub(super) live: Live,
    /// How wide the keys of the plan are that is carried out.
    width: AtomicUsize,
    flags: StackFlags,
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
        };
        // The log lines of -v would tear spinners apart.
        let live = look == Look::Human && !options.quiet && options.verbose == 0 && io::stderr().is_terminal();
        Self {
            look,
            quiet: options.quiet,
            settings: options.verbose > 0,
            streams: Mutex::new(streams),
            terminal,
            live: if live { Live::on_terminal(choice != anstream::ColorChoice::Never) } else { Live::off() },
            width: AtomicUsize::new(0),
            flags: StackFlags::new(options),
        }
    }

    /// Prints a result: what the command was run for.
    pub(crate) fn data(&self, card: &impl Card) {
        self.to_stdout(|streams| &mut streams.out, self.render(card).as_bytes());
    }

    /// Shows what is going on; silent with `--quiet`.
    pub(crate) fn tell(&self, card: &impl Card) {
        self.show(card, false);
    }

    /// Shows what must be seen: errors, and what has to be confirmed.
    pub(crate) fn insist(&self, card: &impl Card) {
        self.show(card, true);
    }

    /// Shows what is going on; also with `--quiet` when it is `needed`.
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

    /// Shows a note.
    pub(crate) fn note(&self, message: impl Into<Hint>) {
        self.tell(&Note { message: self.flags.hint(&message.into()) });
    }

    /// Shows a note that must be seen.
    pub(crate) fn insist_note(&self, message: impl Into<Hint>) {
        self.insist(&Note { message: self.flags.hint(&message.into()) });
    }

    /// Shows a warning.
    pub(crate) fn warn(&self, fault: &Fault) {
        self.tell(&self.resolved(fault));
    }

    /// Shows why the command fails, or failed this time.
    pub(crate) fn fail(&self, failure: &Failure) {
        self.insist(&failure.resolved(|hint| self.flags.hint(hint)));
    }

    /// Shows what to do next.
    pub(crate) fn next(&self, steps: Vec<Step>) {
        let line = |step| match step {
            Step::Stackctl(command, remark) => self.command(&command) + remark,
            Step::Shell(line) => line,
        };
        self.tell(&Next { commands: steps.into_iter().map(line).collect() });
    }

    /// Writes a command line with the flags that choose the stack.
    pub(crate) fn command(&self, command: &Command) -> String {
        self.flags.command(command)
    }

    /// The same fault with every command in its hints written out.
    pub(crate) fn resolved(&self, fault: &Fault) -> Fault {
        fault.resolved(|hint| self.flags.hint(hint))
    }

    /// Shows a plan, also with `--quiet` when it is `needed`, and aligns the lines of its steps.
    pub(crate) fn plan(&self, plan: PlanTable, needed: bool) {
        self.width.store(plan.width(), Ordering::Relaxed);
        self.show(&plan.with_settings(self.settings), needed);
    }

    /// Prints a plan as the result.
    pub(crate) fn plan_data(&self, plan: PlanTable) {
        self.data(&plan.with_settings(self.settings));
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
        self.to_stderr(&self.render(&failure.resolved(|hint| self.flags.hint(hint))));
    }

    /// Speaks with the person at the terminal, whatever the look: a question, or why it comes again.
    pub(crate) fn converse(&self, text: &str) {
        self.to_stderr(text);
    }

    /// For whom this is.
    pub(crate) fn look(&self) -> Look {
        self.look
    }

    fn render(&self, card: &impl Card) -> String {
        match self.look {
            Look::Human => card.text(),
            Look::Json => json::card(card),
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
pub(super) fn guarded(stream: impl Write + Send + 'static, terminal: bool) -> Stream {
    if terminal { Box::new(plain::Safe(stream)) } else { Box::new(stream) }
}

impl Events for Report {
    fn emit(&self, event: Event) {
        match self.look {
            Look::Json => self.raw(json::line(&event).as_bytes()),
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
