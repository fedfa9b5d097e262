//! Prompts at the terminal that can be withdrawn.

use std::io;

use tokio::task::JoinHandle;

use crate::session::{
    Run,
    terminal::{self, OpenPrompt},
};

/// Reads answers. A read of the terminal cannot be cancelled, so the read of a withdrawn prompt is reused for the next
/// prompt.
#[derive(Default)]
pub(super) struct Keyboard {
    reading: Option<JoinHandle<io::Result<String>>>,
}

impl Keyboard {
    /// Asks a yes/no question. Dropping the future withdraws it. What was typed before the prompt is ignored.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub(super) async fn confirm(&mut self, run: &Run, question: &str) -> io::Result<bool> {
        self.reading.take_if(|reading| reading.is_finished());
        let prompt = OpenPrompt::put(&run.report, &terminal::yes_or_no(question));
        let reading = self.reading.get_or_insert_with(|| tokio::task::spawn_blocking(terminal::read_line));
        let line = reading.await;
        self.reading = None;
        let line = line.map_err(io::Error::other)?;
        prompt.answered_by(&line);
        Ok(terminal::is_yes(&line?))
    }
}
