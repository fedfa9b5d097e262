//! Ending idle processes.

use std::{
    sync::{
        Arc, Weak,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use super::pool::Pools;

const ROUND: Duration = Duration::from_secs(20);
/// Lambda keeps an environment for some minutes after its last request.
const IDLE: Duration = Duration::from_mins(5);

/// A thread that runs as long as this value lives.
#[derive(Debug)]
pub(super) struct Reaper {
    _alive: mpsc::Sender<()>,
}

impl Reaper {
    pub(super) fn start(pools: &Arc<Pools>) -> Self {
        let (alive, gone) = mpsc::channel::<()>();
        let pools: Weak<Pools> = Arc::downgrade(pools);
        thread::spawn(move || {
            while gone.recv_timeout(ROUND) == Err(RecvTimeoutError::Timeout) {
                let Some(pools) = pools.upgrade() else { return };
                pools.reap(IDLE);
            }
        });
        Self { _alive: alive }
    }
}
