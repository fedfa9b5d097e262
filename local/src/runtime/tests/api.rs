//! Who may use the Runtime API.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::runtime::api::{Event, LARGEST_RESPONSE, RuntimeApi};

/// Sends a request and returns the status line.
async fn send(authority: &str, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(authority).await.unwrap();
    stream.write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes()).await.unwrap();
    // The server may respond before it has read all of a large body.
    let _ = stream.write_all(body).await;
    let mut answer = vec![0; 1024];
    let read = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..read]).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn only_the_function_of_this_machine_is_served_and_its_bodies_are_limited() {
    let mut api = RuntimeApi::start(true).await.unwrap();
    let (authority, secret) =
        api.address.split_once('/').map(|(at, secret)| (at.to_owned(), secret.to_owned())).unwrap();
    let path = format!("/{secret}/2018-06-01/runtime/init/error");
    let own = format!("Host: {authority}");
    let long = vec![b' '; LARGEST_RESPONSE + 1];
    for (path, headers, body, wanted) in [
        ("/2018-06-01/runtime/init/error", own.as_str(), &b"{}"[..], "HTTP/1.1 403 Forbidden"),
        ("/wrong/2018-06-01/runtime/init/error", &own, b"{}", "HTTP/1.1 403 Forbidden"),
        (&path, "Host: attacker.example", b"{}", "HTTP/1.1 403 Forbidden"),
        (&path, "Host: 127.0.0.1:1", b"{}", "HTTP/1.1 403 Forbidden"),
        (&path, &format!("{own}\r\nOrigin: http://attacker.example"), b"{}", "HTTP/1.1 403 Forbidden"),
        (&path, &own, &long, "HTTP/1.1 413 Payload Too Large"),
        (&path, &own, b"{}", "HTTP/1.1 202 Accepted"),
    ] {
        let got = send(&authority, &format!("POST {path} HTTP/1.1\r\n{headers}"), body).await;
        assert_eq!(got, wanted, "{path} {headers}");
    }
    assert!(matches!(api.event().await, Event::InitFailure(body) if body == "{}"));
    let open = RuntimeApi::start(false).await.unwrap();
    let head = format!("POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {}", open.address);
    assert_eq!(send(&open.address, &head, b"{}").await, "HTTP/1.1 202 Accepted");
}
