//! `stackctl unlock`: takes the lock of the state away from who holds it, after showing who that is.

use crate::{
    exit::Exit,
    failure::{Failure, Fault},
    report::{Message, Report},
    session::{
        App, OnInterrupt,
        confirm::{self, Act, Question},
        connection,
        deployed::stack_and_stage,
        lock, project,
    },
    state::{Holder, SeenLock},
};

pub(crate) async fn run(app: &App) -> Result<Exit, Failure> {
    let identity = project::identify(app)?;
    let store = connection::store(app, &identity).await?;
    let place = store.place();
    let Some(seen) = store.seen_lock().await? else {
        app.report.tell(&Message::Note { message: &format!("{place} is not locked: there is nothing to do") });
        return Ok(Exit::Done);
    };
    show(app, &place, &seen);
    let text = format!("Force-release the state lock of {}, at {place}", stack_and_stage(&identity));
    let hint = format!("`stackctl unlock{} --yes` force-releases it", app.flags());
    confirm::ask(app, &Question { act: Act::ForceRelease, text, hint }).await?;
    app.set_on_interrupt(OnInterrupt::Leave);
    lock::seize(app, &*store, &seen).await?;
    app.report.tell(&Message::Note { message: &format!("unlocked {place}") });
    Ok(Exit::Done)
}

/// Shows who holds the lock, and what it would mean to take it away.
fn show(app: &App, place: &str, seen: &SeenLock) {
    let tell = if app.common.yes { Report::tell } else { Report::insist };
    tell(&app.report, &Message::Locked { place, lock: seen });
    if seen.given_up {
        let message = "nobody is at work any more: the next command takes the lock over by itself\n";
        tell(&app.report, &Message::Note { message });
    } else {
        tell(&app.report, &Message::Warning(&warning(seen.holder.as_ref())));
    }
}

fn warning(holder: Option<&Holder>) -> Fault {
    let (message, hint) = match holder {
        Some(holder) if holder.is_here() => (
            format!("it is at work: process {} of this machine is running", holder.pid),
            format!("`kill -TERM {}` lets it finish what is under way and release the lock by itself", holder.pid),
        ),
        Some(holder) => (
            format!("whether it is still at work cannot be told from here; {} may know", holder.user),
            "`--lock-timeout 5m` waits for it to end".to_owned(),
        ),
        None => {
            let message = "whether somebody is still at work cannot be told".to_owned();
            (message, "`--lock-timeout 5m` waits for them to end".to_owned())
        }
    };
    Fault::new(message)
        .detail("once the state is unlocked it can save nothing more: it stops, and the next command finds what it did")
        .hint(hint)
}
