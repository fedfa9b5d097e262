//! The listener on 127.0.0.1.

use std::{future::Future, io, pin::pin, sync::Arc, time::Duration};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    emulator::{Emulator, connection},
    runtime,
};

/// The timeout for open requests when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// The wait after a connection could not be accepted, usually because no file descriptor is free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The number of open files that the emulator asks for: its connections, and the pipes of the functions.
const OPEN_FILES: u64 = 8_192;

/// The most connections at a time, where the system allows as many open files.
const MOST_CONNECTIONS: u64 = 2_000;

/// The connections over the limit that get an error response at a time. Further ones are closed.
const MOST_REJECTED: usize = 32;

/// The response to a connection over the limit.
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\ncontent-length: 48\r\n\
connection: close\r\n\r\nthe local emulator has too many open connections";

/// Runs the server until `stop` completes or [`Emulator::stop`] is called.
///
/// # Errors
/// When the listener is bound to an address other than loopback.
pub async fn serve(emulator: Emulator, listener: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        // Functions run as processes of this user.
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("the local emulator listens on loopback addresses only, not on {address}"),
        ));
    }
    emulator.served_at(format!("http://{address}"));
    tokio::task::spawn_blocking(runtime::sweep);
    let limit = most_connections();
    let (free, mut stop) = (Arc::new(Semaphore::new(limit)), pin!(stop));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut stop => break,
            () = emulator.stopped() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match (accepted, Arc::clone(&free).try_acquire_owned()) {
                (Ok((stream, _)), Ok(permit)) => {
                    let served = connection::serve(emulator.clone(), stream);
                    connections.spawn(async move {
                        served.await;
                        drop(permit);
                    });
                }
                (Ok((stream, _)), Err(_)) if connections.len() < limit + MOST_REJECTED => {
                    connections.spawn(reject(stream));
                }
                (Ok(_), Err(_)) => {}
                (Err(error), _) => {
                    tracing::debug!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    emulator.stop();
    let _ = timeout(STOP_TIMEOUT, async { while connections.join_next().await.is_some() {} }).await;
    emulator.runtime().stop();
    Ok(())
}

/// The most connections at a time: half of the open files that the system allows. The other half is for functions.
fn most_connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(OPEN_FILES).min(OPEN_FILES);
    let current = limit.current.unwrap_or(OPEN_FILES);
    let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
    let files = if current < wanted && setrlimit(Resource::Nofile, raised).is_ok() { wanted } else { current };
    usize::try_from((files / 2).min(MOST_CONNECTIONS)).unwrap_or(1)
}

/// Reads what the client sends first, so that closing the connection does not discard the response.
async fn reject(mut stream: TcpStream) {
    let exchange = async {
        let _ = stream.read(&mut [0; 8_192]).await;
        let _ = stream.write_all(BUSY).await;
    };
    let _ = timeout(Duration::from_secs(1), exchange).await;
}
