//! A pseudoterminal: the output of a program, and typed input.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    os::fd::AsFd as _,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use rustix::{
    process::Signal,
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, tcgetattr},
};

use super::sandbox::Sandbox;
use crate::harness::process::{Process, Ran, TIMEOUT};

/// The text before the exit code of a program with its own terminal.
const ENDED: &str = "ended with ";

/// A program at a terminal, with stdout redirected as in `TOKEN=$(…)`.
pub(crate) struct Pty {
    process: Process,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    /// The output so far.
    seen: String,
    /// The length of the output that was waited for.
    read: usize,
    /// Whether the child is a shell that runs the program, and waits until all output was read.
    shell: bool,
}

impl Pty {
    /// Starts a program.
    pub(crate) fn new(mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let open = || File::options().read(true).write(true).open(&path).unwrap();
        let child = command.stdin(open()).stderr(open()).stdout(Stdio::piped()).spawn().unwrap();
        let process = Process::of("the program at the terminal".into(), child);
        // The command keeps the terminal open, which would hide the end of the program.
        drop(command);
        let keyboard = File::from(master);
        let screen = follow(keyboard.try_clone().unwrap());
        Self { process, keyboard, screen, seen: String::new(), read: 0, shell: false }
    }

    /// Starts `stackctl` with the words of a line at its own terminal, where it receives Ctrl-C.
    ///
    /// A terminal is hung up when the leader of its session exits, and unread output may be lost. Therefore the leader
    /// is a shell, which runs until all output was read.
    pub(crate) fn of_its_own(sandbox: &Sandbox, line: &str) -> Self {
        let script = format!("trap : INT; stackctl {line}; echo {ENDED}$? >&2; exec >&-; read end");
        let mut started = Self::new(sandbox.shell(&format!("exec setsid --ctty sh -c '{script}'")));
        started.shell = true;
        started
    }

    /// Waits for a text in the new output.
    pub(crate) fn sees(&mut self, text: &str) {
        loop {
            if let Some(at) = self.seen[self.read..].find(text) {
                self.read += at + text.len();
                return;
            }
            let shown = self.screen.recv_timeout(TIMEOUT);
            let shown = shown.unwrap_or_else(|end| panic!("{end}: no {text:?} on the screen, but\n{}", self.seen));
            self.seen += &String::from_utf8_lossy(&shown);
        }
    }

    /// Waits for a text, and returns the output before it.
    pub(crate) fn sees_until(&mut self, end: &str) -> String {
        let begin = self.read;
        self.sees(end);
        self.seen[begin..self.read - end.len()].to_owned()
    }

    /// Types a line.
    pub(crate) fn types(&mut self, line: &str) {
        self.presses(&format!("{line}\n"));
    }

    /// Presses keys.
    pub(crate) fn presses(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Whether the terminal echoes input.
    pub(crate) fn echoes(&self) -> bool {
        tcgetattr(self.keyboard.as_fd()).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// Interrupts the program.
    pub(crate) fn interrupt(&self) {
        self.process.signal(Signal::INT);
    }

    /// Waits for the end, and returns exit code, stdout and terminal output.
    pub(crate) fn ends(mut self) -> (i32, String, String) {
        let told = self.shell.then(|| self.dismiss());
        let Ran { code, out, .. } = self.process.end();
        if let Some((code, shown)) = told {
            return (code, out, settled(&shown));
        }
        while let Ok(bytes) = self.screen.recv_timeout(TIMEOUT) {
            self.seen += &String::from_utf8_lossy(&bytes);
        }
        (code, out, settled(&self.seen))
    }
}

impl Pty {
    /// Ends the shell after the program has exited, and returns its exit code and terminal output.
    fn dismiss(&mut self) -> (i32, String) {
        self.sees(ENDED);
        let shown = self.seen[..self.read - ENDED.len()].to_owned();
        let code = self.sees_until("\r\n").parse().unwrap();
        self.types("");
        (code, shown)
    }
}

/// The lines without the spinners that were drawn and cleared on them.
fn settled(screen: &str) -> String {
    let screen = screen.replace("\r\n", "\n");
    let line = |line: &str| line.rsplit("\u{1b}[2K").next().unwrap_or_default().to_owned();
    screen.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Reads the output until the terminal is closed.
fn follow(mut master: File) -> Receiver<Vec<u8>> {
    let (tell, told) = channel();
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = master.read(&mut bytes) {
            if tell.send(bytes[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    told
}
