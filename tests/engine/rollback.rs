//! A rollback requires that nothing is missing and rolls forward when its check fails, wherever it dies.

use serde_json::json;
use stackctl::engine::{CheckEnd, Obstacle};

use super::{
    config::Config,
    life::{down, up},
    releases::{attempt, config, released, roll_back},
    serving::{ended, is_as_wanted, roll_out},
    world::{Cut, LostAnswer, World},
};

const PASSES: Option<CheckEnd> = Some(CheckEnd::Passed);
const FAILS: Option<CheckEnd> = Some(CheckEnd::Failed);

fn key(text: &str) -> stackctl::engine::Key {
    text.parse().unwrap()
}

/// Changes the only resource of a kind by hand, or deletes it when `change` returns `false`.
fn by_hand(world: &World, kind: &str, change: impl Fn(&mut super::world::Thing) -> bool) {
    world.meddle(|things| {
        let id = things.iter().find(|(_, thing)| thing.kind == kind).unwrap().0.clone();
        if !change(things.get_mut(&id).unwrap()) {
            things.remove(&id);
        }
    });
}

/// Two releases with different colors; the second one has another shelf.
async fn renamed() -> World {
    let world = released(&["red"]).await;
    ended(&world, &Config::new(&[("b", 3)], "cork", &[("front", "green")]), CheckEnd::Passed).await;
    world
}

