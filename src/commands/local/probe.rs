//! The two requests that are made to the local cloud itself. So small that a client would be larger than they are.

use std::{io, net::Ipv4Addr, time::Duration};

use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// On one machine an answer takes milliseconds; one that is busy running functions takes longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the server says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Health {
    pub(super) pid: u32,
    pub(super) version: String,
}

/// Asks who answers at a port; nothing when it is not a local cloud.
pub(super) async fn health(port: u16) -> Option<Health> {
    let body = request("GET", "/_stackctl/health", port).await.ok()?;
    serde_json::from_slice(&body).ok()
}

/// Asks the server at a port to stop.
pub(super) async fn stop(port: u16) -> io::Result<()> {
    request("POST", "/_stackctl/stop", port).await.map(drop)
}

async fn request(method: &str, path: &str, port: u16) -> io::Result<Vec<u8>> {
    let exchange = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        // Whatever else listens there may speak without end.
        stream.take(64 * 1024).read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = timeout(PATIENCE, exchange).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    body(&answer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not the answer of a local cloud"))
}

fn body(answer: &[u8]) -> Option<Vec<u8>> {
    let ok = answer.starts_with(b"HTTP/1.1 200") || answer.starts_with(b"HTTP/1.0 200");
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    ok.then(|| answer[end + 4..].to_vec())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn another_server_is_not_taken_for_a_local_cloud() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let other = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n<h1>hello</h1>").await.unwrap();
        });
        assert_eq!(health(port).await, None);
        other.await.unwrap();
        assert_eq!(health(port).await, None, "and nobody is none either");
    }
}
