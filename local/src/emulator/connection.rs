//! One connection: its requests, with their limits.

use std::{net::IpAddr, pin::pin, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{Request, Response, StatusCode, header::HOST, request::Parts};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpStream, task::AbortHandle, time::timeout};

use crate::{
    emulator::{Emulator, Lost},
    gateway::{self, Address, TooLarge},
    wire::{
        call::s3,
        header_names::{Head, Recorded},
    },
};

/// The timeout for the head of a request, which an idle connection does not send either.
const HEAD_TIMEOUT: Duration = Duration::from_mins(1);

/// The timeout for the body of a request.
const BODY_TIMEOUT: Duration = Duration::from_mins(1);

/// Lambda accepts zips of up to 50 MB in a request. Base64 makes them a third larger.
const LARGEST_CODE: usize = 70 * 1024 * 1024;

/// The part of a body over the limit that is read and dropped, so that the client reads the response.
const MOST_DROPPED: u64 = 128 * 1024 * 1024;

/// Handles the requests of a connection until it ends or the emulator stops.
pub(super) async fn serve(emulator: Emulator, stream: TcpStream) {
    let head = Head::default();
    let stream = TokioIo::new(Recorded::new(stream, head.clone()));
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(head.names());
        one(emulator.clone(), request)
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let mut connection = pin!(builder.serve_connection(stream, service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = emulator.stopped() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

async fn one(emulator: Emulator, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Broken> {
    if !names_this_machine(&request) {
        return Ok(plain(StatusCode::FORBIDDEN, "the local emulator answers to names of this machine only"));
    }
    let (mut parts, body) = request.into_parts();
    let (limit, is_api) = largest_body(&parts);
    let body = match timeout(BODY_TIMEOUT, read(body, limit)).await {
        Ok(Ok(Some(body))) => body,
        Ok(Ok(None)) if is_api => {
            parts.extensions.insert(TooLarge);
            Bytes::new()
        }
        Ok(Ok(None)) => return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "the request is too large")),
        Ok(Err(_)) => return Err(Broken),
        Err(_) => return Ok(plain(StatusCode::REQUEST_TIMEOUT, "the request is not complete after 60 seconds")),
    };
    let request = Request::from_parts(parts, body);
    // A separate task: AWS completes a call even if the caller disconnects. The caller of an API then no longer waits for
    // its function, which completes if it has begun.
    let handling = tokio::spawn(async move { emulator.handle(request).await });
    let _waiting = is_api.then(|| AbortOnDrop(handling.abort_handle()));
    match handling.await {
        Ok(Ok(response)) => Ok(response.map(Full::new)),
        Ok(Err(Lost)) => Err(Broken),
        Err(error) => {
            tracing::error!(%error, "a call failed in the local emulator itself");
            Ok(plain(StatusCode::INTERNAL_SERVER_ERROR, "the local emulator failed"))
        }
    }
}

/// Aborts a task when the connection that waits for it ends.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The largest body, and whether it is for an API.
fn largest_body(parts: &Parts) -> (usize, bool) {
    let is_s3 = s3::is_addressed(&parts.headers);
    let by_path = || Address::of_path(parts.uri.path()).filter(|_| !is_s3);
    if Address::of_host(&parts.uri, &parts.headers).or_else(by_path).is_some() {
        return (gateway::LARGEST_BODY, true);
    }
    let has_code = is_s3 || parts.uri.path().starts_with("/2015-03-31/functions");
    (if has_code { LARGEST_CODE } else { gateway::LARGEST_BODY }, false)
}

/// Reads a body; `None` when it is larger than the limit. Nothing over the limit is kept in memory.
async fn read(mut body: Incoming, limit: usize) -> Result<Option<Bytes>, hyper::Error> {
    let declared = body.size_hint().lower();
    if declared > MOST_DROPPED {
        return Ok(None);
    }
    let mut too_large = usize::try_from(declared).map_or(true, |declared| declared > limit);
    let (mut bytes, mut dropped) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        too_large = too_large || bytes.len() + data.len() > limit;
        if too_large {
            bytes = BytesMut::new();
            dropped += data.len() as u64;
            if dropped > MOST_DROPPED {
                break;
            }
        } else {
            bytes.extend_from_slice(&data);
        }
    }
    Ok((!too_large).then(|| bytes.freeze()))
}

/// DNS rebinding: a web page may resolve its own name to this machine, but its requests carry that name in `Host`.
fn names_this_machine(request: &Request<Incoming>) -> bool {
    let host = match request.headers().get(HOST) {
        Some(host) => host.to_str().is_ok_and(is_this_machine),
        None => true,
    };
    host && request.uri().authority().is_none_or(|authority| is_this_machine(authority.as_str()))
}

/// Whether a host, with or without a port, is a name of this machine.
fn is_this_machine(host: &str) -> bool {
    let is_port = |port: &str| port.chars().all(|digit| digit.is_ascii_digit());
    let name = match host.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((name, rest))) if rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port) => name,
        Some(_) => return false,
        None => host.split_once(':').map_or(host, |(name, port)| if is_port(port) { name } else { "" }),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}

/// Makes hyper close the connection without a response.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without a response")]
struct Broken;

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn only_names_of_this_machine_are_accepted_as_host() {
        for host in
            ["localhost", "LOCALHOST:80", "a.execute-api.localhost:4566", "127.0.0.1", "127.9.9.9:1", "[::1]:80"]
        {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "localhost.example",
            "127.0.0.1.example",
            "[::1]evil.com",
            "[::1",
            "10.0.0.1",
            "a@localhost:b",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