#[tokio::test(start_paused = true)]
async fn a_release_that_needs_a_missing_resource_is_never_rolled_back_to() {
    let removed = renamed().await;
    let deleted = released(&["red", "green"]).await;
    by_hand(&deleted, "shelf", |_| false);
    let anew = released(&["red", "green"]).await;
    by_hand(&anew, "shelf", |_| false);
    assert!(up(&anew, &config("green")).await.complete());
    let taken = released(&["red", "green"]).await;
    by_hand(&taken, "shelf", |shelf| {
        shelf.claim = None;
        true
    });
    let orphaned = released(&["red", "green"]).await;
    by_hand(&orphaned, "jar", |_| false);
    let pruned = released(&["red", "green"]).await;
    let red = pruned.state().unwrap().releases[0].serves[&key("index.main")].clone();
    by_hand(&pruned, "index", |index| {
        index.settings["pruned"] = json!(red);
        true
    });
    let early = released(&["red", "green"]).await;
    early.edit_state(|state| state.releases[0].needs.clear());
    let [a, jar, index] = ["shelf.a", "jar.main", "index.main"].map(key);
    for (world, expected) in [
        (removed, vec![Obstacle::Deleted { key: a.clone() }]),
        (deleted, vec![Obstacle::Missing { key: a.clone() }]),
        (anew, vec![Obstacle::Replaced { key: a.clone() }]),
        (taken, vec![Obstacle::Unmanaged { key: a }]),
        (orphaned, vec![Obstacle::Missing { key: index.clone() }, Obstacle::Missing { key: jar }]),
        (pruned, vec![Obstacle::Pruned { key: index, served: red }]),
        (early, vec![Obstacle::Unrecorded]),
    ] {
        let before = world.everything();
        assert_eq!(roll_back(&world, 1, (PASSES, None)).await.unwrap().unwrap_err(), expected);
        assert_eq!(world.everything(), before, "{expected:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rollback_is_checked_and_its_release_has_the_needs_of_the_earlier_one() {
    let world = released(&["red", "green"]).await;
    let went = roll_back(&world, 1, (PASSES, None)).await.unwrap().unwrap();
    assert_eq!(went.tried, Some((CheckEnd::Passed, "tried")));
    let [first, .., last] = &went.state.releases[..] else { panic!("{:?}", went.state.releases) };
    assert_eq!((last.checked, last.back_to, &last.needs), (true, Some(1), &first.needs));
    assert!(!last.needs.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_rollback_whose_check_fails_is_rolled_forward_without_a_trace() {
    let world = released(&["red", "green"]).await;
    let (before, green) = (world.state().unwrap(), world.shown());
    let went = roll_back(&world, 1, (FAILS, None)).await.unwrap().unwrap();
    assert_eq!(went.forward.unwrap().restored, [key("index.main")]);
    let after = world.state().unwrap();
    assert_eq!(after, went.state, "the returned state is the stored one");
    assert_eq!(stackctl::engine::State { serial: before.serial, ..after }, before);
    assert_eq!(world.shown(), green);
    assert!(is_as_wanted(&world, &config("green")).await);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_that_cannot_move_everything_is_rolled_forward() {
    let world = released(&["red", "green"]).await;
    let green = world.shown();
    // Requests 0 to 4: three reads, the search for the old fingerprint, and a save of what is about to move.
    world.arm(None);
    world.lose_answer(LostAnswer(5));
    let went = attempt(&world, 1, PASSES).await.unwrap();
    assert_eq!((went.back.failed.len(), went.tried), (1, None));
    assert_eq!((world.shown(), went.state.unconfirmed), (green, None));
}

#[tokio::test(start_paused = true)]
async fn a_failed_rollback_from_an_unconfirmed_change_leaves_it_as_it_was() {
    let world = released(&["red"]).await;
    roll_out(&world, &config("green"), CheckEnd::Failed, (false, None)).await.unwrap();
    let (before, green) = (world.state().unwrap(), world.shown());
    assert!(before.unconfirmed.is_some());
    let went = roll_back(&world, 1, (FAILS, None)).await.unwrap().unwrap();
    assert_eq!((world.shown(), &went.state.unconfirmed), (green, &before.unconfirmed));
    let red = roll_back(&world, 1, (PASSES, None)).await.unwrap().unwrap();
    assert_eq!(red.state.unconfirmed, None);
    ended(&world, &config("green"), CheckEnd::Passed).await;
    assert!(is_as_wanted(&world, &config("green")).await);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_whose_check_did_not_finish_is_finished_by_the_next_run() {
    let world = released(&["red", "green"]).await;
    let green = world.shown();
    let open = roll_back(&world, 1, (Some(CheckEnd::Open), None)).await.unwrap().unwrap();
    assert_eq!(open.state.unconfirmed.as_ref().unwrap().back_to, Some(1));
    let red = world.shown();
    assert_ne!(red, green);
    // An `up` whose check fails goes back to what was live before the rollback, which is what was confirmed.
    ended(&world, &config("blue"), CheckEnd::Failed).await;
    assert_eq!(world.shown(), green);
    roll_back(&world, 1, (Some(CheckEnd::Open), None)).await.unwrap().unwrap();
    let passed = roll_back(&world, 1, (PASSES, None)).await.unwrap().unwrap();
    assert_eq!((world.shown(), passed.state.unconfirmed), (red, None));
}

#[tokio::test(start_paused = true)]
async fn a_checked_rollback_cut_at_any_request_or_save_ends_as_an_uncut_one() {
    for end in [PASSES, FAILS] {
        let undisturbed = released(&["red", "green"]).await;
        roll_back(&undisturbed, 1, (end, None)).await.unwrap().unwrap();
        let (ticks, expected) = (undisturbed.ticks(), undisturbed.shown());
        for cut in (0..ticks).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
            let story = format!("{end:?} {cut:?}");
            let world = released(&["red", "green"]).await;
            let green = world.shown();
            assert!(roll_back(&world, 1, (end, Some(cut))).await.is_none(), "{story}: it did not die");
            roll_back(&world, 1, (end, None)).await.unwrap().unwrap();
            assert_eq!((world.shown(), world.state().unwrap().unconfirmed), (expected.clone(), None), "{story}");

            let world = released(&["red", "green"]).await;
            assert!(roll_back(&world, 1, (end, Some(cut))).await.is_none(), "{story}: it did not die");
            ended(&world, &config("blue"), CheckEnd::Failed).await;
            let confirmed = if world.state().unwrap().releases.len() == 3 { &expected } else { &green };
            assert_eq!((world.shown(), world.state().unwrap().unconfirmed), (confirmed.clone(), None), "{story}");
            ended(&world, &config("blue"), CheckEnd::Passed).await;
            assert!(is_as_wanted(&world, &config("blue")).await, "{story}");
            assert!(down(&world).await.complete(), "{story}");
            assert_eq!(world.shape(), Vec::<String>::new(), "{story}");
        }
        assert!(ticks >= 8, "only {ticks} requests and saves");
    }
}

/// Whatever an interrupted rename has done, a rollback is rejected or finds everything that the release needs.
#[tokio::test(start_paused = true)]
async fn a_rollback_after_any_cut_of_a_rename_finds_everything_or_is_rejected() {
    let green = Config::new(&[("b", 3)], "cork", &[("front", "green")]);
    let undisturbed = renamed().await;
    let (mut refused, mut done) = (0, 0);
    for cut in (0..undisturbed.ticks()).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
        let world = released(&["red"]).await;
        let red = world.shown();
        assert!(roll_out(&world, &green, CheckEnd::Passed, (true, Some(cut))).await.is_none(), "{cut:?}");
        let before = world.shown();
        if roll_back(&world, 1, (PASSES, None)).await.unwrap().is_ok() {
            done += 1;
            assert_eq!(world.shown(), red, "{cut:?}");
            assert!(world.shape().iter().any(|line| line.starts_with("shelf /toy-a ")), "{cut:?}");
        } else {
            refused += 1;
            assert_eq!(world.shown(), before, "{cut:?}");
        }
        ended(&world, &green, CheckEnd::Passed).await;
        assert!(is_as_wanted(&world, &green).await, "{cut:?}");
    }
    assert!(refused > 0 && done > 8, "{refused} rejected, {done} done");
}
