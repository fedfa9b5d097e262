//! The person at the terminal: questions and their answers.

use std::io::{self, IsTerminal as _};

use async_trait::async_trait;
use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

use super::Run;
use crate::{
    report::{Report, authenticator},
    users::{Authenticator, Prompt, Secret},
};

/// Whether somebody is there to answer.
pub(crate) fn is_there() -> bool {
    io::stdin().is_terminal()
}

/// Drops what was typed before a question: it is no answer to that.
fn drop_typed() {
    // Where stdin is not a terminal, nothing was typed.
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
}

/// Puts a question that is answered with a yes or a no; anything but `y` or `yes` is a no.
///
/// # Errors
/// When the answer cannot be read.
pub(crate) async fn confirm(run: &Run, question: &str) -> io::Result<bool> {
    Ok(is_yes(&answer(run, &yes_or_no(question)).await?))
}

/// A question that is answered with a yes or a no.
pub(crate) fn yes_or_no(question: &str) -> String {
    format!("\n{question} [y/N] ")
}

/// Whether an answer is a yes.
pub(crate) fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Asks the person at the terminal.
pub(crate) struct Terminal<'a>(pub(crate) &'a Run);

#[async_trait]
impl Prompt for Terminal<'_> {
    fn is_there(&self) -> bool {
        is_there()
    }

    async fn hidden(&self, question: &str) -> io::Result<Secret> {
        // Dropped also when an interrupt ends the wait: the terminal shows again what is typed.
        let _hidden = Hidden::begin()?;
        ask_something(&self.0.report, question).await.map(Secret::new)
    }

    async fn line(&self, question: &str) -> io::Result<String> {
        ask_something(&self.0.report, question).await.map(|line| line.trim().to_owned())
    }

    fn tell(&self, message: &str) {
        self.0.report.converse(&format!("{message}\n"));
    }

    fn show(&self, run: &Authenticator) {
        self.0.report.converse(&authenticator(run));
    }
}

/// Asks for a line, without its end; the end of the input is no answer.
async fn ask_something(report: &Report, question: &str) -> io::Result<String> {
    let line = ask(report, question).await?;
    line.strip_suffix('\n').map(str::to_owned).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// Puts a question and reads a line, with its end.
///
/// # Errors
/// When the answer cannot be read.
pub(crate) async fn answer(run: &Run, question: &str) -> io::Result<String> {
    ask(&run.report, question).await
}

/// Puts a question and reads a line.
async fn ask(report: &Report, question: &str) -> io::Result<String> {
    let asked = Asked::put(report, question);
    // Reading blocks, and an interrupt must not wait for it.
    let line = tokio::task::spawn_blocking(read_line).await.map_err(io::Error::other)?;
    asked.answered_by(&line);
    line
}

/// Reads a line of stdin, with its end.
pub(crate) fn read_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line)
}

/// A question that stands there; what follows it begins a line of its own.
pub(crate) struct Asked<'a> {
    report: &'a Report,
    answered: bool,
}

impl<'a> Asked<'a> {
    /// Puts a question. What was typed before it does not count.
    pub(crate) fn put(report: &'a Report, question: &str) -> Self {
        drop_typed();
        report.converse(question);
        Self { report, answered: false }
    }

    /// Ends it with what was typed; only a whole line has ended the line of the question.
    pub(crate) fn answered_by(mut self, line: &io::Result<String>) {
        self.answered = line.as_ref().is_ok_and(|line| line.ends_with('\n'));
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.report.converse("\n");
        }
    }
}

/// While it lives, the terminal does not show what is typed.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut now = before.clone();
        now.local_modes.remove(LocalModes::ECHO);
        // The line break alone is shown: the next line begins where it should.
        now.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(io::stdin(), OptionalActions::Now, &now)?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes() {
        for (text, yes) in
            [("y\n", true), ("YES\n", true), (" yes \n", true), ("\n", false), ("yep\n", false), ("", false)]
        {
            assert_eq!(is_yes(text), yes, "{text:?}");
        }
    }
}
