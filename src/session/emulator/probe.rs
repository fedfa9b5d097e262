//! The requests to the local emulator's own endpoints.

use std::{net::Ipv4Addr, time::Duration};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use super::{Server, home::Keys};
use crate::{http::HttpClient, report::EmulatorActivity};

/// The request timeout. Responses take milliseconds, and longer while the machine is busy running functions.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The timeout for starting a function, which may take ten seconds.
const LONGEST_START: Duration = Duration::from_secs(15);

/// The way to the emulator's own endpoints: its port, and the access key that proves who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Door {
    pub(super) port: u16,
    /// `None` for an emulator of an earlier version.
    pub(super) keys: Option<Keys>,
}

/// The response of the health endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Health {
    pub(super) pid: u32,
    pub(super) version: String,
    /// The proof that the emulator knows the secret of the access key.
    proof: Option<String>,
}

/// Requests the health of the server at a port. `None` when it is not the local emulator of this folder.
pub(super) async fn health(door: &Door) -> Option<Health> {
    let nonce = Uuid::new_v4().to_string();
    let body = door.send(TIMEOUT, (Method::GET, "/_stackctl/health"), &nonce, "").await.ok()?;
    let health: Health = serde_json::from_slice(&body).ok()?;
    let is_proven = door.keys.as_ref().is_none_or(|keys| health.proof == Some(keys.proof(&["health", &nonce])));
    is_proven.then_some(health)
}

/// Requests the server at a port to stop.
///
/// # Errors
/// When there is no response, or that of another server. The text says which.
pub(super) async fn stop(door: &Door) -> Result<(), String> {
    door.request(Method::POST, "/_stackctl/stop").await.map(drop)
}

/// Starts a function before its first request and returns the error when it cannot start. `None` when it started, or
/// when the request failed.
pub(crate) async fn start_ahead(door: &Door, arn: &str) -> Option<Value> {
    let nonce = Uuid::new_v4().to_string();
    let answer = door.send(LONGEST_START, (Method::POST, "/_stackctl/start"), &nonce, arn).await.ok()?;
    let mut answer: Value = serde_json::from_slice(&answer).ok()?;
    answer.get_mut("error").map(Value::take).filter(|error| !error.is_null())
}

/// What a running emulator reports about itself.
///
/// # Errors
/// When there is no response, or that of another server.
pub(crate) async fn status(door: &Door) -> Result<EmulatorActivity, String> {
    read(&door.request(Method::GET, "/_stackctl/status").await?)
}

/// Requests the entries of a list, `mail` or `activity`, after the one with the ID `after`. The text of an error says
/// what failed.
///
/// # Errors
/// When there is no response, or that of another server.
pub(crate) async fn entries<T: DeserializeOwned>(server: &Server, list: &str, after: &str) -> Result<Vec<T>, String> {
    read(&server.door.request(Method::GET, &format!("/_stackctl/{list}?after={after}")).await?)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

impl Door {
    async fn request(&self, method: Method, path: &str) -> Result<Bytes, String> {
        self.send(TIMEOUT, (method, path), &Uuid::new_v4().to_string(), "").await
    }

    async fn send(
        &self,
        timeout: Duration,
        (method, path): (Method, &str),
        nonce: &str,
        body: &str,
    ) -> Result<Bytes, String> {
        let url = format!("http://{}:{}{path}", Ipv4Addr::LOCALHOST, self.port);
        let mut request = Request::builder().method(&method).uri(url).header("x-stackctl-nonce", nonce);
        if let Some(keys) = &self.keys {
            let path = path.split('?').next().unwrap_or_default();
            request = request.header("x-stackctl-proof", keys.proof(&[method.as_str(), path, nonce, body]));
        }
        let request = request.body(Bytes::from(body.to_owned())).map_err(|error| error.to_string())?;
        let answer = HttpClient::new(timeout).send(request).await.map_err(|error| error.to_string())?;
        if answer.status() != StatusCode::OK {
            return Err("not the response of a local emulator".into());
        }
        Ok(answer.into_body())
    }
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
        let door = Door { port, keys: None };
        assert_eq!(health(&door).await, None);
        other.await.unwrap();
        assert_eq!(health(&door).await, None, "no server at all has no health either");
    }
}
