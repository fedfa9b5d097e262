//! The state cannot be saved, once or from some save on: the next run finds what is not recorded.

use std::ops::Range;

use stackctl::engine::{Consent, Engine, Interrupt, Outcome};

use super::{
    config::Config,
    kinds::catalog,
    life::{Told, down, planned, state, up},
    world::{World, disk_full},
};

/// An up during which these saves fail.
async fn up_without(world: &World, saves: Range<usize>) -> Outcome {
    world.fill_disk(saves);
    let (catalog, told, interrupt) = (catalog(), Told::default(), Interrupt::new());
    let engine = Engine { catalog: &catalog, cloud: world, events: &told, interrupt: &interrupt, parallel: 1 };
    let plan = planned(world, &Config::usual().desired(), Consent::default()).await.unwrap();
    engine.execute(&plan, state(world), world).await
}

/// The shape after an undisturbed up, and its number of saves.
async fn undisturbed() -> (Vec<String>, usize) {
    let world = World::slow(2);
    let outcome = up_without(&world, 0..0).await;
    assert!(outcome.complete(), "{outcome:?}");
    (world.shape(), usize::try_from(outcome.saves).unwrap())
}

async fn the_next_goes_on(world: &World, shape: &[String], story: &str) {
    let next = up(world, &Config::usual()).await;
    assert!(next.complete(), "{story}: {next:?}");
    assert_eq!(world.shape(), shape, "{story}");
    assert!(planned(world, &Config::usual().desired(), Consent::default()).await.unwrap().is_empty(), "{story}");
    assert!(down(world).await.complete(), "{story}");
    assert_eq!(world.shape(), Vec::<String>::new(), "{story}");
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_is_full_from_any_save_on_loses_nothing() {
    let (shape, saves) = undisturbed().await;
    assert!(saves > 5, "{saves}");
    for from in 0..saves {
        let world = World::slow(2);
        let outcome = up_without(&world, from..usize::MAX).await;
        assert_eq!(outcome.save_error, Some(disk_full()), "save {from}");
        // Without recorded intents no step starts; after a later failure started steps finish, and no more start.
        assert_eq!(outcome.done == 0, from == 0, "save {from}: {outcome:?}");
        the_next_goes_on(&world, &shape, &format!("save {from}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_is_full_for_one_save_loses_at_most_the_results_of_started_steps() {
    let (shape, saves) = undisturbed().await;
    for from in 1..saves {
        let world = World::slow(2);
        let outcome = up_without(&world, from..from + 1).await;
        assert_eq!(outcome.save_error, Some(disk_full()), "save {from}: the error is the first one");
        let recorded = world.state().unwrap().resources.len();
        let lost = usize::from(outcome.skipped == 0);
        assert!(recorded + lost >= outcome.done, "save {from}: {recorded} of {} are recorded", outcome.done);
        the_next_goes_on(&world, &shape, &format!("save {from}")).await;
    }
}
