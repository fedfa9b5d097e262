//! The kill matrix: journeys × ways of being cut short, and what is required after each cut.
//!
//! `columns` has the ways, `journeys` what people do, `trial` lays one over the other and `proof` judges.

mod columns;
mod deeds;
mod expected;
mod journeys;
mod proof;
mod tally;
mod trial;

use columns::columns;
use journeys::{JOURNEYS, journey};
use tally::Tally;
use trial::Trial;

/// Takes a journey through the columns of rough weather, or through all others.
async fn survives(name: &str, rough: bool) {
    let trial = Trial::prepare(journey(name)).await;
    for column in columns().iter().filter(|column| column.rough == rough) {
        let Tally { tried, failures } = trial.column(column).await;
        assert!(tried > 0, "{}: nothing was cut", column.name);
        let (failed, what) = (failures.len(), column.what);
        assert!(failed == 0, "{what}\n{failed} of {tried} cuts did not end well:\n{}", failures.join("\n"));
    }
}

/// A test for each journey, and their names.
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
    a_first_up_survives_any_cut = "first up",
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
    an_edit_after_any_cut_of_an_up_is_carried_out = "up cut, edited, up",
    a_down_after_any_cut_of_an_up_leaves_nothing = "up cut, down",
    two_cuts_in_a_row_are_survived = "two cuts in a row",
}

/// The first up stands for all in rough weather: it makes one of everything.
#[tokio::test(start_paused = true)]
async fn a_first_up_survives_any_weather() {
    survives("first up", true).await;
}

#[test]
fn every_journey_is_tested() {
    let journeys: Vec<&str> = JOURNEYS.iter().map(|(name, _)| *name).collect();
    assert_eq!(TESTED, journeys);
}
