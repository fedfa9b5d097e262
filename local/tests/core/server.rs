//! The emulator over TCP.

use std::time::Duration;

use stackctl_local::{Effect, Emulator, Fault};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{SIGNATURE, emulator, exchange, role};

/// The response to one signed request with this head and body.
async fn asked(emulator: &Emulator, head: &str, body: &str) -> String {
    let length = body.len();
    let signature = format!("authorization: {SIGNATURE}");
    exchange(emulator, &format!("{head}\r\n{signature}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"))
        .await
}

const LIST_ROLES: &str = "Action=ListRoles&Version=2010-05-08";

#[tokio::test]
async fn the_emulator_responds_over_tcp() {
    let emulator = emulator();
    role(&emulator, "over-tcp").await;
    let answer = asked(&emulator, "POST / HTTP/1.1\r\nhost: 127.0.0.1", LIST_ROLES).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("<RoleName>over-tcp</RoleName>"), "{answer}");
}

#[tokio::test]
async fn a_lost_call_closes_the_connection_without_a_response() {
    let emulator = emulator();
    emulator.add_fault(Fault { operation: None, skip: 0, times: 1, effect: Effect::LoseAnswer });
    assert_eq!(asked(&emulator, "POST / HTTP/1.1\r\nhost: localhost:4566", LIST_ROLES).await, "");
}

#[tokio::test]
async fn a_request_for_another_host_is_rejected() {
    let answer = asked(&emulator(), "POST / HTTP/1.1\r\nhost: elsewhere.example", LIST_ROLES).await;
    assert!(answer.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{answer}");
    assert!(answer.ends_with("the local emulator answers to names of this machine only"), "{answer}");
}

#[tokio::test]
async fn deep_forms_and_large_bodies_are_rejected_and_the_server_goes_on() {
    let emulator = emulator();
    let deep = format!("Action=ListRoles&Version=2010-05-08&{}a=1", "a.".repeat(3_000));
    let answer = asked(&emulator, "POST / HTTP/1.1\r\nhost: localhost", &deep).await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("The request is nested too deeply."), "{answer}");
    let large = "x".repeat(10 * 1024 * 1024 + 1);
    let answer = asked(&emulator, "POST / HTTP/1.1\r\nhost: localhost", &large).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.ends_with("the request is too large"), "{answer}");
    let answer = asked(&emulator, "POST / HTTP/1.1\r\nhost: localhost", LIST_ROLES).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test]
async fn the_server_stops_on_request() {
    let emulator = emulator();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(stackctl_local::serve(emulator, listener, std::future::pending()));
    let idle = TcpStream::connect(address).await.unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST /_stackctl/stop HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), serving).await.unwrap().unwrap().unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(TcpStream::connect(address).await.is_err(), "the listener is closed");
    drop(idle);
}

#[tokio::test]
async fn only_loopback_listeners_are_accepted() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let refused = stackctl_local::serve(emulator(), listener, std::future::pending()).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("the local emulator listens on loopback addresses only, not on {address}"));
}
