//! The listener on 127.0.0.1.

use std::{future::Future, io};

use tokio::net::TcpListener;

use crate::cloud::Cloud;

/// Serves the cloud until `stop` completes.
///
/// # Errors
/// When the listener fails.
pub async fn serve(cloud: Cloud, listener: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
    let _ = (cloud, listener);
    stop.await;
    Ok(())
}
