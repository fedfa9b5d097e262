//! What one uninterrupted run does, in which order and with how many saves.

use serde_json::json;
use stackctl::engine::{Action, Consent, Desired, Engine, Found, Interrupt, Key, Plan, PlanError, Verb, Verdict, plan};

use super::{
    config::Config,
    kinds::{INDEX, JAR, LABEL, SHELF, catalog},
    life::{Told, down, planned, run, state, up},
    world::{Cut, LostAnswer, World},
};

fn verbs(plan: &Plan) -> Vec<(String, Verb)> {
    plan.steps.iter().map(|step| (step.key.to_string(), step.action.verb())).collect()
}

fn position(plan: &Plan, key: &Key, verb: Verb) -> usize {
    let found = plan.steps.iter().position(|step| step.key == *key && step.action.verb() == verb);
    found.unwrap_or_else(|| panic!("no {verb:?} of {key} in {:?}", verbs(plan)))
}

#[tokio::test(start_paused = true)]
async fn a_first_up_creates_everything_and_a_second_changes_nothing() {
    let world = World::default();
    let outcome = up(&world, &Config::usual()).await.outcome();
    assert_eq!((outcome.done, outcome.failed.len(), outcome.skipped), (6, 0, 0));
    assert!(outcome.saves <= 3, "{} saves", outcome.saves);
    assert_eq!(outcome.state.pending.len(), 0);
    let plan = planned(&world, &Config::usual().desired(), Consent::default()).await.unwrap();
    assert!(plan.is_empty(), "{:?}", verbs(&plan));
    assert_eq!(up(&world, &Config::usual()).await.outcome().saves, 0);
    assert_eq!(world.writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_down_deletes_everything_also_what_is_deleted_with_its_parent() {
    let world = World::default();
    up(&world, &Config::usual()).await.outcome();
    let plan = planned(&world, &Desired::default(), Consent::default()).await.unwrap();
    assert_eq!((plan.count(Verb::Delete), plan.count(Verb::Untrack)), (6, 0));
    let calls = plan.steps.iter().filter(|step| matches!(step.action, Action::Delete { .. })).count();
    assert_eq!(calls, 3, "the others are deleted with their parents");
    assert!(down(&world).await.complete());
    assert_eq!(world.shape(), Vec::<String>::new());
    assert_eq!(world.state().unwrap().resources.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn no_secret_reaches_the_state() {
    let world = World::default();
    run(&world, &Config::usual().desired(), Consent::default(), Some(Cut::Before(1))).await;
    let state = serde_json::to_string(&world.state().unwrap()).unwrap();
    assert!(state.contains("sha256:"), "{state}");
    assert!(!state.contains("hush"), "{state}");
}

#[tokio::test(start_paused = true)]
async fn a_change_moves_the_index_over_it_and_nothing_else() {
    let world = World::default();
    up(&world, &Config::usual()).await.outcome();
    let changed = Config { lid: "screw".into(), ..Config::usual() };
    let plan = planned(&world, &changed.desired(), Consent::default()).await.unwrap();
    assert_eq!((plan.count(Verb::Update), plan.count(Verb::Keep)), (2, 4), "{:?}", verbs(&plan));
    let index = &plan.steps[position(&plan, &Key::new(INDEX, "main"), Verb::Update)];
    assert!(index.after.contains(&position(&plan, &Key::new(JAR, "main"), Verb::Update)));
    assert!(up(&world, &changed).await.complete());
    assert!(planned(&world, &changed.desired(), Consent::default()).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_replacement_is_created_first_and_the_old_resource_is_deleted_when_all_has_moved() {
    let world = World::default();
    up(&world, &Config::usual()).await.outcome();
    let mut changed = Config::usual();
    changed.labels.insert("front".into(), "green".into());
    let plan = planned(&world, &changed.desired(), Consent::default()).await.unwrap();
    let label = Key::new(LABEL, "front");
    let old = &plan.steps[position(&plan, &label, Verb::Delete)];
    assert!(matches!(old.action, Action::Delete { replaced: true, .. }));
    assert!(old.after.contains(&position(&plan, &label, Verb::Replace)));
    assert!(old.after.contains(&position(&plan, &Key::new(INDEX, "main"), Verb::Update)));
    let outcome = up(&world, &changed).await.outcome();
    assert!(outcome.complete());
    assert_eq!(outcome.state.resources[&label].replaced, Vec::<serde_json::Value>::new());
    assert_eq!(world.shape().iter().filter(|line| line.starts_with("label")).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_resource_is_created_again_with_everything_on_it() {
    let world = World::default();
    up(&world, &Config::usual()).await.outcome();
    let before = world.shape();
    world.meddle(|things| things.retain(|_, thing| thing.kind == "shelf"));
    assert!(up(&world, &Config::usual()).await.complete());
    assert_eq!(world.shape(), before);
}

#[tokio::test(start_paused = true)]
async fn drift_is_seen_and_repaired() {
    let world = World::default();
    up(&world, &Config::usual()).await.outcome();
    let before = world.shape();
    world.meddle(|things| {
        for thing in things.values_mut().filter(|thing| thing.kind == "shelf") {
            thing.settings["boards"] = json!(99);
        }
    });
    let plan = planned(&world, &Config::usual().desired(), Consent::default()).await.unwrap();
    assert_eq!(plan.count(Verb::Update), 2);
    up(&world, &Config::usual()).await.outcome();
    assert_eq!(world.shape(), before);
}

#[tokio::test(start_paused = true)]
async fn a_resource_with_a_new_id_is_recorded_before_others_refer_to_it() {
    let world = World::default();
    up(&world, &Config::usual()).await.outcome();
    let (catalog, told) = (catalog(), Told::default());
    let engine = Engine { catalog: &catalog, cloud: &world, events: &told, interrupt: &Interrupt::new(), parallel: 4 };
    let desired = Config::usual().desired();
    let mut observed = engine.observe(&state(&world), &desired).await.unwrap();
    let jar = Key::new(JAR, "main");
    let Some(Found::Ours(sight)) = observed.recorded.get_mut(&jar) else { panic!("the jar is there") };
    sight.outputs = json!({ "id": "moved" });
    let plan = plan(&desired, &state(&world), &observed, &catalog, &Consent::default()).unwrap();
    let again = position(&plan, &jar, Verb::Update);
    assert!(matches!(&plan.steps[again].action, Action::Update { changes, .. } if changes.is_empty()));
    let label = &plan.steps[position(&plan, &Key::new(LABEL, "front"), Verb::Replace)];
    assert!(label.after.contains(&again));
}

#[tokio::test(start_paused = true)]
async fn a_change_that_would_lose_marbles_is_rejected() {
    let world = World::default();
    up(&world, &Config::usual()).await.outcome();
    let changed = Config { glass: "brown".into(), ..Config::usual() };
    let error = planned(&world, &changed.desired(), Consent::default()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "jar.main: `glass` cannot be changed from `\"clear\"` to `\"brown\"`: AWS would have to replace it, \
         and the users in it would be lost"
    );
    assert!(matches!(error.0[..], [PlanError::WouldLoseData { .. }]));
}

#[tokio::test(start_paused = true)]
async fn a_jar_with_marbles_is_retained_unless_their_number_is_confirmed() {
    let world = World::default();
    up(&world, &Config::usual()).await.outcome();
    world.meddle(|things| things.values_mut().for_each(|thing| thing.marbles = 2));
    let consent = |records| Consent { delete_holdings: Some(records) };
    assert!(down(&world).await.complete());
    let jars = |world: &World| world.shape().iter().filter(|line| line.starts_with("jar")).count();
    assert_eq!(jars(&world), 1);
    let plan = planned(&world, &Desired::default(), consent(3)).await.unwrap();
    let kept = &plan.steps[position(&plan, &Key::new(JAR, "main"), Verb::Keep)];
    assert_eq!(kept.action, Action::Keep { because: Some("it has 2 users, not 3".into()) });
    assert!(run(&world, &Desired::default(), consent(2), None).await.complete());
    assert_eq!(world.shape(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn marbles_added_after_the_plan_stop_the_deletion() {
    let world = World::default();
    up(&world, &Config::usual()).await.outcome();
    let plan = planned(&world, &Desired::default(), Consent::default()).await.unwrap();
    world.meddle(|things| things.values_mut().for_each(|thing| thing.marbles = 1));
    let (catalog, told) = (catalog(), Told::default());
    let engine = Engine { catalog: &catalog, cloud: &world, events: &told, interrupt: &Interrupt::new(), parallel: 4 };
    let outcome = engine.execute(&plan, state(&world), &world).await;
    assert_eq!(outcome.failed[0].error.to_string(), "it has 1 user now, but 0 were confirmed");
}

/// An up that dies after it created a jar.
async fn died_with_a_jar() -> World {
    for at in 0.. {
        let world = World::default();
        run(&world, &Config::usual().desired(), Consent::default(), Some(Cut::After(at))).await;
        if world.shape().iter().any(|line| line.starts_with("jar")) {
            return world;
        }
    }
    unreachable!("an up creates a jar");
}

#[tokio::test(start_paused = true)]
async fn a_jar_left_by_an_interrupted_up_is_replaced_only_while_it_is_empty() {
    let brown = Config { glass: "brown".into(), ..Config::usual() }.desired();
    let world = died_with_a_jar().await;
    let fill = || world.meddle(|things| things.values_mut().for_each(|thing| thing.marbles = 1));
    let plan = planned(&world, &brown, Consent::default()).await.unwrap();
    assert!(plan.steps.iter().any(|step| step.action.verb() == Verb::Replace), "{plan:?}");
    // A marble is added between the plan and the deletion.
    fill();
    let (catalog, told) = (catalog(), Told::default());
    let engine = Engine { catalog: &catalog, cloud: &world, events: &told, interrupt: &Interrupt::new(), parallel: 4 };
    let outcome = engine.execute(&plan, state(&world), &world).await;
    let jar = outcome.failed.iter().find(|failed| failed.key == Key::new(JAR, "main")).unwrap();
    assert_eq!(jar.error.to_string(), "it has 1 user now, but 0 were confirmed");
    assert_eq!(world.shape().iter().filter(|line| line.starts_with("jar")).count(), 1);
    let refused = planned(&world, &brown, Consent::default()).await.unwrap_err();
    assert!(matches!(refused.0[..], [PlanError::WouldLoseData { .. }]), "{refused}");

    let world = died_with_a_jar().await;
    assert!(run(&world, &brown, Consent::default(), None).await.complete());
}

#[tokio::test(start_paused = true)]
async fn an_unmanaged_resource_with_our_name_is_never_changed() {
    let world = World::default();
    let stolen = World::default();
    up(&stolen, &Config::usual()).await.outcome();
    stolen.meddle(|theirs| world.meddle(|ours| *ours = theirs.clone()));
    let outcome = up(&world, &Config::usual()).await.outcome();
    let shelf = outcome.failed.iter().find(|failed| failed.key == Key::new(SHELF, "b")).unwrap();
    assert_eq!(shelf.error.verdict, Verdict::NotOurs);
    assert_eq!(shelf.error.to_string(), "the shelf `toy-b` exists already and is another's");
}

#[tokio::test(start_paused = true)]
async fn a_failed_step_stops_only_what_needs_it() {
    let world = World::default();
    up(&world, &Config::new(&[("b", 4)], "cork", &[])).await.outcome();
    world.meddle(|things| things.values_mut().for_each(|thing| thing.claim = None));
    // The state is missing, so that `toy-b` seems unmanaged while everything else can be created.
    let fresh = World::default();
    world.meddle(|theirs| fresh.meddle(|ours| *ours = theirs.clone()));
    let outcome = up(&fresh, &Config::usual()).await.outcome();
    assert_eq!(outcome.failed.len(), 1);
    assert_eq!((outcome.done, outcome.skipped), (5, 0));
}

#[tokio::test(start_paused = true)]
async fn a_lost_response_to_a_create_never_creates_a_second_one() {
    let undisturbed = World::default();
    up(&undisturbed, &Config::usual()).await.outcome();
    let calls = undisturbed.ticks();
    for lag in [0, 5] {
        for at in 0..calls {
            let world = World::lagging(lag);
            let first = lossy_up(&world, LostAnswer(at)).await;
            let again = up(&world, &Config::usual()).await;
            assert!(again.complete(), "request {at}: {first}, then {again:?}");
            assert_eq!(world.shape(), undisturbed.shape(), "request {at}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_resource_created_again_under_its_old_name_is_found_after_a_lost_response() {
    let mut found = 0;
    for at in 0..12 {
        let world = World::default();
        up(&world, &Config::usual()).await.outcome();
        let before = world.shape();
        world.meddle(|things| things.retain(|_, thing| thing.kind != "shelf"));
        let first = lossy_up(&world, LostAnswer(at)).await;
        found += usize::from(first == "[]");
        assert!(up(&world, &Config::usual()).await.complete(), "request {at}: {first}");
        assert_eq!(world.shape(), before, "request {at}");
    }
    assert!(found >= 8, "only {found} lost responses were recovered at once");
}

async fn lossy_up(world: &World, at: LostAnswer) -> String {
    let (catalog, told) = (catalog(), Told::default());
    let engine = Engine { catalog: &catalog, cloud: world, events: &told, interrupt: &Interrupt::new(), parallel: 4 };
    let Ok(plan) = planned(world, &Config::usual().desired(), Consent::default()).await else {
        return "no plan".into();
    };
    world.arm(None);
    world.lose_answer(at);
    format!("{:?}", engine.execute(&plan, state(world), world).await.failed)
}
