//! A missing state is rebuilt from the live resources.

use serde_json::json;
use stackctl::engine::{Candidate, Consent, Desired, Input, Key, State};

use super::{
    config::Config,
    kinds::{JAR, JarSpec, LABEL, SHELF},
    life::{down, forgotten, planned, recover, run, up},
    world::{Cut, World},
};

/// The parts of a state that can be rebuilt: not the tokens of resources without tags, and no lineage.
fn knowledge(state: &State) -> serde_json::Value {
    let mut state = state.clone();
    let untagged = |key: &Key| ![SHELF, JAR].contains(&key.kind);
    for (key, recorded) in &mut state.resources {
        recorded.token.take_if(|_| untagged(key));
        recorded.applied = None;
    }
    json!({ "resources": state.resources, "pending": state.pending })
}

#[tokio::test(start_paused = true)]
async fn a_missing_state_is_rebuilt_and_the_next_plan_is_empty() {
    let world = World::default();
    assert!(up(&world, &Config::usual()).await.complete());
    let before = world.state().unwrap();
    world.lose_state();
    let discovery = recover(&world, &Config::usual().desired()).await;
    assert_eq!(knowledge(&world.state().unwrap()), knowledge(&before));
    assert_ne!(world.state().unwrap().lineage, before.lineage);
    assert!(discovery.several.is_empty() && discovery.beside.is_empty());
    assert_eq!(world.writes(), 0);
    assert!(planned(&world, &Config::usual().desired(), Consent::default()).await.unwrap().is_empty());
    assert!(down(&world).await.complete());
    assert_eq!(world.shape(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_half_created_stack_with_a_missing_state_is_finished_and_destroyed() {
    let whole = World::default();
    assert!(up(&whole, &Config::usual()).await.complete());
    for lag in [0, 3] {
        for cut in (0..whole.ticks()).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
            let world = World::lagging(lag);
            run(&world, &Config::usual().desired(), Consent::default(), Some(cut)).await;
            world.lose_state();
            recover(&world, &Config::usual().desired()).await;
            assert!(up(&world, &Config::usual()).await.complete(), "{cut:?}");
            assert_eq!(world.shape(), whole.shape(), "{cut:?}");
            assert!(
                planned(&world, &Config::usual().desired(), Consent::default()).await.unwrap().is_empty(),
                "{cut:?}"
            );
            assert!(down(&world).await.complete(), "{cut:?}");
            assert_eq!(world.shape(), Vec::<String>::new(), "{cut:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_half_destroyed_stack_with_a_missing_state_is_destroyed() {
    let whole = World::default();
    assert!(up(&whole, &Config::usual()).await.complete());
    assert!(down(&whole).await.complete());
    for cut in (0..whole.ticks()).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
        let world = World::default();
        assert!(up(&world, &Config::usual()).await.complete());
        run(&world, &Desired::default(), Consent::default(), Some(cut)).await;
        world.lose_state();
        recover(&world, &Config::usual().desired()).await;
        assert!(down(&world).await.complete(), "{cut:?}");
        assert_eq!(world.shape(), Vec::<String>::new(), "{cut:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_resource_removed_from_the_config_is_found_too_and_deleted_by_the_next_up() {
    let world = World::default();
    assert!(up(&world, &Config::usual()).await.complete());
    world.lose_state();
    let less = Config::new(&[("a", 3)], "cork", &[("front", "red")]);
    recover(&world, &less.desired()).await;
    assert!(world.state().unwrap().resources.contains_key(&Key::new(SHELF, "b")));
    assert!(up(&world, &less).await.complete());
    assert!(!world.shape().iter().any(|line| line.contains("toy-b")), "{:?}", world.shape());
}

#[tokio::test(start_paused = true)]
async fn unmanaged_resources_are_not_found() {
    let world = World::default();
    assert!(up(&world, &Config::usual()).await.complete());
    world.lose_state();
    world.meddle(|things| {
        for thing in things.values_mut().filter(|thing| thing.kind == "jar" || thing.name == "toy-b") {
            thing.claim = None;
        }
    });
    recover(&world, &Config::usual().desired()).await;
    let known: Vec<String> = world.state().unwrap().resources.keys().map(ToString::to_string).collect();
    assert_eq!(known, ["shelf.a"], "and nothing on an unmanaged jar");
}

#[tokio::test(start_paused = true)]
async fn of_two_with_one_claim_neither_is_adopted_and_both_are_named() {
    let world = World::default();
    assert!(up(&world, &Config::usual()).await.complete());
    world.meddle(|things| {
        let mut second = things.values().find(|thing| thing.kind == "jar").unwrap().clone();
        second.marbles = 2;
        second.claim.as_mut().unwrap().2 = "of another state".into();
        things.insert("second".into(), second);
    });
    world.lose_state();
    let before = world.everything();
    let discovery = recover(&world, &Config::usual().desired()).await;
    let jars = &discovery.several[&Key::new(JAR, "main")].candidates;
    let holdings: Vec<_> = jars.iter().map(|jar| (jar.outputs["id"] == "second", jar.holdings)).collect();
    assert_eq!(holdings, [(true, Some(2)), (false, Some(0))], "the jar with the most marbles is first");
    assert_eq!(world.everything(), before);
}

#[tokio::test(start_paused = true)]
async fn of_two_with_one_name_the_one_as_configured_is_adopted_and_the_other_is_reported() {
    let mut changed = Config::usual();
    changed.labels.insert("front".into(), "green".into());
    let whole = World::default();
    assert!(up(&whole, &Config::usual()).await.complete());
    assert!(up(&whole, &changed).await.complete());
    let mut told = 0;
    for at in 0..whole.ticks() {
        let world = World::default();
        assert!(up(&world, &Config::usual()).await.complete());
        run(&world, &changed.desired(), Consent::default(), Some(Cut::Before(at))).await;
        let labels = world.shape().iter().filter(|line| line.contains("/front")).count();
        world.lose_state();
        let discovery = recover(&world, &changed.desired()).await;
        assert_eq!(discovery.beside.len(), labels - 1, "cut at {at}");
        told += discovery.beside.len();
        assert!(up(&world, &changed).await.complete(), "cut at {at}");
        let colours: Vec<String> = world.shape().into_iter().filter(|line| line.contains("/front")).collect();
        assert!(colours.iter().any(|line| line.contains("green")), "{colours:?}");
        assert_eq!(colours.len(), labels, "nothing that may be in use is deleted silently");
        assert!(down(&world).await.complete(), "cut at {at}");
        assert_eq!(world.shape(), Vec::<String>::new(), "cut at {at}");
    }
    assert!(told > 0, "no cut left two");
}

#[tokio::test(start_paused = true)]
async fn of_two_with_one_name_and_equal_settings_neither_is_adopted() {
    let world = World::default();
    assert!(up(&world, &Config::usual()).await.complete());
    world.meddle(|things| {
        let twin = things.values().find(|thing| thing.name == "front").unwrap().clone();
        things.insert("twin".into(), twin);
    });
    world.lose_state();
    let discovery = recover(&world, &Config::usual().desired()).await;
    let labels = &discovery.several[&Key::new(LABEL, "front")].candidates;
    assert!(labels.contains(&Candidate { outputs: json!({ "id": "twin" }), holdings: None }), "{labels:?}");
    assert_eq!(labels.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_late_listed_jar_is_waited_for_as_long_as_it_may_be_late() {
    let world = World::lagging(8);
    let mut desired = Desired::default();
    let (glass, lid, shelf) = ("clear".into(), "cork".into(), Input::Known("floor".into()));
    desired.add(Key::new(JAR, "main"), &JarSpec { name: "jar".into(), glass, lid, shelf }, []);
    assert!(run(&world, &desired, Consent::default(), None).await.complete());
    world.lose_state();
    recover(&world, &desired).await;
    assert_eq!(world.state().unwrap().resources.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn resources_that_are_in_no_state_and_would_be_created_twice_are_seen() {
    let world = World::default();
    assert_eq!(forgotten(&world, &Config::usual()).await, Vec::<String>::new());
    assert!(up(&world, &Config::usual()).await.complete());
    assert_eq!(forgotten(&world, &Config::usual()).await, Vec::<String>::new(), "it is in the state");
    world.lose_state();
    assert_eq!(forgotten(&world, &Config::usual()).await, ["jar.main"]);
    world.meddle(|things| things.values_mut().for_each(|thing| thing.claim = None));
    assert_eq!(forgotten(&world, &Config::usual()).await, Vec::<String>::new(), "it is unmanaged");
}
