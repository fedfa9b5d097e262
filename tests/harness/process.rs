//! Child processes. Every wait has a timeout: the process is then killed, and the test fails with the output so far.

use std::{
    fmt::Write as _,
    io::{Read, Write as _},
    os::unix::process::ExitStatusExt as _,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{Place, Secrets};

/// The timeout of a wait. Nothing takes as long, even on a busy machine.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(2);

/// A running process. It is killed when the value is dropped.
pub(crate) struct Process {
    line: String,
    id: u32,
    stdin: Option<ChildStdin>,
    news: Receiver<News>,
    stdout: Output,
    stderr: Output,
    status: Option<ExitStatus>,
    secrets: Option<Arc<Secrets>>,
}

/// An output stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// The end of a process, with the output that was not read in lines before.
#[derive(Debug)]
pub(crate) struct Ran {
    /// -1 when a signal ended it.
    pub(crate) code: i32,
    pub(crate) signal: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The bytes read from a stream.
#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    /// How many bytes were returned as lines.
    returned: usize,
    open: bool,
}

enum News {
    Read(Stream, Vec<u8>),
    Closed(Stream),
    Ended(ExitStatus),
}

impl Process {
    /// Starts a program and reads both of its output streams.
    pub(crate) fn start(command: &mut Command) -> Self {
        let line = line_of(command);
        Self::of(line, command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Runs a program to its end.
    #[track_caller]
    pub(crate) fn run(command: &mut Command) -> Ran {
        Self::start(command).end()
    }

    /// Runs a program to its end, with this text on its stdin.
    #[track_caller]
    pub(crate) fn run_with(command: &mut Command, stdin: &str) -> Ran {
        let mut process = Self::start(command.stdin(Stdio::piped()));
        process.write(stdin);
        process.end()
    }

    /// Takes over a child process and those of its streams that are pipes.
    pub(crate) fn of(line: String, mut child: Child) -> Self {
        let (id, stdin) = (child.id(), child.stdin.take());
        let (sender, news) = channel();
        let stdout = Output { open: child.stdout.is_some(), ..Output::default() };
        let stderr = Output { open: child.stderr.is_some(), ..Output::default() };
        if let Some(pipe) = child.stdout.take() {
            read(Stream::Stdout, pipe, sender.clone());
        }
        if let Some(pipe) = child.stderr.take() {
            read(Stream::Stderr, pipe, sender.clone());
        }
        thread::spawn(move || {
            let status = child.wait().expect("a child can be waited for");
            let _ = sender.send(News::Ended(status));
        });
        Self { line, id, stdin, news, stdout, stderr, status: None, secrets: None }
    }

    /// Checks that the output contains no secret.
    pub(crate) fn keeping(mut self, secrets: &Arc<Secrets>) -> Self {
        self.secrets = Some(Arc::clone(secrets));
        self
    }

    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Writes a text to stdin and closes it.
    pub(crate) fn write(&mut self, text: &str) {
        // A write fails only if the process has ended; its exit code then shows why.
        let _ = self.stdin.take().expect("stdin is a pipe").write_all(text.as_bytes());
    }

    /// Sends a signal, such as `Signal::INT`.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for the next line of a stream; `None` at its end.
    #[track_caller]
    pub(crate) fn line(&mut self, stream: Stream) -> Option<String> {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let output = self.output(stream);
            let rest = &output.bytes[output.returned..];
            let length = rest.iter().position(|byte| *byte == b'\n');
            if let Some(length) = length.or((!output.open && !rest.is_empty()).then_some(rest.len())) {
                let line = String::from_utf8(rest[..length].to_vec()).unwrap();
                output.returned = (output.returned + length + 1).min(output.bytes.len());
                return Some(line);
            }
            if !output.open {
                return None;
            }
            self.wait(deadline, &format!("it printed no further line to {stream:?}"));
        }
    }

    /// Reads lines of stderr until one contains this text, and returns that line.
    #[track_caller]
    pub(crate) fn until(&mut self, part: &str) -> String {
        while let Some(line) = self.line(Stream::Stderr) {
            if line.contains(part) {
                return line;
            }
        }
        panic!("`{}` ended before it printed `{part}`{}", self.line, self.printed());
    }

    /// Waits for the end of the process and of its output.
    #[track_caller]
    pub(crate) fn end(self) -> Ran {
        self.end_within(TIMEOUT)
    }

    /// Waits for the end, with this timeout.
    #[track_caller]
    pub(crate) fn end_within(mut self, timeout: Duration) -> Ran {
        let deadline = Instant::now() + timeout;
        let status = loop {
            match self.status {
                Some(status) if !self.stdout.open && !self.stderr.open => break status,
                Some(_) => self.wait(deadline, "it ended, and another process keeps its output open"),
                None => self.wait(deadline, "it did not end"),
            }
        };
        if let Some(secrets) = &self.secrets {
            for (name, output) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
                secrets.check(&format!("{name} of `{}`", self.line), Place::Open, &output.bytes);
            }
        }
        let rest = |output: &Output| String::from_utf8(output.bytes[output.returned..].to_vec()).unwrap();
        let (out, err) = (rest(&self.stdout), rest(&self.stderr));
        Ran { code: status.code().unwrap_or(-1), signal: status.signal(), out, err }
    }

    /// Waits for output or the end.
    #[track_caller]
    fn wait(&mut self, deadline: Instant, otherwise: &str) {
        let Ok(news) = self.news.recv_timeout(deadline.saturating_duration_since(Instant::now())) else {
            let _ = kill_process(self.pid(), Signal::KILL);
            panic!("`{}`: {otherwise}, and was killed{}", self.line, self.printed());
        };
        match news {
            News::Read(stream, bytes) => self.output(stream).bytes.extend(bytes),
            News::Closed(stream) => self.output(stream).open = false,
            News::Ended(status) => self.status = Some(status),
        }
    }

    fn output(&mut self, stream: Stream) -> &mut Output {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }

    fn printed(&self) -> String {
        let text = |output: &Output| String::from_utf8_lossy(&output.bytes).into_owned();
        format!("\n--- stdout\n{}--- stderr\n{}", text(&self.stdout), text(&self.stderr))
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.id.cast_signed()).expect("a process has an id")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let ended = self.status.is_some() || self.news.try_iter().any(|news| matches!(news, News::Ended(_)));
        if !ended && kill_process(self.pid(), Signal::KILL).is_ok() {
            let within = Duration::from_secs(10);
            while self.news.recv_timeout(within).is_ok_and(|news| !matches!(news, News::Ended(_))) {}
        }
    }
}

