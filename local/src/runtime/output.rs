//! The output of a process, line by line.

use std::{io, os::fd::OwnedFd};

use bytes::BytesMut;
use tokio::{io::AsyncReadExt as _, net::unix::pipe};

/// CloudWatch accepts events of up to 256 KB. Lambda splits longer lines.
const LONGEST_LINE: usize = 256 * 1024;
/// The most that is read after a request has ended. A pipe holds less, so more than this is written meanwhile.
const LARGEST_REST: usize = 1024 * 1024;

/// The reading end of a process's output. It is not read between requests, as Lambda freezes a function between them.
#[derive(Debug)]
pub(super) struct Output {
    pipe: pipe::Receiver,
    unread: BytesMut,
    /// How much of it is known to have no whole line.
    searched: usize,
    ended: bool,
}

impl Output {
    pub(super) fn new(reader: io::PipeReader) -> io::Result<Self> {
        let pipe = pipe::Receiver::from_owned_fd(OwnedFd::from(reader))?;
        Ok(Self { pipe, unread: BytesMut::new(), searched: 0, ended: false })
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
            if self.unread.len() > LARGEST_REST {
                break;
            }
        }
        let mut lines = Vec::new();
        while let Some(line) = self.take_line() {
            lines.push(line);
        }
        if !self.unread.is_empty() {
            let length = self.unread.len();
            lines.push(self.take(length));
        }
        lines
    }

    /// The next event. Lambda's runtimes write some of several lines: a line break after a NUL does not end them, one
    /// after two NULs is not part of them.
    fn take_line(&mut self) -> Option<String> {
        let bytes = &self.unread[self.searched..];
        let continues = |end: usize| self.unread[..end].ends_with(b"\0") && !self.unread[..end].ends_with(b"\0\0");
        let breaks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + self.searched);
        let end = breaks.into_iter().find(|end| !continues(*end));
        match end {
            Some(end) if end < LONGEST_LINE => Some(self.take(end + 1)),
            None if self.unread.len() <= LONGEST_LINE => {
                self.searched = self.unread.len();
                None
            }
            _ => Some(self.take(LONGEST_LINE)),
        }
    }

    fn take(&mut self, length: usize) -> String {
        self.searched = 0;
        let text = String::from_utf8_lossy(&self.unread.split_to(length)).into_owned();
        text.strip_suffix("\0\0\n").map_or_else(|| text.replace("\0\n", "\n"), |text| text.replace("\0\n", "\n"))
    }
}
