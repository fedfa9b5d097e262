//! The log of `-v`, on stderr.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::{EnvFilter, fmt};

use super::printer::{Look, guarded};

/// Starts logging. `verbose` is the number of `-v` flags.
///
/// Environment variables have no effect on it.
pub(super) fn begin(verbose: u8, look: Look) {
    let filter = EnvFilter::new(directives(verbose, look));
    let subscriber = fmt()
        .with_env_filter(filter)
        .with_writer(|| guarded(io::stderr(), io::stderr().is_terminal()))
        .with_target(false);
    // A second call, as in tests, has no effect.
    let _ = subscriber.with_ansi(false).try_init();
}

/// The AWS SDK's log is included from `-vvv` on, but never at the level `TRACE`: there it prints full requests and
/// responses, which contain passwords and tokens.
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
    fn the_level_at_which_the_aws_sdk_prints_bodies_is_never_enabled() {
        for verbose in 0..=u8::MAX {
            for look in [Look::Human, Look::Json] {
                let most = EnvFilter::new(directives(verbose, look)).max_level_hint();
                assert!(most.is_some_and(|most| most < LevelFilter::TRACE), "{verbose} {look:?}: {most:?}");
            }
        }
    }
}
