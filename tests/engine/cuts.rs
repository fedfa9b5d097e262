//! A run that dies at any request or save is finished by the next one.

use stackctl::engine::{Consent, Desired};

use super::{
    config::Config,
    life::{Run, down, planned, run, up},
    world::{Cut, World},
};

/// The config before and the config to deploy; without the latter it is a down.
fn journeys() -> Vec<(&'static str, Option<Config>, Option<Config>)> {
    let recoloured = Config::new(&[("a", 3), ("b", 4)], "cork", &[("front", "green"), ("back", "blue")]);
    let renamed = Config::new(&[("b", 4), ("c", 4)], "cork", &[("front", "red"), ("side", "blue")]);
    vec![
        ("first up", None, Some(Config::usual())),
        ("settings changed", Some(Config::usual()), Some(Config { lid: "screw".into(), ..Config::usual() })),
        ("replacement", Some(Config::usual()), Some(recoloured)),
        ("rename", Some(Config::usual()), Some(renamed)),
        ("down", Some(Config::usual()), None),
    ]
}

async fn go(world: &World, wanted: Option<&Config>, cut: Option<Cut>) -> Run {
    let desired = wanted.map(Config::desired).unwrap_or_default();
    run(world, &desired, Consent::default(), cut).await
}

async fn undisturbed(before: Option<&Config>, wanted: Option<&Config>) -> (Vec<String>, usize) {
    let world = World::default();
    if let Some(before) = before {
        assert!(up(&world, before).await.complete());
    }
    assert!(go(&world, wanted, None).await.complete());
    (world.shape(), world.ticks())
}

async fn converges(world: &World, wanted: Option<&Config>, shape: &[String], story: &str) {
    let last = go(world, wanted, None).await;
    assert!(last.complete(), "{story}: {last:?}");
    assert_eq!(world.shape(), shape, "{story}");
    let desired = wanted.map(Config::desired).unwrap_or_default();
    let plan = planned(world, &desired, Consent::default()).await.unwrap();
    assert!(plan.is_empty(), "{story}: {plan:?}");
    if let Some(state) = world.state() {
        assert!(state.pending.is_empty(), "{story}: {:?}", state.pending);
    }
    assert!(down(world).await.complete(), "{story}");
    assert_eq!(world.shape(), Vec::<String>::new(), "{story}");
}

#[tokio::test(start_paused = true)]
async fn a_run_cut_at_any_request_or_save_is_finished_by_the_next() {
    let mut tried = 0;
    for (name, before, wanted) in journeys() {
        let (shape, ticks) = undisturbed(before.as_ref(), wanted.as_ref()).await;
        for cut in (0..ticks).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
            let world = World::lagging(3);
            if let Some(before) = &before {
                assert!(up(&world, before).await.complete());
            }
            let first = go(&world, wanted.as_ref(), Some(cut)).await;
            assert!(matches!(first, Run::Died), "{name} {cut:?}: {first:?}");
            converges(&world, wanted.as_ref(), &shape, &format!("{name} {cut:?}")).await;
            tried += 1;
        }
    }
    assert!(tried >= 118, "only {tried} cuts were tested");
}

#[tokio::test(start_paused = true)]
async fn two_cuts_in_a_row_with_an_edit_between_are_finished_too() {
    let edited = Config::new(&[("b", 5), ("c", 1)], "screw", &[("front", "green")]);
    let (shape, _) = undisturbed(None, Some(&edited)).await;
    let (_, ticks) = undisturbed(None, Some(&Config::usual())).await;
    for first in 0..ticks {
        for second in (0..ticks).step_by(3) {
            let world = World::default();
            go(&world, Some(&Config::usual()), Some(Cut::After(first))).await;
            go(&world, Some(&edited), Some(Cut::Before(second))).await;
            converges(&world, Some(&edited), &shape, &format!("cuts at {first} and {second}")).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_down_finishes_an_interrupted_up() {
    let (_, ticks) = undisturbed(None, Some(&Config::usual())).await;
    for cut in (0..ticks).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
        let world = World::lagging(3);
        go(&world, Some(&Config::usual()), Some(cut)).await;
        let last = run(&world, &Desired::default(), Consent::default(), None).await;
        assert!(last.complete(), "{cut:?}: {last:?}");
        assert_eq!(world.shape(), Vec::<String>::new(), "{cut:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_replacement_of_a_resource_then_removed_leaves_nothing() {
    let red = Config::new(&[], "cork", &[("w", "red")]);
    let green = Config::new(&[], "cork", &[("w", "green")]);
    let (shape, _) = undisturbed(None, Some(&Config::new(&[], "cork", &[]))).await;
    for at in 0..12 {
        let world = World::default();
        assert!(up(&world, &red).await.complete());
        go(&world, Some(&green), Some(Cut::After(at))).await;
        converges(&world, Some(&Config::new(&[], "cork", &[])), &shape, &format!("cut at {at}")).await;
    }
}
