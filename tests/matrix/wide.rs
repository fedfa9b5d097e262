//! The matrix on all cores: the whole of it, which `just kill-matrix` runs and writes to the page, or a share of it,
//! which `.ci/run` runs.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    thread,
};

use tokio::runtime::Builder;

use super::{
    binary::Binary,
    columns::{Column, columns},
    expected::require,
    journeys::{JOURNEYS, journey},
    kills::{KILLS, Kill},
    table::{Count, Table},
    tally::Tally,
    trial::Trial,
};

/// The result of one journey in one column.
struct Outcome {
    journey: &'static str,
    column: &'static str,
    tally: Tally,
}

#[test]
#[ignore = "it takes minutes: `just kill-matrix`"]
fn the_whole_matrix_matches_the_page() {
    let (mut table, mut failures) = (Table::default(), Vec::new());
    for Outcome { journey, column, tally } in outcomes(cells()) {
        table.set(journey, column, tally.count());
        failures.extend(tally.failures.iter().map(|failure| format!("{journey}: {failure}")));
    }
    let wish = std::env::var("UPDATE_KILL_MATRIX").ok();
    if is_to_be_written(&table, &failures, (&Table::committed(), wish.as_deref())).unwrap_or_else(|why| panic!("{why}"))
    {
        table.commit();
    }
}

/// Whether to write the page.
///
/// # Errors
/// When a cut failed, or when fewer cuts were tried than are on the page and `wish` is not `fewer`.
fn is_to_be_written(
    table: &Table,
    failures: &[String],
    (committed, wish): (&Table, Option<&str>),
) -> Result<bool, String> {
    require(failures.is_empty(), || format!("{} cuts failed:\n{}", failures.len(), failures.join("\n")))?;
    let fewer = table.fewer_than(committed);
    let way_out = "`just kill-matrix fewer` writes the page all the same";
    require(fewer.is_empty() || wish == Some("fewer"), || format!("{}\n{way_out}", fewer.join("\n")))?;
    Ok(wish.is_some())
}

/// The share `KILL_MATRIX_SHARE=turn/of`: every `of`-th cell from `turn` on, among the cells that `cargo test` does not
/// run whole.
#[test]
#[ignore = "it takes minutes: `.ci/run`"]
fn a_share_of_the_matrix_matches_the_page() {
    let wish = std::env::var("KILL_MATRIX_SHARE").expect("KILL_MATRIX_SHARE names the share, such as 0/8");
    let (turn, of) = turn(&wish).unwrap_or_else(|| panic!("`{wish}` is not a share, such as 0/8"));
    let (mut table, mut failures) = (Table::default(), Vec::new());
    for Outcome { journey, column, tally } in outcomes(share(turn, of)) {
        table.set(journey, column, tally.count());
        failures.extend(tally.failures.iter().map(|failure| format!("{journey}: {failure}")));
    }
    let tried: usize = table.places().map(|(_, count)| count.tried).sum();
    println!("share {turn} of {of}: {tried} cuts in {} cells, {} failed", table.places().count(), failures.len());
    is_to_be_written(&table, &failures, (&Table::committed(), None)).unwrap_or_else(|why| panic!("{why}"));
}

/// Reads `turn/of`, with `turn` below `of`.
fn turn(wish: &str) -> Option<(usize, usize)> {
    let (turn, of) = wish.split_once('/')?;
    let (turn, of) = (turn.parse().ok()?, of.parse().ok()?);
    (turn < of).then_some((turn, of))
}

/// One journey in one column: the unit of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
struct Cell {
    journey: &'static str,
    column: &'static str,
}

/// All cells. The longest are first (second cuts in every weather), so that no core waits for another at the end.
fn cells() -> Vec<Cell> {
    let columns: Vec<Column> = columns();
    let journeys = || JOURNEYS.iter().rev().map(|(journey, _)| *journey);
    let in_process = journeys().flat_map(|journey| {
        let tried = columns.iter().filter(move |column| column.is_tried_on(journey));
        tried.map(move |column| Cell { journey, column: column.name })
    });
    let killed = journeys().flat_map(|journey| KILLS.iter().map(move |kill| Cell { journey, column: kill.name }));
    in_process.chain(killed).collect()
}

/// The cells of one share, without the columns that `cargo test` runs whole.
fn share(turn: usize, of: usize) -> Vec<Cell> {
    let columns = columns();
    let whole = |cell: &Cell| columns.iter().any(|column| column.name == cell.column && !column.rough);
    let cells = cells().into_iter().filter(|cell| !whole(cell)).enumerate();
    cells.filter(|(place, _)| place % of == turn).map(|(_, cell)| cell).collect()
}

/// Runs the cells, as many at once as there are cores.
fn outcomes(cells: Vec<Cell>) -> Vec<Outcome> {
    let cells = Mutex::new(VecDeque::from(cells));
    let next = || cells.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let work = || std::iter::from_fn(next).map(outcome).collect::<Vec<_>>();
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no worker panics")).collect()
    })
}

fn outcome(Cell { journey: name, column }: Cell) -> Outcome {
    let tally = match KILLS.iter().find(|kill| kill.name == column) {
        Some(kill) => killed(name, kill),
        None => in_this_process(name, column),
    };
    Outcome { journey: name, column, tally }
}

fn in_this_process(name: &str, column: &str) -> Tally {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let columns = columns();
        let column = columns.iter().find(|one| one.name == column).expect("the column of a cell exists");
        Trial::prepare(journey(name)).await.column(column).await
    })
}

fn killed(name: &str, kill: &Kill) -> Tally {
    Binary::prepare(journey(name)).column(kill, 1)
}

#[test]
fn the_shares_are_disjoint_and_cover_all_cells_that_cargo_test_omits() {
    let mut together: Vec<Cell> = (0..4).flat_map(|turn| share(turn, 4)).collect();
    together.sort();
    let rough = columns().into_iter().filter(|column| column.rough).map(|column| column.name);
    let rest: Vec<&str> = rough.chain(KILLS.iter().map(|kill| kill.name)).collect();
    let mut expected: Vec<Cell> = cells().into_iter().filter(|cell| rest.contains(&cell.column)).collect();
    expected.sort();
    assert_eq!(together, expected);
}

#[test]
fn a_share_is_a_turn_below_the_number_of_shares() {
    assert_eq!(turn("3/4"), Some((3, 4)));
    for wrong in ["", "1", "4/4", "a/4", "1/", "-1/4"] {
        assert_eq!(turn(wrong), None, "{wrong}");
    }
}

#[test]
fn the_page_is_written_only_without_failures_and_with_fewer_cuts_only_on_request() {
    let table = |tried| {
        let mut table = Table::default();
        table.set("down", "dies before", Count { tried, converged: tried });
        table
    };
    let less = "down, dies before: 2 cuts were tried, and 3 are on the page\n`just kill-matrix fewer` writes the page \
                all the same";
    let failure = ["down: dies before: it died: false".to_owned()];
    let ill = "1 cuts failed:\ndown: dies before: it died: false";
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
