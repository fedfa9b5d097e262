//! The listener on 127.0.0.1.

use std::{future::Future, io, pin::pin, time::Duration};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header::HOST};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};

use crate::emulator::{Emulator, Lost};

/// Lambda accepts zips of up to 50 MB in a request. Base64 makes them a third larger.
const LARGEST_BODY: usize = 70 * 1024 * 1024;

/// The timeout for open requests when the server stops.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs the server until `stop` completes or [`Emulator::stop`] is called.
///
/// # Errors
/// When the listener fails or is bound to an address other than loopback.
pub async fn serve(emulator: Emulator, listener: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        // Signatures are not verified, and functions run as processes of this user.
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("the local emulator listens on loopback addresses only, not on {address}"),
        ));
    }
    emulator.served_at(format!("http://{address}"));
    let mut stop = pin!(stop);
    let mut connections = JoinSet::new();
    let mut refused = 0_u32;
    loop {
        tokio::select! {
            () = &mut stop => break,
            () = emulator.stopped() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    refused = 0;
                    connections.spawn(connection(emulator.clone(), stream));
                }
                // A client may disconnect before it is accepted. Only a listener that fails every time is broken.
                Err(error) if refused >= 100 => return Err(error),
                Err(_) => refused += 1,
            },
        }
    }
    drop(listener);
    emulator.stop();
    let _ = timeout(PATIENCE, async { while connections.join_next().await.is_some() {} }).await;
    emulator.runtime().stop();
    Ok(())
}

async fn connection(emulator: Emulator, stream: TcpStream) {
    let service = service_fn(|request| one(emulator.clone(), request));
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
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
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
        return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "the request is not complete or larger than 70 MB"));
    };
    let request = Request::from_parts(parts, body.to_bytes());
    // A separate task: AWS completes a call even if the caller disconnects.
    match tokio::spawn(async move { emulator.handle(request).await }).await {
        Ok(Ok(response)) => Ok(response.map(Full::new)),
        Ok(Err(Lost)) => Err(Broken),
        Err(error) => {
            tracing::error!(%error, "a call failed in the local emulator itself");
            Ok(plain(StatusCode::INTERNAL_SERVER_ERROR, "the local emulator failed"))
        }
    }
}

/// DNS rebinding: a web page may resolve its own name to this machine, but its requests carry that name in `Host`.
fn names_this_machine(request: &Request<Incoming>) -> bool {
    let Some(host) = request.headers().get(HOST).and_then(|host| host.to_str().ok()) else { return true };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}

/// Makes hyper close the connection without a response.
#[derive(Debug, thiserror::Error)]
#[error("a fault broke the connection")]
struct Broken;
