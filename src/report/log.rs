//! The log of `-v`: on stderr, for whoever wants to know how something came about.

use std::io;

use tracing_subscriber::{EnvFilter, fmt};

use super::Look;

/// Begins to log. `verbose` counts the `-v`s.
///
/// The AWS client's words are let through from `-vvv` on, and even then not at the levels on which it prints
/// requests and answers whole: they hold passwords and tokens.
pub(crate) fn begin(verbose: u8, look: Look) {
    let filter = match verbose {
        0 if look == Look::Json => "off",
        0 => "error,stackctl=warn,stackctl_local=warn",
        1 => "error,stackctl=info,stackctl_local=info",
        2 => "error,stackctl=debug,stackctl_local=debug",
        _ => "info,stackctl=debug,stackctl_local=debug,aws_smithy_runtime::client::retries=debug",
    };
    let subscriber = fmt().with_env_filter(EnvFilter::new(filter)).with_writer(io::stderr).with_target(false);
    // A second call, as in a test, changes nothing.
    let _ = subscriber.with_ansi(false).try_init();
}
