//! Confirmed changes are recorded as releases and can be rolled back to, wherever the run dies.

use stackctl::engine::{
    CheckEnd, Engine, Interrupt, Obstacle, ReleaseEntry, RollbackOutcome, Rollout, State, served_release,
};

use super::{
    config::Config,
    kinds::catalog,
    life::{Told, down, state},
    serving::{Ending, ended, is_as_wanted, roll_out},
    world::{Cut, World},
};

pub(super) fn config(front: &str) -> Config {
    Config::new(&[("a", 3)], "cork", &[("front", front)])
}

/// A stack with several releases, one for each color.
pub(super) async fn released(colours: &[&str]) -> World {
    let world = World::default();
    for colour in colours {
        ended(&world, &config(colour), CheckEnd::Passed).await;
    }
    world
}

/// Goes back to a release, unchecked, and dies where `cut` says; `None` when it did.
async fn go_back(world: &World, number: u64, cut: Option<Cut>) -> Option<RollbackOutcome<&'static str>> {
    roll_back(world, number, (None, cut)).await.map(|went| went.expect("everything is there"))
}

/// Why a rollback is rejected.
type Obstacles = Vec<Obstacle>;

/// Rolls back to a release, whose check has this result if there is one, and dies at `cut`; then the result is `None`.
pub(super) async fn roll_back(
    world: &World,
    number: u64,
    (end, cut): (Option<CheckEnd>, Option<Cut>),
) -> Option<Result<RollbackOutcome<&'static str>, Obstacles>> {
    world.arm(cut);
    tokio::select! {
        biased;
        () = world.death() => None,
        went = attempt(world, number, end) => Some(went),
    }
}

/// The same in a world that is already armed.
pub(super) async fn attempt(
    world: &World,
    number: u64,
    end: Option<CheckEnd>,
) -> Result<RollbackOutcome<&'static str>, Obstacles> {
    let (catalog, told, interrupt) = (catalog(), Told::default(), Interrupt::new());
    let engine = Engine { catalog: &catalog, cloud: world, events: &told, interrupt: &interrupt, parallel: 4 };
    let state = state(world);
    let to = state.releases.iter().find(|release| release.number == number).unwrap().clone();
    let present = engine.present(&state, &[&to]).await.expect("the toy cloud can be read");
    let obstacles = engine.obstacles(&state, &present, &to).await.expect("the toy cloud can be read");
    if !obstacles.is_empty() {
        return Err(obstacles);
    }
    let trial = end.map(|end| Ending(world, end));
    let entry = ReleaseEntry { by: "bob".into(), ..ReleaseEntry::default() };
    let how = Rollout { trial: trial.as_ref(), undo: true, entry: &entry };
    Ok(engine.go_back(state, world, (&to, &present), &how).await)
}

fn served(state: &State) -> Option<u64> {
    served_release(state, &catalog()).map(|release| release.number)
}

