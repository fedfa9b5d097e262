//! The person at the terminal of a command that goes on while they think.

use std::io;

use tokio::task::JoinHandle;

use crate::session::{
    Run,
    terminal::{self, Asked},
};

/// Reads answers. A read of the terminal cannot be ended, so one that nobody waits for any more is waited for by the next
/// question.
#[derive(Default)]
pub(super) struct Keyboard {
    reading: Option<JoinHandle<io::Result<String>>>,
}

impl Keyboard {
    /// Puts a question that is answered with a yes or a no. Dropping the future withdraws it. What was typed before there
    /// was this question is no answer to it.
    ///
    /// # Errors
    /// When the answer cannot be read.
    pub(super) async fn confirm(&mut self, run: &Run, question: &str) -> io::Result<bool> {
        self.reading.take_if(|reading| reading.is_finished());
        let asked = Asked::put(&run.report, &terminal::yes_or_no(question));
        let reading = self.reading.get_or_insert_with(|| tokio::task::spawn_blocking(terminal::read_line));
        let line = reading.await;
        self.reading = None;
        let line = line.map_err(io::Error::other)?;
        asked.answered_by(&line);
        Ok(terminal::is_yes(&line?))
    }
}
