//! The spelling of header names as the client sent them, which `http::HeaderMap` does not keep.

use std::{
    io::{self, IoSlice},
    mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// Heads larger than this are not recorded. The server rejects them.
const LARGEST_HEAD: usize = 128 * 1024;

/// The header names of one request, spelled as sent. An extension of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HeaderNames(pub(crate) Vec<String>);

impl HeaderNames {
    /// The spelling of a name.
    pub(crate) fn spelling(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|sent| sent.eq_ignore_ascii_case(name)).map(String::as_str)
    }
}

/// The bytes that arrived since the last response: the head of the next request, unless the client pipelines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head(Arc<Mutex<Vec<u8>>>);

impl Head {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the names of the head that was read last. Empty for pipelined requests, whose heads arrive together.
    pub(crate) fn names(&self) -> HeaderNames {
        let head = mem::take(&mut *self.bytes());
        let text = String::from_utf8_lossy(&head);
        let lines = text.split("\r\n").skip(1).take_while(|line| !line.is_empty());
        HeaderNames(lines.filter_map(|line| Some(line.split_once(':')?.0.to_owned())).collect())
    }

    /// Appends bytes; returns whether the head is complete.
    fn append(&self, new: &[u8]) -> bool {
        let mut head = self.bytes();
        let searched = head.len().saturating_sub(3);
        let room = LARGEST_HEAD.saturating_sub(head.len()).min(new.len());
        head.extend_from_slice(&new[..room]);
        head.len() == LARGEST_HEAD || head[searched..].windows(4).any(|end| end == b"\r\n\r\n")
    }
}

/// A connection that records the heads of its requests.
#[derive(Debug)]
pub(crate) struct Recorded {
    stream: TcpStream,
    head: Head,
    /// Whether the head is complete. Bytes of a body are not recorded.
    complete: bool,
}

impl Recorded {
    pub(crate) fn new(stream: TcpStream, head: Head) -> Self {
        Self { stream, head, complete: false }
    }

    /// A response begins, so the next bytes that arrive are a new head.
    fn responds(&mut self) {
        if self.complete {
            self.complete = false;
            self.head.bytes().clear();
        }
    }
}

impl AsyncRead for Recorded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if !self.complete {
            self.complete = self.head.append(&buffer.filled()[before..]);
        }
        polled
    }
}

impl AsyncWrite for Recorded {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.responds();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.responds();
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    fn names(names: &[&str]) -> HeaderNames {
        HeaderNames(names.iter().map(ToString::to_string).collect())
    }

    #[tokio::test]
    async fn the_names_of_each_request_are_spelled_as_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let head = Head::default();
        let mut server = Recorded::new(listener.accept().await.unwrap().0, head.clone());
        let mut exchange = async |parts: &[&str]| {
            for part in parts {
                client.write_all(part.as_bytes()).await.unwrap();
                server.read_exact(&mut vec![0; part.len()]).await.unwrap();
            }
            let names = head.names();
            server.write_all(b"answer").await.unwrap();
            names
        };
        let first = exchange(&["GET / HTTP/1.1\r\nHoST: a\r\nX-Ap", "I-KEY:1\r\n\r", "\n"]).await;
        assert_eq!(first, names(&["HoST", "X-ApI-KEY"]));
        assert_eq!((first.spelling("x-api-key"), first.spelling("x")), (Some("X-ApI-KEY"), None));
        let body = "Not-A-Header: 1\r\n\r\n";
        assert_eq!(exchange(&["POST / HTTP/1.1\r\nb: 1\r\n\r\n", body]).await, names(&["b"]));
        assert_eq!(exchange(&["GET / HTTP/1.1\r\nC: 1\r\n\r\n"]).await, names(&["C"]));
        assert_eq!(exchange(&[]).await, names(&[]), "the head of a pipelined request has come with the one before");
    }
}
