//! `stackctl unlock`: force-releases the state lock after showing its holder.

use crate::{
    exit::Exit,
    failure::{Failure, Fault},
    hint::SuggestedCommand,
    report::{Locked, Unlocked},
    session::{
        OnInterrupt, Run,
        confirm::{self, Act, Question},
        connection,
        deployed::stack_and_stage,
        lock, project,
    },
    state::{Holder, SeenLock},
};

pub(crate) async fn run(run: &Run) -> Result<Exit, Failure> {
    let identity = project::identify(run)?;
    let store = connection::store(run, &identity).await?;
    let place = store.place();
    let Some(seen) = store.seen_lock().await? else {
        run.report.tell(&Unlocked { place: &place, was_locked: false });
        return Ok(Exit::Done);
    };
    show(run, &place, &seen);
    let text = format!("Force-release the state lock of {}, at {place}", stack_and_stage(&identity));
    let hint = SuggestedCommand::stack("unlock").yes().then(" force-releases it");
    confirm::ask(run, &Question { act: Act::ForceRelease, text, hint }).await?;
    run.cancel.on_interrupt(OnInterrupt::Leave);
    let _lock = lock::seize(run, &*store, &seen).await?;
    run.report.tell(&Unlocked { place: &place, was_locked: true });
    Ok(Exit::Done)
}

/// Shows the lock holder and the consequences of a force-release.
fn show(run: &Run, place: &str, seen: &SeenLock) {
    let asking = !run.options.yes;
    run.report.show(&Locked { place, lock: seen }, asking);
    if seen.given_up {
        let message = "the lock holder has exited: the next command takes over the lock\n";
        if asking { run.report.insist_note(message) } else { run.report.note(message) }
    } else {
        run.report.show(&run.report.resolved(&warning(seen.holder.as_ref())), asking);
    }
}

fn warning(holder: Option<&Holder>) -> Fault {
    let (message, hint) = match holder {
        Some(holder) if holder.is_here() => (
            format!("it is at work: process {} of this machine is running", holder.pid),
            format!("`kill -TERM {}` lets it finish what is under way and release the lock by itself", holder.pid),
        ),
        Some(holder) => (
            format!("cannot determine whether it is still running; check on {}", holder.user),
            "`--lock-timeout 5m` waits for it to end".to_owned(),
        ),
        None => {
            let message = "cannot determine whether the lock holder is still running".to_owned();
            (message, "`--lock-timeout 5m` waits for them to end".to_owned())
        }
    };
    Fault::new(message)
        .detail("once the state is unlocked it can save nothing more: it stops, and the next command finds what it did")
        .hint(hint)
}
