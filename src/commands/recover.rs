//! `stackctl recover`: rebuilds a missing or damaged state from the resources with the stack's ownership tags.

use crate::{
    aws::Clients,
    engine::{Candidate, Catalog, Discovery, Key, Mark, Several, State, Unmanaged},
    exit::Exit,
    failure::{Failure, Fault},
    hint::{Hint, SuggestedCommand},
    report::{FoundTable, NextStep, Recovered, counted},
    session::{
        OnInterrupt, Run, Session,
        confirm::{self, Act, Question},
        project,
    },
    stack,
    state::StateError,
};

pub(crate) async fn run(run: &Run) -> Result<Exit, Failure> {
    let loaded = project::load_to_compare(run)?;
    let packages = project::package_to_compare(&loaded);
    let session = Session::open_to_compare(run, &loaded, &packages).await?;
    let _lock = session.lock(run).await?;
    let (blank, damaged) = blank(&session).await?;
    let mut discovery = session.discover(run, &packages, blank).await?;
    if !discovery.several.is_empty() {
        return Err(undecided(&discovery, &session.catalog));
    }
    let desired = session.desired(&packages);
    stack::rewire(&mut discovery.state, &desired);
    let table = FoundTable::new(&discovery.state, &desired, &session.catalog);
    let futile = discovery.state.resources.is_empty() && damaged.is_none();
    let asking = !futile && confirm::is_due(run, Act::Recover);
    // Without a prompt, a damaged state is replaced.
    let damaged = damaged.map(|fault| if asking { fault } else { Fault { hints: Vec::new(), ..fault } });
    let warnings: Vec<Fault> = damaged.into_iter().chain(left_alone(&discovery, &session.catalog)).collect();
    let target = session.target();
    if asking {
        confirm::show_target(run, &target);
    }
    run.report.show(&table, asking);
    for warning in &warnings {
        run.report.show(&run.report.resolved(warning), asking);
    }
    if futile {
        run.report
            .note(Hint::from("nothing was recorded; ").run(SuggestedCommand::stack("up")).text(" creates the stack"));
        return Ok(Exit::Done);
    }
    let place = session.store.place();
    let text = format!("Write the state of {}, in {}, to {place}", target.subject(), target.location.described());
    let hint = Hint::from("check this, then run ").run(SuggestedCommand::stack("recover").yes());
    confirm::ask(run, &Question { act: Act::Recover, text, hint }).await?;
    record(run, &session, discovery.state).await
}

/// The initial state, and the error of a damaged one that it replaces.
async fn blank(session: &Session) -> Result<(State, Option<Fault>), Failure> {
    let state = match session.store.load().await {
        Ok(loaded) => session.settled(loaded).await?,
        Err(error) => {
            let StateError::Damaged { restore, .. } = &error else { return Err(error.into()) };
            return Ok((session.blank(), Some(Fault::new(&error).hint(restore))));
        }
    };
    if state.is_empty() { Ok((state, None)) } else { Err(not_lost(session, &state)) }
}

fn not_lost(session: &Session, state: &State) -> Failure {
    let (known, begun) = (state.resources.len(), state.pending.len());
    let begun =
        if begun == 0 { String::new() } else { format!(" and {} of an interrupted run", counted(begun, "step")) };
    let saved = if state.serial == 1 { "once".to_owned() } else { format!("{} times", state.serial) };
    Failure::usage(format!("{}: the state is intact, so nothing was changed", session.store.place()))
        .detail(format!("recorded: {}{begun}, saved {saved}", counted(known, "resource")))
        .hint(SuggestedCommand::stack("status").then(" compares it with the live settings"))
        .hint("to rebuild it all the same, move it away first")
}

fn undecided(discovery: &Discovery, catalog: &Catalog<Clients>) -> Failure {
    let fault = |(key, several): (&Key, &Several)| {
        let Several { alike_in, candidates } = several;
        let (alike, way_out) = match alike_in {
            Mark::Claim => ("carry its tags", "delete those that are not, or take the tag `stackctl:stack` off them"),
            Mark::Name => ("have its name and settings", "delete those that are not, or rename them"),
        };
        let message = format!(
            "{key}: {} {alike}; which one belongs to the stack cannot be decided automatically",
            candidates.len()
        );
        let fault = candidates.iter().fold(Fault::new(message), |fault, one| fault.detail(line(key, one, catalog)));
        let hint = Hint::from(format!("{way_out}, then run ")).run(SuggestedCommand::stack("recover"));
        fault.hint(hint.text(" again: nothing was recorded"))
    };
    Failure { exit: Exit::Failed, errors: discovery.several.iter().map(fault).collect(), hints: Vec::new() }
}

fn line(key: &Key, candidate: &Candidate, catalog: &Catalog<Clients>) -> String {
    let id = catalog.get(&key.kind).and_then(|kind| kind.id(&candidate.outputs)).unwrap_or_default();
    let holds = candidate.holdings.map(|records| format!(", with {}", counted(records, "user")));
    format!("{id}{}", holds.unwrap_or_default())
}

/// What has a name of ours and is not recorded.
fn left_alone(discovery: &Discovery, catalog: &Catalog<Clients>) -> Vec<Fault> {
    let unmanaged = discovery.unmanaged.iter().map(|(key, unmanaged)| {
        let Unmanaged { thing, whose, hints } = unmanaged;
        Fault { hints: hints.clone(), ..Fault::new(format!("{key}: {thing} {whose}: it is left alone")) }
    });
    let beside = discovery.beside.iter().map(|(key, outputs)| {
        let id = catalog.get(&key.kind).and_then(|kind| kind.id(outputs)).unwrap_or_default();
        Fault::new(format!("{key}: `{id}` has its name, too, and is less like the config: it is left alone"))
            .hint("delete it when it is not used any more")
    });
    unmanaged.chain(beside).collect()
}

async fn record(run: &Run, session: &Session, mut state: State) -> Result<Exit, Failure> {
    run.cancel.on_interrupt(OnInterrupt::Finish);
    state.serial += 1;
    // A serial of 1 means that there was no valid state before.
    let damaged = if state.serial == 1 {
        session.store.begin_anew(&state).await?
    } else {
        session.store.save(&state).await?;
        None
    };
    run.meter.count_saves(1);
    let (place, resources) = (session.store.place(), state.resources.len());
    run.report.tell(&Recovered { state: place, resources, damaged });
    run.report.next(vec![NextStep::Stackctl(SuggestedCommand::stack("plan"), "    # what is left to do")]);
    Ok(Exit::Done)
}
