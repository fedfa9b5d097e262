//! The kill matrix: journeys × ways of being cut short, and the requirements after each cut.
//!
//! Every test run covers it in this process: `columns` has the ways, `journeys` the scenarios, `trial` runs each
//! scenario in each way, and `proof` checks the results. `table` is the page with the counts.

mod binary;
mod columns;
mod deeds;
mod expected;
mod journeys;
mod kills;
mod proof;
mod table;
mod tally;
mod trial;
mod wide;

use std::collections::BTreeSet;

use binary::Binary;
use columns::{Column, IN_LATE_LISTS, columns};
use journeys::{JOURNEYS, journey};
use kills::KILLS;
use table::Table;
use trial::Trial;

/// Runs a journey in the columns of rough weather, or in all others, and compares the counts with the committed table.
async fn survives(name: &str, rough: bool) {
    survives_in(name, |column| column.rough == rough).await;
}

/// The same in these columns.
async fn survives_in(name: &str, is_chosen: impl Fn(&Column) -> bool) {
    let (mut table, mut failures) = (Table::default(), Vec::new());
    let trial = Trial::prepare(journey(name)).await;
    assert_eq!(IN_LATE_LISTS.contains(&name), trial.makes_what_is_listed_late(), "the journeys in IN_LATE_LISTS");
    for column in columns().iter().filter(|column| is_chosen(column) && column.is_tried_on(name)) {
        let tally = trial.column(column).await;
        table.set(name, column.name, tally.count());
        failures.extend(tally.failures);
    }
    assert!(failures.is_empty(), "{} cuts failed:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(table.fewer_than(&Table::committed()), Vec::<String>::new());
}

/// A test for each journey, and the names of the journeys.
macro_rules! tests {
    ($($test:ident = $name:literal,)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $test() {
                survives($name, false).await;
            }
        )*

        const TESTED: &[&str] = &[$($name),*];
    };
}

tests! {
    an_up_with_nothing_to_do_survives_any_cut = "up again",
    an_edited_handler_survives_any_cut = "handler edited",
    a_new_route_survives_any_cut = "route added",
    a_changed_route_survives_any_cut = "route changed",
    a_removed_route_survives_any_cut = "route removed",
    changed_settings_survive_any_cut = "pool and client settings changed",
    a_renamed_function_survives_any_cut = "function renamed",
    a_replaced_client_survives_any_cut = "client replaced",
    a_replaced_api_survives_any_cut = "API replaced, with all beneath it",
    a_switch_to_cors_survives_any_cut = "CORS switched on",
    a_down_survives_any_cut = "down",
    a_down_of_a_protected_pool_survives_any_cut = "down of a protected pool",
    a_check_that_passes_survives_any_cut = "check passed",
    a_check_that_fails_survives_any_cut = "check failed, rolled back",
    a_rollback_survives_any_cut = "rollback",
    an_up_after_any_cut_of_a_rollback_succeeds = "rollback cut, up",
    a_rollback_after_any_cut_of_a_rename_never_calls_a_deleted_function = "function renamed, rollback, up",
    an_edit_after_any_cut_of_an_up_is_deployed = "up cut, edited, up",
    a_down_after_any_cut_of_an_up_leaves_nothing = "up cut, down",
}

/// A test for each column of a journey that takes long, and the names of the columns.
macro_rules! by_column {
    ($journey:literal, $columns:ident: $($test:ident = $column:literal,)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $test() {
                survives_in($journey, |column| column.name == $column).await;
            }
        )*

        const $columns: &[&str] = &[$($column),*];
    };
}

by_column! {
    "first up", CUT_FIRST:
    a_first_up_survives_a_death_before_a_call = "dies before",
    a_first_up_survives_a_death_after_a_call = "dies after",
    a_first_up_survives_a_lost_request = "request lost",
    a_first_up_survives_a_lost_response = "answer lost",
}

by_column! {
    "two cuts in a row", CUT_TWICE:
    a_second_cut_after_a_death_before_a_call_is_survived = "dies before",
    a_second_cut_after_a_death_after_a_call_is_survived = "dies after",
    a_second_cut_after_a_lost_request_is_survived = "request lost",
    a_second_cut_after_a_lost_response_is_survived = "answer lost",
}

/// A sample of the rough weather in which `just kill-matrix` runs every journey.
#[tokio::test(start_paused = true)]
async fn a_first_up_survives_any_weather() {
    survives("first up", true).await;
}

/// A sample of the kills that `just kill-matrix` does at every call of every journey.
#[test]
fn a_first_up_survives_a_real_sigkill() {
    let binary = Binary::prepare(journey("first up"));
    for kill in &KILLS {
        let tally = binary.column(kill, 12);
        assert!(tally.tried > 0 && tally.failures.is_empty(), "{}", tally.failures.join("\n"));
    }
}

#[test]
fn every_journey_is_tested() {
    let journeys: Vec<&str> = JOURNEYS.iter().map(|(name, _)| *name).collect();
    assert_eq!([&["first up"], TESTED, &["two cuts in a row"]].concat(), journeys);
    let whole: Vec<&str> = columns().iter().filter(|column| !column.rough).map(|column| column.name).collect();
    assert_eq!((CUT_FIRST, CUT_TWICE), (whole.as_slice(), whole.as_slice()));
}

#[test]
fn the_page_has_every_journey_in_every_column() {
    let in_process = |journey| columns().into_iter().filter(move |column| column.is_tried_on(journey));
    let columns = |journey| in_process(journey).map(|column| column.name).chain(KILLS.iter().map(|kill| kill.name));
    let pairs =
        JOURNEYS.iter().flat_map(|(name, _)| columns(*name).map(|column| (name.to_string(), column.to_owned())));
    let committed = Table::committed();
    let found: BTreeSet<_> = committed.places().map(|(place, _)| place.clone()).collect();
    assert_eq!(found, pairs.collect(), "docs/kill-matrix.md is stale: run `just kill-matrix` to update it");
}
