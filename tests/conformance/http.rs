//! A minimal HTTP client that can call a deployed API.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Sends a GET request, with the token of a signed-in user if there is one.
///
/// # Errors
/// When there is no response, or it is not HTTP.
pub(crate) fn get(url: &str, token: Option<&str>) -> io::Result<Answer> {
    let rest = url.strip_prefix("http://").ok_or_else(|| io::Error::other("not an http URL"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    let authorization = token.map(|token| format!("Authorization: {token}\r\n")).unwrap_or_default();
    // With HTTP/1.0 the body ends with the connection.
    write!(stream, "GET /{path} HTTP/1.0\r\nHost: {host}\r\n{authorization}\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| io::Error::other("no head"))?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| io::Error::other("no status"))?;
    Ok(Answer { status, body: body.to_owned() })
}
