//! What Ctrl-C, SIGTERM and a closed terminal do: the first lets a plan finish what is in progress, the second stops at
//! once.

use std::{
    fs,
    future::{Future, poll_fn},
    io,
    task::Poll,
};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{OnInterrupt, Run};
use crate::{exit::Exit, failure::Failure};

/// Runs `work` until it ends or is interrupted.
pub(crate) async fn heeding(run: &Run, work: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let signals = Signals::listen().map_err(|error| Failure::io("signals cannot be listened to", &error))?;
    tokio::select! {
        ended = work => ended,
        stopped = stopped(run, signals) => stopped,
    }
}

async fn stopped(run: &Run, mut signals: Signals) -> Result<Exit, Failure> {
    signals.next().await;
    let interrupted = |message: &str| Failure::new(Exit::Interrupted, message);
    match run.cancel.policy() {
        OnInterrupt::Stop => Err(interrupted("interrupted, before anything was changed")),
        OnInterrupt::Leave => Err(interrupted("interrupted").hint("run the same command again to continue")),
        OnInterrupt::Abandon => Err(interrupted("interrupted, with the request under way")
            .hint("the server may have received it: check before you send it again")),
        OnInterrupt::End => Ok(Exit::Done),
        OnInterrupt::Finish => {
            run.cancel.interrupt.request();
            signals.next().await;
            Err(interrupted("stopped immediately, with API calls in progress")
                .hint("run the same command again: it finds their effects and continues"))
        }
    }
}

/// The signals that cancel a run.
struct Signals(Vec<Signal>);

impl Signals {
    fn listen() -> io::Result<Self> {
        let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
        if hears_hangup() {
            kinds.push(SignalKind::hangup());
        }
        kinds.into_iter().map(signal).collect::<io::Result<_>>().map(Self)
    }

    /// Completes when a signal arrives.
    async fn next(&mut self) {
        poll_fn(|task| {
            let arrived = self.0.iter_mut().any(|signal| signal.poll_recv(task).is_ready());
            if arrived { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Whether to listen to SIGHUP, the signal of a closed terminal. `nohup` sets it to be ignored, which listening would
/// undo. Where that cannot be read, SIGHUP keeps its default action.
fn hears_hangup() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| !ignores_hangup(&status))
}

/// Whether SIGHUP, signal 1, is in the mask of ignored signals.
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bit_of_the_mask_is_sighup() {
        assert!(ignores_hangup("SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\n"));
        assert!(ignores_hangup("it is reported differently here"));
    }
}
