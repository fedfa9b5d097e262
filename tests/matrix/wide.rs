//! The whole matrix at once, on all cores: what `just kill-matrix` runs and writes to the page.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    thread,
};

use tokio::runtime::Builder;

use super::{
    binary::Binary,
    columns::columns,
    journeys::{JOURNEYS, journey},
    kills::{KILLS, Kill},
    table::Table,
    tally::Tally,
    trial::Trial,
};

/// What came of one journey in one column.
struct Outcome {
    journey: &'static str,
    column: &'static str,
    tally: Tally,
}

#[test]
#[ignore = "it takes minutes: `just kill-matrix`"]
fn the_whole_matrix_is_as_the_page_says() {
    let (mut table, mut failures) = (Table::default(), Vec::new());
    for Outcome { journey, column, tally } in outcomes() {
        table.set(journey, column, tally.count());
        failures.extend(tally.failures.iter().map(|failure| format!("{journey}: {failure}")));
    }
    if std::env::var_os("UPDATE_KILL_MATRIX").is_some() {
        table.commit();
    }
    assert!(failures.is_empty(), "{} cuts did not end well:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(table.fewer_than(&Table::committed()), Vec::<String>::new());
}

/// Takes all journeys through all columns, as many at once as there are cores.
fn outcomes() -> Vec<Outcome> {
    let names = JOURNEYS.iter().map(|(name, _)| *name);
    let jobs: VecDeque<(&'static str, Work)> =
        names.flat_map(|name| [(name, killed as Work), (name, in_this_process as Work)]).collect();
    let jobs = Mutex::new(jobs);
    let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let work = || std::iter::from_fn(next).flat_map(|(name, work)| work(name)).collect::<Vec<_>>();
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no worker panics")).collect()
    })
}

/// A part of a journey's row.
type Work = fn(&'static str) -> Vec<Outcome>;

fn in_this_process(name: &'static str) -> Vec<Outcome> {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let trial = Trial::prepare(journey(name)).await;
        let mut outcomes = Vec::new();
        for column in columns().iter().filter(|column| column.is_tried_on(name)) {
            let tally = trial.column(column).await;
            outcomes.push(Outcome { journey: name, column: column.name, tally });
        }
        outcomes
    })
}

fn killed(name: &'static str) -> Vec<Outcome> {
    let binary = Binary::prepare(journey(name));
    let outcome = |kill: &Kill| Outcome { journey: name, column: kill.name, tally: binary.column(kill, 1) };
    KILLS.iter().map(outcome).collect()
}
