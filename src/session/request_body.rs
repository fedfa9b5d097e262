//! The body of a request: from the command line, a file, or stdin.

use std::io::{self, Read as _};

use bytes::Bytes;

use crate::{cli::Data, failure::Failure};

/// Reads the body. `None` when the request has none.
///
/// # Errors
/// When it cannot be read.
pub(crate) async fn read(data: Option<&Data>) -> Result<Option<Bytes>, Failure> {
    match data {
        None => Ok(None),
        Some(Data::Text(text)) => Ok(Some(text.clone().into())),
        Some(Data::Stdin) => stdin().await.map(Some),
        Some(Data::File(path)) => match std::fs::read(path) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(error) => Err(Failure::io(format!("{}: the data cannot be read", path.display()), &error)),
        },
    }
}

/// Reads stdin to its end.
///
/// # Errors
/// When it cannot be read.
pub(crate) async fn stdin() -> Result<Bytes, Failure> {
    // Reading blocks, and an interrupt must not wait for it.
    let read = tokio::task::spawn_blocking(|| {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    });
    match read.await {
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(error)) => Err(Failure::io("stdin cannot be read", &error)),
        Err(error) => Err(Failure::failed("stdin cannot be read").detail(error)),
    }
}
