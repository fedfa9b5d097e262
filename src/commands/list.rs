//! `stackctl list`: the stacks and stages that are recorded in the state places of this folder. Reads states only.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    config::Identity,
    engine::State,
    exit::Exit,
    failure::Failure,
    report::{EmulatorStatus, StackList, StackRow},
    session::{
        Run, connection,
        emulator::{Home, background},
        project,
    },
    state::Backend,
};

pub(crate) async fn run(run: &Run) -> Result<Exit, Failure> {
    let mut found = Found::default();
    for identity in project::identify_all(run)? {
        let home = Home::beside(&identity.path);
        found.read(run, &connection::on_local(&identity), &identity, &home.states().display().to_string()).await;
        let folder = identity.path.with_file_name(&identity.state.path);
        if folder.is_dir() {
            let place = folder.display().to_string();
            found.read(run, &connection::in_folder(&identity, &folder), &identity, &place).await;
        }
        if let Some(s3) = &identity.state.s3 {
            match connection::store(run, &identity).await {
                Ok(store) => found.read(run, &*store, &identity, &format!("s3://{}", s3.bucket)).await,
                Err(failure) => found.miss(run, failure),
            }
        }
    }
    let running = background::running(&Home::beside(&run.options.config)).await;
    let emulator = EmulatorStatus::of(running.as_ref().map(|server| (server.url.clone(), server.pid)));
    run.report.data(&StackList { stacks: found.rows.into_values().collect(), emulator });
    Ok(if found.incomplete { Exit::Failed } else { Exit::Done })
}

/// The stacks that were found, by place and name.
#[derive(Default)]
struct Found {
    rows: BTreeMap<(String, String, String), StackRow>,
    printed: BTreeSet<String>,
    /// Whether a place could not be read.
    incomplete: bool,
}

impl Found {
    /// Reads the state of a stack, and the others of its place.
    async fn read(&mut self, run: &Run, store: &dyn Backend, identity: &Identity, place: &str) {
        match store.load().await {
            Ok(state) => self.add(state, place),
            Err(error) => self.miss(run, error.into()),
        }
        match store.alike([&identity.service_name, &identity.stage]).await {
            Ok(states) => states.into_iter().for_each(|state| self.add(Some(state), place)),
            Err(error) => self.miss(run, error.into()),
        }
    }

    fn add(&mut self, state: Option<State>, place: &str) {
        let Some(state) = state.filter(|state| !state.is_empty()) else { return };
        let release = state.releases.last();
        let row = StackRow {
            local: state.endpoint.is_some() && place.ends_with("local/state"),
            resources: state.resources.len(),
            release: release.map(|release| release.number),
            released: release.map(|release| release.at),
            place: place.to_owned(),
            stack: state.stack,
            stage: state.stage,
            region: state.region,
            account: state.account,
        };
        self.rows.insert((row.stack.clone(), row.stage.clone(), row.place.clone()), row);
    }

    /// Prints that a place cannot be read, once.
    fn miss(&mut self, run: &Run, failure: Failure) {
        self.incomplete = true;
        for fault in failure.errors {
            if self.printed.insert(fault.message.clone()) {
                run.report.warn(&fault);
            }
        }
    }
}
