//! The state cannot be saved, once or from some moment on: what is not on record is found by the next run.

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
        // Without the intents on record nothing is begun; later on what is under way ends, and nothing more begins.
        assert_eq!(outcome.done == 0, from == 0, "save {from}: {outcome:?}");
        the_next_goes_on(&world, &shape, &format!("save {from}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_is_full_for_one_save_takes_the_results_of_what_was_under_way() {
    let (shape, saves) = undisturbed().await;
    for from in 1..saves {
        let world = World::slow(2);
        let outcome = up_without(&world, from..from + 1).await;
        assert_eq!(outcome.save_error, Some(disk_full()), "save {from}: the reason is the one that was met");
        let recorded = world.state().unwrap().resources.len();
        let lost = usize::from(outcome.skipped == 0);
        assert!(recorded + lost >= outcome.done, "save {from}: {recorded} of {} are on record", outcome.done);
        the_next_goes_on(&world, &shape, &format!("save {from}")).await;
    }
}