fn told(state: &State) -> Vec<String> {
    let line = |release: &stackctl::engine::Release| {
        let changes =
            release.changes.iter().map(|(key, changed)| format!("{:?} {key} {:?}", changed.verb, changed.settings));
        let changes = changes.collect::<Vec<_>>().join(", ");
        format!("{} {} {} {:?} [{changes}]", release.number, release.by, release.checked, release.back_to)
    };
    state.releases.iter().map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn a_confirmed_change_is_recorded_with_its_changes() {
    let world = released(&["red", "green"]).await;
    let state = world.state().unwrap();
    insta::assert_snapshot!(told(&state).join("\n"), @r#"
    1 ann true None [Create index.main {}, Create jar.main {}, Create label.front {}, Create shelf.a {}]
    2 ann true None [Update index.main {"fingerprint"}, Replace label.front {"colour"}]
    "#);
    assert_eq!(served(&state), Some(2));
    ended(&world, &config("blue"), CheckEnd::Failed).await;
    let state = world.state().unwrap();
    assert_eq!((state.releases.len(), served(&state)), (2, Some(2)), "what was put back is none");
    let kept = roll_out(&world, &config("blue"), CheckEnd::Failed, (false, None)).await.unwrap();
    assert_eq!((kept.outcome.state.releases.len(), served(&kept.outcome.state)), (2, None));
}

#[tokio::test(start_paused = true)]
async fn a_release_includes_changes_that_were_rolled_back_before_it() {
    let world = released(&["red"]).await;
    let whole = |lid: &str| Config::new(&[("b", 1)], lid, &[("front", "green")]);
    ended(&world, &whole("cork"), CheckEnd::Failed).await;
    ended(&world, &whole("screw"), CheckEnd::Failed).await;
    assert_eq!(told(&world.state().unwrap()).len(), 1);
    let passed = ended(&world, &Config::new(&[("a", 3)], "screw", &[("front", "green")]), CheckEnd::Passed).await;
    insta::assert_snapshot!(told(&passed.outcome.state)[1], @r#"
    2 ann true None [Update index.main {"fingerprint"}, Update jar.main {"lid", "shelf"}, Replace label.front {"colour"}]
    "#);
    let last = ended(&world, &config("blue"), CheckEnd::Passed).await;
    insta::assert_snapshot!(told(&last.outcome.state)[2], @r#"
    3 ann true None [Update index.main {"fingerprint"}, Update jar.main {"lid"}, Replace label.front {"colour"}]
    "#);
}

#[tokio::test(start_paused = true)]
async fn the_last_five_releases_are_kept() {
    let world = released(&["1", "2", "3", "4", "5", "6", "7"]).await;
    let numbers: Vec<u64> = world.state().unwrap().releases.iter().map(|release| release.number).collect();
    assert_eq!(numbers, [3, 4, 5, 6, 7]);
}

#[tokio::test(start_paused = true)]
async fn unchecked_releases_are_dropped_first_except_the_last_one() {
    let world = released(&["1", "2", "3", "4", "5"]).await;
    let mut kept = Vec::new();
    for number in [4, 5, 4, 5] {
        let state = go_back(&world, number, None).await.unwrap().state;
        kept.push(state.releases.iter().map(|release| release.number).collect::<Vec<_>>());
    }
    assert_eq!(kept, [[2, 3, 4, 5, 6], [3, 4, 5, 6, 7], [3, 4, 5, 7, 8], [3, 4, 5, 8, 9]]);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_is_a_release_too_and_the_next_run_plans_the_change_again() {
    let world = released(&["red", "green", "blue"]).await;
    let blue = world.shown();
    let went = go_back(&world, 1, None).await.unwrap();
    assert_eq!(went.back.restored.iter().map(ToString::to_string).collect::<Vec<_>>(), ["index.main"]);
    assert_eq!((went.saves, went.save_error), (2, None));
    assert_eq!(world.state().unwrap(), went.state);
    assert_eq!(told(&went.state).last().unwrap(), "4 bob false Some(1) []");
    assert_eq!((served(&went.state), went.state.unconfirmed), (Some(4), None));
    assert!(!is_as_wanted(&world, &config("blue")).await);
    ended(&world, &config("blue"), CheckEnd::Passed).await;
    assert_eq!((world.shown(), served(&world.state().unwrap())), (blue, Some(5)));
}

#[tokio::test(start_paused = true)]
async fn a_rollback_cut_at_any_request_or_save_is_finished_by_the_next_run() {
    let undisturbed = released(&["red", "green"]).await;
    go_back(&undisturbed, 1, None).await.unwrap();
    let (ticks, red) = (undisturbed.ticks(), undisturbed.shown());
    for cut in (0..ticks).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
        let world = released(&["red", "green"]).await;
        assert!(go_back(&world, 1, Some(cut)).await.is_none(), "{cut:?}: it did not die");
        go_back(&world, 1, None).await.unwrap();
        let state = world.state().unwrap();
        assert_eq!((world.shown(), &state.unconfirmed), (red.clone(), &None), "{cut:?}");
        assert_eq!(state.releases.iter().rfind(|one| one.back_to.is_none()).unwrap().number, 2, "{cut:?}");

        let world = released(&["red", "green"]).await;
        let green = world.shown();
        assert!(go_back(&world, 1, Some(cut)).await.is_none(), "{cut:?}: it did not die");
        ended(&world, &config("green"), CheckEnd::Passed).await;
        assert_eq!((world.shown(), world.state().unwrap().unconfirmed), (green, None), "{cut:?}");
        assert!(is_as_wanted(&world, &config("green")).await, "{cut:?}");
        assert!(down(&world).await.complete(), "{cut:?}");
    }
    assert!(ticks >= 3, "only {ticks} requests and saves");
}

#[tokio::test(start_paused = true)]
async fn a_release_is_rolled_back_to_wherever_the_run_after_it_was_cut() {
    let undisturbed = released(&["red"]).await;
    ended(&undisturbed, &config("green"), CheckEnd::Passed).await;
    let ticks = undisturbed.ticks();
    for cut in (0..ticks).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
        let world = released(&["red"]).await;
        let red = world.shown();
        let died = roll_out(&world, &config("green"), CheckEnd::Passed, (true, Some(cut))).await;
        assert!(died.is_none(), "{cut:?}: it did not die");
        let went = go_back(&world, 1, None).await.unwrap();
        assert_eq!(world.shown(), red, "{cut:?}");
        assert!(went.back.failed.is_empty() && went.state.unconfirmed.is_none(), "{cut:?}: {went:?}");
        ended(&world, &config("green"), CheckEnd::Passed).await;
        assert!(is_as_wanted(&world, &config("green")).await, "{cut:?}");
    }
    assert!(ticks >= 8, "only {ticks} requests and saves");
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_rollback_can_be_rolled_back() {
    let undisturbed = released(&["red", "green"]).await;
    go_back(&undisturbed, 1, None).await.unwrap();
    for cut in (0..undisturbed.ticks()).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
        let world = released(&["red", "green"]).await;
        let green = world.shown();
        assert!(go_back(&world, 1, Some(cut)).await.is_none(), "{cut:?}: it did not die");
        let went = go_back(&world, 2, None).await.unwrap();
        assert_eq!((world.shown(), went.state.unconfirmed), (green, None), "{cut:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_is_rolled_back_to_wherever_the_rollback_of_an_equal_change_was_cut() {
    let undisturbed = released(&["red", "green"]).await;
    ended(&undisturbed, &config("red"), CheckEnd::Failed).await;
    for cut in (0..undisturbed.ticks()).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
        let world = released(&["red"]).await;
        let red = world.shown();
        ended(&world, &config("green"), CheckEnd::Passed).await;
        let died = roll_out(&world, &config("red"), CheckEnd::Failed, (true, Some(cut))).await;
        assert!(died.is_none(), "{cut:?}: it did not die");
        go_back(&world, 1, None).await.unwrap();
        assert_eq!(world.shown(), red, "{cut:?}");
    }
}

/// Deletes the index by hand.
fn delete_index(world: &World) {
    world.meddle(|things| things.retain(|_, thing| thing.kind != "index"));
}

/// Deletes the jar by hand, and all that is on it.
fn delete_jar(world: &World) {
    world.meddle(|things| things.retain(|_, thing| thing.kind == "shelf"));
}

#[tokio::test(start_paused = true)]
async fn a_deleted_resource_is_never_rolled_back_to() {
    for lose in [delete_index, delete_jar] {
        let world = released(&["red", "green"]).await;
        let old = world.shown();
        lose(&world);
        let failed = ended(&world, &config("blue"), CheckEnd::Failed).await;
        assert!(failed.back.is_none(), "the one of before is not there any more: {failed:?}");
        let blue = world.shown();
        assert_ne!(blue, old);
        let state = ended(&world, &config("blue"), CheckEnd::Passed).await.outcome.state;
        let serves: Vec<usize> = state.releases.iter().map(|release| release.serves.len()).collect();
        assert_eq!(serves, [0, 0, 1]);
        let refused = roll_back(&world, 1, (None, None)).await.unwrap().unwrap_err();
        assert!(refused.contains(&Obstacle::Replaced { key: "index.main".parse().unwrap() }), "{refused:?}");
        assert_eq!(world.shown(), blue);
    }
}
