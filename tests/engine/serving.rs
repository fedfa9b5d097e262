//! A change of the live deployment is checked, and rolled back when the check fails, wherever the run dies.

use stackctl::engine::{
    CheckEnd, CheckOutcome, Consent, Desired, Engine, Interrupt, PostDeployCheck, ReleaseEntry, RolledOut, Rollout,
    State, Store,
};

use super::{
    config::Config,
    kinds::catalog,
    life::{Told, down, planned, state, up},
    world::{Cut, World},
};

/// Updates, replaces, creates and deletes resources.
fn changed() -> Config {
    Config::new(&[("a", 5), ("c", 1)], "screw", &[("front", "green"), ("side", "blue")])
}

/// Looks at the cloud once and ends as it is told.
pub(super) struct Ending<'a>(pub(super) &'a World, pub(super) CheckEnd);

impl PostDeployCheck for Ending<'_> {
    type Report = &'static str;

    async fn run(&self, state: State, _store: &dyn Store) -> CheckOutcome<&'static str> {
        self.0.list("index").await.unwrap();
        CheckOutcome { state, end: self.1, report: "tried", saves: 0 }
    }
}

/// A run that dies at `cut`; then the result is `None`.
pub(super) async fn roll_out(
    world: &World,
    config: &Config,
    end: CheckEnd,
    (undo, cut): (bool, Option<Cut>),
) -> Option<RolledOut<&'static str>> {
    world.arm(cut);
    let (catalog, told, interrupt) = (catalog(), Told::default(), Interrupt::new());
    let engine = Engine { catalog: &catalog, cloud: world, events: &told, interrupt: &interrupt, parallel: 4 };
    let whole = async {
        let plan = planned(world, &config.desired(), Consent::default()).await.unwrap();
        let trial = Ending(world, end);
        let entry = ReleaseEntry { by: "ann".into(), needs: config.needs(), ..ReleaseEntry::default() };
        let how = Rollout { trial: Some(&trial), undo, entry: &entry };
        engine.roll_out(plan, state(world), world, &how).await
    };
    tokio::select! {
        biased;
        () = world.death() => None,
        rolled = whole => Some(rolled),
    }
}

pub(super) async fn ended(world: &World, config: &Config, end: CheckEnd) -> RolledOut<&'static str> {
    let rolled = roll_out(world, config, end, (true, None)).await.unwrap();
    assert!(rolled.outcome.complete(), "{rolled:?}");
    assert_eq!(world.state().unwrap(), rolled.outcome.state, "the returned state is the stored one");
    rolled
}

async fn brought_up() -> World {
    let world = World::lagging(3);
    assert!(up(&world, &Config::usual()).await.complete());
    world
}

pub(super) async fn is_as_wanted(world: &World, config: &Config) -> bool {
    planned(world, &config.desired(), Consent::default()).await.unwrap().is_empty()
}

