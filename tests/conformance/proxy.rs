//! A proxy between the binary and a server. It corrects the server's responses as the tables in `mod.rs` say, and
//! learns the secrets in them.

use std::{
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::Value;

use crate::harness::Secrets;

/// A request, as far as corrections read it.
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The operation, if the protocol has it in a header.
    pub(crate) target: Option<String>,
    /// `null` when it is not JSON.
    pub(crate) body: Value,
}

/// Corrections of one server's responses.
pub(crate) trait Correct: Send + 'static {
    /// Corrects the response to a request, and remembers members of the request that later responses will lack.
    fn correct(&mut self, call: &Call, answer: &mut Value);
}

type Shared = Arc<Mutex<dyn Correct>>;

/// A running proxy; it is stopped when this value is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl Proxy {
    /// Starts a proxy for the server at this URL.
    pub(crate) fn start(server: &str, corrections: impl Correct, secrets: Arc<Secrets>) -> Self {
        let server = server.strip_prefix("http://").expect("a local server speaks plain HTTP").to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let address = listener.local_addr().expect("a bound listener has an address");
        let ended = Arc::new(AtomicBool::new(false));
        let corrections: Shared = Arc::new(Mutex::new(corrections));
        let over = Arc::clone(&ended);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (server, corrections, secrets) = (server.clone(), Arc::clone(&corrections), Arc::clone(&secrets));
                // The client notices a broken connection.
                thread::spawn(move || pass_on(stream, &server, &corrections, &secrets));
            }
        });
        Self { address, ended }
    }

    /// Its URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for the next connection.
        let _ = TcpStream::connect(self.address);
    }
}

/// Responds to one request and closes the connection.
fn pass_on(mut client: TcpStream, server: &str, corrections: &Shared, secrets: &Secrets) -> io::Result<()> {
    let Some(request) = Message::read(&mut client)? else { return Ok(()) };
    secrets.learn(&request.body);
    let mut upstream = TcpStream::connect(server)?;
    // With HTTP/1.0 no response is chunked.
    let line = request.line.replace("HTTP/1.1", "HTTP/1.0");
    request.write(&mut upstream, &line)?;
    let mut answer = Message::read(&mut upstream)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    if let Ok(told) = serde_json::from_slice::<Value>(&answer.body) {
        let mut body = told.clone();
        let call = request.call();
        corrections.lock().unwrap_or_else(PoisonError::into_inner).correct(&call, &mut body);
        // Objects are not corrected, even if they are JSON: they have a checksum.
        if body != told {
            answer.body = body.to_string().into_bytes();
        }
        secrets.learn(&answer.body);
    }
    let line = answer.line.replace("HTTP/1.0", "HTTP/1.1");
    answer.write(&mut client, &line)
}

/// A request or a response.
struct Message {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Message {
    /// `None` when the other side closes the connection without sending anything.
    fn read(stream: &mut TcpStream) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let head = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            if !read_more(stream, &mut bytes)? {
                return Ok(None);
            }
        };
        let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
        let mut lines = text.lines();
        let line = lines.next().unwrap_or_default().to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers: Vec<_> = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect();
        let mut body = bytes.split_off(head + 4);
        let mut message = Self { line, headers, body: Vec::new() };
        match message.header("content-length").and_then(|length| length.parse().ok()) {
            Some(length) => while body.len() < length && read_more(stream, &mut body)? {},
            None if message.line.starts_with("HTTP/") => while read_more(stream, &mut body)? {},
            None => {}
        }
        message.body = body;
        Ok(Some(message))
    }

    fn write(&self, stream: &mut TcpStream, line: &str) -> io::Result<()> {
        let ours = |name: &str| ["connection", "content-length", "keep-alive"].contains(&name.to_lowercase().as_str());
        let mut head = format!("{line}\r\n");
        for (name, value) in self.headers.iter().filter(|(name, _)| !ours(name)) {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.extend(["content-length: ", &self.body.len().to_string(), "\r\nconnection: close\r\n\r\n"]);
        stream.write_all(head.as_bytes())?;
        stream.write_all(&self.body)
    }

    fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    fn call(&self) -> Call {
        let mut words = self.line.split(' ').map(str::to_owned);
        Call {
            method: words.next().unwrap_or_default(),
            path: words.next().unwrap_or_default(),
            target: self.header("x-amz-target").map(str::to_owned),
            body: serde_json::from_slice(&self.body).unwrap_or_default(),
        }
    }
}

fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<bool> {
    let mut buffer = [0; 16 * 1024];
    let count = stream.read(&mut buffer)?;
    bytes.extend_from_slice(&buffer[..count]);
    Ok(count > 0)
}