/// The program and its arguments, without its environment.
fn line_of(command: &Command) -> String {
    let mut line = command.get_program().display().to_string();
    for argument in command.get_args() {
        let _ = write!(line, " {}", argument.display());
    }
    line
}

fn read(stream: Stream, mut pipe: impl Read + Send + 'static, news: Sender<News>) {
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = pipe.read(&mut bytes) {
            if news.send(News::Read(stream, bytes[..count].to_vec())).is_err() {
                return;
            }
        }
        let _ = news.send(News::Closed(stream));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Process {
        Process::start(Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn lines_are_returned_in_order_and_the_end_returns_the_rest() {
        let mut process = shell("echo one >&2; echo two >&2; printf three; exit 3");
        assert_eq!(process.until("on"), "one");
        assert_eq!(process.line(Stream::Stdout).as_deref(), Some("three"));
        let ran = process.end();
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (3, "", "two\n"));
        assert_eq!(Process::run_with(&mut Command::new("cat"), "text").out, "text");
    }

    #[test]
    #[should_panic(expected = "it did not end, and was killed\n--- stdout\nbegun\n--- stderr\n")]
    fn a_process_that_does_not_end_is_killed_and_its_output_is_shown() {
        let mut process = shell("echo begun; exec sleep 1000");
        process.line(Stream::Stdout);
        process.end_within(Duration::ZERO);
    }

    #[test]
    #[should_panic(expected = "ended before it printed `ready`\n--- stdout\n--- stderr\nfailed\n")]
    fn a_process_that_ends_early_is_reported_with_its_output() {
        shell("echo failed >&2").until("ready");
    }
}