fn names(world: &World) -> Vec<String> {
    world.shape().iter().map(|line| line.split(" {").next().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_change_that_passes_is_confirmed_and_only_then_are_old_resources_deleted() {
    let world = brought_up().await;
    let rolled = ended(&world, &changed(), CheckEnd::Passed).await;
    assert_eq!((rolled.tried, rolled.outcome.state.unconfirmed), (Some((CheckEnd::Passed, "tried")), None));
    assert!(is_as_wanted(&world, &changed()).await);
    assert_eq!(
        names(&world),
        ["index jar/index", "jar /jar", "label jar/front", "label jar/side", "shelf /toy-a", "shelf /toy-c"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_change_that_fails_is_rolled_back_and_checked_again_by_the_next_run() {
    let world = brought_up().await;
    let before = (world.shown(), names(&world));
    let rolled = ended(&world, &changed(), CheckEnd::Failed).await;
    let back = rolled.back.unwrap();
    assert_eq!(back.restored.iter().map(ToString::to_string).collect::<Vec<_>>(), ["index.main"]);
    assert_eq!((world.shown(), rolled.outcome.state.unconfirmed), (before.0, None));
    assert!(before.1.iter().all(|thing| names(&world).contains(thing)), "{:?}", names(&world));
    assert_eq!(rolled.outcome.state.pending.len(), 0);

    assert!(!is_as_wanted(&world, &changed()).await);
    let again = ended(&world, &changed(), CheckEnd::Passed).await;
    assert_eq!(again.tried, Some((CheckEnd::Passed, "tried")));
    assert!(is_as_wanted(&world, &changed()).await);
    assert!(down(&world).await.complete());
    assert_eq!(world.shape(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_first_change_cannot_be_rolled_back_and_is_checked_again_by_the_next_run() {
    let world = World::default();
    for _ in 0..2 {
        let rolled = ended(&world, &Config::usual(), CheckEnd::Failed).await;
        assert_eq!(rolled.tried, Some((CheckEnd::Failed, "tried")));
        assert!(rolled.back.is_none() && rolled.outcome.state.unconfirmed.unwrap().is_first());
        assert!(is_as_wanted(&world, &Config::usual()).await);
    }
    let passed = ended(&world, &Config::usual(), CheckEnd::Passed).await;
    assert_eq!((passed.outcome.done, passed.outcome.saves, passed.outcome.state.unconfirmed), (0, 1, None));
    let idle = roll_out(&world, &Config::usual(), CheckEnd::Failed, (true, None)).await.unwrap();
    assert_eq!((idle.tried, idle.outcome.saves), (None, 0), "what is confirmed is not tried again");
}

#[tokio::test(start_paused = true)]
async fn a_failed_change_kept_on_request_can_be_rolled_back_by_the_next_run() {
    let world = brought_up().await;
    let before = world.shown();
    let kept = roll_out(&world, &changed(), CheckEnd::Failed, (false, None)).await.unwrap();
    assert!(kept.back.is_none() && kept.outcome.state.unconfirmed.is_some());
    assert_ne!(world.shown(), before);
    assert!(names(&world).contains(&"shelf /toy-b".to_owned()), "nothing is removed unless the trial has passed");
    ended(&world, &changed(), CheckEnd::Failed).await;
    assert_eq!(world.shown(), before);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_nothing_live_is_not_checked() {
    let world = brought_up().await;
    let boards = Config::new(&[("a", 9), ("b", 4)], "cork", &[("front", "red"), ("back", "blue")]);
    let rolled = ended(&world, &boards, CheckEnd::Failed).await;
    assert_eq!((rolled.tried, rolled.outcome.done), (None, 1));
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_check_leaves_the_rest_to_the_next_run() {
    let world = brought_up().await;
    let before = world.shown();
    let open = roll_out(&world, &changed(), CheckEnd::Open, (true, None)).await.unwrap();
    assert!(open.back.is_none() && open.outcome.state.unconfirmed.is_some());
    ended(&world, &changed(), CheckEnd::Failed).await;
    assert_eq!(world.shown(), before);
}

/// The ticks of an undisturbed run, and what it comes to.
async fn undisturbed(before: Option<&Config>, wanted: &Config, end: CheckEnd) -> (usize, Vec<String>) {
    let world = if before.is_some() { brought_up().await } else { World::lagging(3) };
    ended(&world, wanted, end).await;
    (world.ticks(), names(&world))
}

#[tokio::test(start_paused = true)]
async fn a_rollout_cut_at_any_request_or_save_ends_as_an_uncut_one() {
    let (first, later) = ((None, Config::usual()), (Some(Config::usual()), changed()));
    let mut tried = 0;
    for (before, wanted) in [&first, &later] {
        for end in [CheckEnd::Passed, CheckEnd::Failed] {
            let (ticks, expected) = undisturbed(before.as_ref(), wanted, end).await;
            for cut in (0..ticks).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
                let story = format!("{end:?} {cut:?}");
                let world = if before.is_some() { brought_up().await } else { World::lagging(3) };
                let shown = world.shown();
                assert!(roll_out(&world, wanted, end, (true, Some(cut))).await.is_none(), "{story}: it did not die");
                let rolled = ended(&world, wanted, end).await;
                let confirmed = rolled.tried.as_ref().is_none_or(|(end, _)| *end == CheckEnd::Passed);
                assert_eq!(confirmed, end == CheckEnd::Passed, "{story}: {rolled:?}");
                assert_eq!(names(&world), expected, "{story}");
                if before.is_some() {
                    assert_eq!(world.shown() == shown, end == CheckEnd::Failed, "{story}");
                    assert_eq!(rolled.outcome.state.unconfirmed, None, "{story}");
                }
                assert_eq!(rolled.outcome.state.pending.len(), 0, "{story}");
                ended(&world, wanted, CheckEnd::Passed).await;
                assert!(is_as_wanted(&world, wanted).await, "{story}");
                assert!(down(&world).await.complete(), "{story}");
                assert_eq!(world.shape(), Vec::<String>::new(), "{story}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 124, "only {tried} cuts were tested");
}

#[tokio::test(start_paused = true)]
async fn the_halves_of_a_plan_are_the_plan() {
    let world = brought_up().await;
    let plan = planned(&world, &changed().desired(), Consent::default()).await.unwrap();
    let (making, removing) = plan.clone().split();
    assert_eq!(making.steps.len() + removing.steps.len(), plan.steps.len());
    for half in [&making, &removing] {
        assert!(half.steps.iter().enumerate().all(|(at, step)| step.after.iter().all(|wait| *wait < at)));
    }
    assert!(planned(&world, &Desired::default(), Consent::default()).await.unwrap().split().0.is_empty());
}
