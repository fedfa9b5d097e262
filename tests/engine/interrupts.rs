//! Interrupts while a plan is executed.

use std::time::Duration;

use stackctl::{
    engine::{Consent, Engine, Interrupt},
    state::StateError,
};

use super::{
    config::Config,
    kinds::catalog,
    life::{Told, planned, state, up},
    world::{LostAnswer, World},
};

#[tokio::test(start_paused = true)]
async fn an_interrupt_finishes_started_steps_and_starts_no_more() {
    let world = World::default();
    let (catalog, told) = (catalog(), Told::default());
    let interrupt = Interrupt::new();
    let engine = Engine { catalog: &catalog, cloud: &world, events: &told, interrupt: &interrupt, parallel: 1 };
    let plan = planned(&world, &Config::usual().desired(), Consent::default()).await.unwrap();
    interrupt.request();
    let outcome = engine.execute(&plan, state(&world), &world).await;
    assert!(outcome.interrupted);
    assert_eq!((outcome.done, outcome.skipped), (1, 5));
    assert_eq!(world.state().unwrap().resources.len(), 1);
    assert!(up(&world, &Config::usual()).await.complete());
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_ends_the_search_for_a_lost_create_and_creates_no_second_one() {
    let undisturbed = World::default();
    up(&undisturbed, &Config::usual()).await.outcome();
    let mut searches = 0;
    for at in 0..undisturbed.ticks() {
        let world = World::lagging(5);
        let (catalog, told, interrupt) = (catalog(), Told::default(), Interrupt::new());
        let engine = Engine { catalog: &catalog, cloud: &world, events: &told, interrupt: &interrupt, parallel: 4 };
        let plan = planned(&world, &Config::usual().desired(), Consent::default()).await.unwrap();
        world.arm(None);
        world.lose_answer(LostAnswer(at));
        let wish = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            interrupt.request();
        };
        let (outcome, ()) = tokio::join!(engine.execute(&plan, state(&world), &world), wish);
        searches += outcome.stopped.len();
        assert!(outcome.stopped.iter().all(|stopped| {
            stopped.error.to_string() == "stopped waiting for what an interrupted run may have created"
        }));
        assert!(up(&world, &Config::usual()).await.complete(), "request {at}");
        assert_eq!(world.shape(), undisturbed.shape(), "request {at}");
    }
    assert!(searches > 0);
}

#[tokio::test(start_paused = true)]
async fn a_lost_lock_finishes_started_steps_and_starts_no_more() {
    let world = World::default();
    let (catalog, told, interrupt) = (catalog(), Told::default(), Interrupt::new());
    let engine = Engine { catalog: &catalog, cloud: &world, events: &told, interrupt: &interrupt, parallel: 1 };
    let plan = planned(&world, &Config::usual().desired(), Consent::default()).await.unwrap();
    world.lose_lock();
    let outcome = engine.execute(&plan, state(&world), &world).await;
    assert_eq!(outcome.save_error, Some(StateError::TakenOver { path: "toy".into(), holder: None }.into()));
    assert_eq!((outcome.done, outcome.skipped, outcome.interrupted), (1, 5, false));
    assert!(up(&world, &Config::usual()).await.complete());
}
