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
    expected::require,
    journeys::{JOURNEYS, journey},
    kills::{KILLS, Kill},
    table::{Count, Table},
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
    let wish = std::env::var("UPDATE_KILL_MATRIX").ok();
    if is_to_be_written(&table, &failures, (&Table::committed(), wish.as_deref())).unwrap_or_else(|why| panic!("{why}"))
    {
        table.commit();
    }
}

/// Whether the page is to be written anew.
///
/// # Errors
/// When a cut did not end well, or fewer were tried than are on the page and nobody wishes for `fewer`.
fn is_to_be_written(
    table: &Table,
    failures: &[String],
    (committed, wish): (&Table, Option<&str>),
) -> Result<bool, String> {
    require(failures.is_empty(), || format!("{} cuts did not end well:\n{}", failures.len(), failures.join("\n")))?;
    let fewer = table.fewer_than(committed);
    let way_out = "`just kill-matrix fewer` writes the page all the same";
    require(fewer.is_empty() || wish == Some("fewer"), || format!("{}\n{way_out}", fewer.join("\n")))?;
    Ok(wish.is_some())
}

/// Takes all journeys through all columns, as many at once as there are cores.
fn outcomes() -> Vec<Outcome> {
    // The longest first, so that in the end no core waits for another one: second cuts in every weather.
    let works = [in_this_process as Work, killed];
    let jobs = works.into_iter().flat_map(|work| JOURNEYS.iter().rev().map(move |(name, _)| (*name, work)));
    let jobs = Mutex::new(jobs.collect::<VecDeque<_>>());
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

#[test]
fn the_page_is_written_only_when_all_is_well_and_fewer_cuts_only_when_they_are_wished_for() {
    let table = |tried| {
        let mut table = Table::default();
        table.set("down", "dies before", Count { tried, converged: tried });
        table
    };
    let less = "down, dies before: 2 cuts were tried, and 3 are on the page\n`just kill-matrix fewer` writes the page \
                all the same";
    let failure = ["down: dies before: it died: false".to_owned()];
    let ill = "1 cuts did not end well:\ndown: dies before: it died: false";
    for (tried, failures, wish, outcome) in [
        (3, &failure[..0], None, Ok(false)),
        (3, &[], Some("1"), Ok(true)),
        (4, &[], Some("1"), Ok(true)),
        (2, &[], None, Err(less)),
        (2, &[], Some("1"), Err(less)),
        (2, &[], Some("fewer"), Ok(true)),
        (3, &failure[..], None, Err(ill)),
        (3, &failure[..], Some("1"), Err(ill)),
        (2, &failure[..], Some("fewer"), Err(ill)),
    ] {
        let written = is_to_be_written(&table(tried), failures, (&table(3), wish));
        assert_eq!(written, outcome.map_err(str::to_owned), "{tried}, {failures:?}, {wish:?}");
    }
}
