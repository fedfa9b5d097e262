//! The output of a process, line by line.

use std::{io, os::fd::OwnedFd};

use bytes::BytesMut;
use tokio::{io::AsyncReadExt as _, net::unix::pipe};

/// CloudWatch accepts events of up to 256 KB. Lambda splits longer lines.
const LONGEST_LINE: usize = 256 * 1024;

/// The reading end of a process's output. It is not read between requests, as Lambda freezes a function between them.
#[derive(Debug)]
pub(super) struct Output {
    pipe: pipe::Receiver,
    unread: BytesMut,
    ended: bool,
}

impl Output {
    pub(super) fn new(reader: io::PipeReader) -> io::Result<Self> {
        let pipe = pipe::Receiver::from_owned_fd(OwnedFd::from(reader))?;
        Ok(Self { pipe, unread: BytesMut::new(), ended: false })
    }

    /// Waits for a whole line, forever once the output has ended. Cancel-safe.
    pub(super) async fn line(&mut self) -> String {
        loop {
            if let Some(line) = self.take_line() {
                return line;
            }
            if self.ended {
                std::future::pending::<()>().await;
            }
            let read = self.pipe.read_buf(&mut self.unread).await;
            self.ended = !matches!(read, Ok(1..));
        }
    }

    /// Everything written so far, including an incomplete last line.
    pub(super) fn rest(&mut self) -> Vec<String> {
        let mut chunk = [0; 8192];
        while let Ok(read @ 1..) = self.pipe.try_read(&mut chunk) {
            self.unread.extend_from_slice(&chunk[..read]);
        }
        let mut lines = Vec::new();
        while let Some(line) = self.take_line() {
            lines.push(line);
        }
        if !self.unread.is_empty() {
            lines.push(text(&self.unread.split()));
        }
        lines
    }

    fn take_line(&mut self) -> Option<String> {
        match self.unread.iter().position(|byte| *byte == b'\n') {
            Some(end) if end <= LONGEST_LINE => {
                let line = self.unread.split_to(end + 1);
                Some(text(&line[..end]))
            }
            None if self.unread.len() <= LONGEST_LINE => None,
            _ => Some(text(&self.unread.split_to(LONGEST_LINE))),
        }
    }
}

/// Lambda's own runtimes use carriage returns to keep a stack trace in one event.
fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim_end_matches('\r').replace('\r', "\n")
}
