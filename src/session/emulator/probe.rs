//! The requests to the local emulator's own endpoints.

use std::{net::Ipv4Addr, time::Duration};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::Server;
use crate::{http::HttpClient, report::Mail};

/// The request timeout. Responses take milliseconds, and longer while the machine is busy running functions.
const PATIENCE: Duration = Duration::from_secs(5);

/// The timeout for starting a function, which may take ten seconds.
const LONGEST_START: Duration = Duration::from_secs(15);

/// The response of the health endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Health {
    pub(super) pid: u32,
    pub(super) version: String,
}

/// Requests the health of the server at a port. `None` when it is not a local emulator.
pub(super) async fn health(port: u16) -> Option<Health> {
    let body = request(Method::GET, "/_stackctl/health", port).await.ok()?;
    serde_json::from_slice(&body).ok()
}

/// Requests the server at a port to stop.
///
/// # Errors
/// When there is no response, or that of another server. The text says which.
pub(super) async fn stop(port: u16) -> Result<(), String> {
    request(Method::POST, "/_stackctl/stop", port).await.map(drop)
}

/// Starts a function before its first request and returns the error when it cannot start. `None` when it started, or
/// when the request failed.
pub(crate) async fn start_ahead(endpoint: &str, arn: &str) -> Option<Value> {
    let request = Request::post(format!("{endpoint}/_stackctl/start")).body(Bytes::from(arn.to_owned())).ok()?;
    let answer = HttpClient::new(LONGEST_START).send(request).await.ok()?;
    let mut answer: Value = serde_json::from_slice(answer.body()).ok()?;
    answer.get_mut("error").map(Value::take).filter(|error| !error.is_null())
}

/// Requests the messages after the one with the ID `after`. The text of an error says what failed.
///
/// # Errors
/// When there is no response, or that of another server.
pub(crate) async fn mail(server: &Server, after: &str) -> Result<Vec<Mail>, String> {
    let port = server.url.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default();
    let body = request(Method::GET, &format!("/_stackctl/mail?after={after}"), port).await?;
    serde_json::from_slice(&body).map_err(|error| error.to_string())
}

async fn request(method: Method, path: &str, port: u16) -> Result<Bytes, String> {
    let url = format!("http://{}:{port}{path}", Ipv4Addr::LOCALHOST);
    let request = Request::builder().method(method).uri(url).body(Bytes::new()).map_err(|error| error.to_string())?;
    let answer = HttpClient::new(PATIENCE).send(request).await.map_err(|error| error.to_string())?;
    if answer.status() != StatusCode::OK {
        return Err("not the response of a local emulator".into());
    }
    Ok(answer.into_body())
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt as _, net::TcpListener};

    use super::*;

    #[tokio::test]
    async fn another_server_is_not_mistaken_for_the_local_emulator() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let other = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n<h1>hello</h1>").await.unwrap();
        });
        assert_eq!(health(port).await, None);
        other.await.unwrap();
        assert_eq!(health(port).await, None, "no server at all has no health either");
    }
}
