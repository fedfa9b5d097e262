//! The log of `-v`: on stderr, for whoever wants to know how something came about.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::{EnvFilter, fmt};

use super::printer::{Look, guarded};

/// Begins to log. `verbose` counts the `-v`s.
///
/// No variable of the environment has a say in it.
pub(super) fn begin(verbose: u8, look: Look) {
    let filter = EnvFilter::new(directives(verbose, look));
    let subscriber = fmt()
        .with_env_filter(filter)
        .with_writer(|| guarded(io::stderr(), io::stderr().is_terminal()))
        .with_target(false);
    // A second call, as in a test, changes nothing.
    let _ = subscriber.with_ansi(false).try_init();
}

/// The AWS client's words are let through from `-vvv` on, and never at the level `TRACE`, on which it prints requests
/// and answers whole: they hold passwords and tokens.
fn directives(verbose: u8, look: Look) -> &'static str {
    match verbose {
        0 if look == Look::Json => "off",
        0 => "error,stackctl=warn,stackctl_local=warn",
        1 => "error,stackctl=info,stackctl_local=info",
        2 => "error,stackctl=debug,stackctl_local=debug",
        _ => "info,stackctl=debug,stackctl_local=debug,aws_smithy_runtime::client::retries=debug",
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::filter::LevelFilter;

    use super::*;

    #[test]
    fn the_level_on_which_the_aws_client_prints_bodies_is_never_let_through() {
        for verbose in 0..=u8::MAX {
            for look in [Look::Human, Look::Json] {
                let most = EnvFilter::new(directives(verbose, look)).max_level_hint();
                assert!(most.is_some_and(|most| most < LevelFilter::TRACE), "{verbose} {look:?}: {most:?}");
            }
        }
    }
}
