//! Prompts at the terminal.

use std::io::{self, IsTerminal as _};

use async_trait::async_trait;
use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

use super::Run;
use crate::{
    report::{Report, authenticator},
    users::{Authenticator, Prompt, Secret},
};

/// Whether stdin is a terminal with an operator, which a CI system has not.
pub(crate) fn is_there(run: &Run) -> bool {
    !run.options.ci && io::stdin().is_terminal()
}

/// Drops what was typed before a prompt.
fn drop_typed() {
    // Where stdin is not a terminal, nothing was typed.
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
}

/// Asks a yes/no question. Anything but `y` or `yes` is a no.
///
/// # Errors
/// When the input cannot be read.
pub(crate) async fn confirm(run: &Run, question: &str) -> io::Result<bool> {
    Ok(is_yes(&answer(run, &yes_or_no(question)).await?))
}

/// The prompt of a yes/no question.
pub(crate) fn yes_or_no(question: &str) -> String {
    format!("\n{question} [y/N] ")
}

/// Whether an answer is a yes.
pub(crate) fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Prompts at the terminal.
pub(crate) struct Terminal<'a>(pub(crate) &'a Run);

#[async_trait]
impl Prompt for Terminal<'_> {
    fn is_there(&self) -> bool {
        is_there(self.0)
    }

    async fn hidden(&self, question: &str) -> io::Result<Secret> {
        // Restores the echo of the terminal when dropped, also by an interrupt.
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

/// Prompts for a line and returns it without its end. The end of input is an error.
async fn ask_something(report: &Report, question: &str) -> io::Result<String> {
    let line = ask(report, question).await?;
    line.strip_suffix('\n').map(str::to_owned).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// Prompts for a line and returns it with its end.
///
/// # Errors
/// When the input cannot be read.
pub(crate) async fn answer(run: &Run, question: &str) -> io::Result<String> {
    ask(&run.report, question).await
}

/// Prompts for a line and returns it with its end.
async fn ask(report: &Report, question: &str) -> io::Result<String> {
    let prompt = OpenPrompt::put(report, question);
    // Reading blocks, and an interrupt must not wait for it.
    let line = tokio::task::spawn_blocking(read_line).await.map_err(io::Error::other)?;
    prompt.answered_by(&line);
    line
}

/// Reads a line of stdin, with its end.
pub(crate) fn read_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line)
}

/// A prompt on the screen. Later output begins on a new line.
pub(crate) struct OpenPrompt<'a> {
    report: &'a Report,
    answered: bool,
}

impl<'a> OpenPrompt<'a> {
    /// Prints a prompt. Drops what was typed before it.
    pub(crate) fn put(report: &'a Report, question: &str) -> Self {
        drop_typed();
        report.converse(question);
        Self { report, answered: false }
    }

    /// Ends the prompt with the typed line. Only a complete line has moved the cursor to a new line.
    pub(crate) fn answered_by(mut self, line: &io::Result<String>) {
        self.answered = line.as_ref().is_ok_and(|line| line.ends_with('\n'));
    }
}

impl Drop for OpenPrompt<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.report.converse("\n");
        }
    }
}

/// Turns off the terminal's echo until dropped.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut now = before.clone();
        now.local_modes.remove(LocalModes::ECHO);
        // The line break itself is echoed, so that later output begins on a new line.
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
