//! Unmanaged resources are never changed, deleted or adopted, and recorded resources are never adopted a second time.

use std::collections::BTreeMap;

use stackctl::engine::{Action, Consent, Desired, Input, Key, Plan, PlanError, Verb};

use super::{
    config::Config,
    kinds::{JAR, JarSpec, LABEL, LabelSpec, SHELF},
    life::{Run, down, planned, run, up},
    world::{Cut, Tag, Thing, World},
};

fn config() -> Config {
    Config::new(&[("a", 3), ("b", 4)], "cork", &[("front", "red")])
}

/// The owners of another `toy-b`, created after ours was deleted: by hand, another stack, or another state of ours.
fn strangers() -> [(&'static str, Option<Tag>); 3] {
    let claim = |stack: &str| Some((stack.to_owned(), "shelf.b".to_owned(), "their token".to_owned()));
    [("by hand", None), ("another stack", claim("theirs")), ("another state", claim("toy"))]
}

fn remade(things: &mut BTreeMap<String, Thing>, claim: Option<Tag>) {
    let shelf = things.values_mut().find(|thing| thing.name == "toy-b").expect("the shelf exists");
    shelf.claim = claim;
    shelf.settings = serde_json::json!({ "boards": 99, "notes": {} });
}

/// A deployed stack, one shelf of which is unmanaged.
async fn with_a_stranger(claim: Option<Tag>) -> World {
    let world = World::default();
    assert!(up(&world, &config()).await.complete());
    world.meddle(|things| remade(things, claim));
    world
}

fn theirs(world: &World) -> Option<Thing> {
    let mut found = None;
    world.meddle(|things| found = things.values().find(|thing| thing.name == "toy-b").cloned());
    found
}

#[tokio::test(start_paused = true)]
async fn an_up_is_rejected_when_a_recorded_resource_is_unmanaged_by_now() {
    for (who, claim) in strangers() {
        let world = with_a_stranger(claim).await;
        let before = world.everything();
        let Run::Refused(refused) = up(&world, &config()).await else { panic!("{who}: it is not rejected") };
        assert_eq!(
            refused.to_string(),
            "shelf.b: the shelf `toy-b` is not the one that was recorded: it is another's",
            "{who}"
        );
        assert_eq!(
            refused.0[0].hints(),
            ["claim it by hand", "rename or remove it, or choose another `deployment.serviceName` or stage"]
        );
        assert_eq!(world.everything(), before, "{who}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_unmanaged_resources_are_named_at_once() {
    let world = with_a_stranger(None).await;
    world.meddle(|things| things.values_mut().for_each(|thing| thing.claim = None));
    let Run::Refused(refused) = up(&world, &config()).await else { panic!("it is not rejected") };
    let keys: Vec<String> = refused.0.iter().map(|error| error.to_string()[..7].to_owned()).collect();
    assert_eq!(keys, ["shelf.a", "jar.mai", "shelf.b"]);
}

#[tokio::test(start_paused = true)]
async fn a_down_untracks_unmanaged_resources_and_deletes_the_rest() {
    for (who, claim) in strangers() {
        let world = with_a_stranger(claim).await;
        let before = theirs(&world);
        let plan = planned(&world, &Desired::default(), Consent::default()).await.unwrap();
        assert_eq!(
            action(&plan, &Key::new(SHELF, "b")),
            &Action::Untrack {
                because: "the shelf `toy-b` is another's: it is left alone".into(),
                parent: None,
                replaced: None
            }
        );
        assert!(down(&world).await.complete(), "{who}");
        assert_eq!(format!("{:?}", theirs(&world)), format!("{before:?}"), "{who}");
        assert_eq!(world.shape().len(), 1, "{who}");
        assert!(world.state().unwrap().resources.is_empty(), "{who}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unmanaged_resource_removed_from_the_config_is_untracked() {
    let without = Config::new(&[("a", 3)], "cork", &[("front", "red")]);
    for (who, claim) in strangers() {
        let world = with_a_stranger(claim).await;
        let before = format!("{:?}", theirs(&world));
        assert!(up(&world, &without).await.complete(), "{who}");
        assert_eq!(format!("{:?}", theirs(&world)), before, "{who}");
        assert!(!world.state().unwrap().resources.contains_key(&Key::new(SHELF, "b")), "{who}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_down_keeps_an_unmanaged_resource_that_an_up_ran_into() {
    let world = with_a_stranger(None).await;
    let fresh = World::default();
    world.meddle(|theirs| fresh.meddle(|ours| *ours = theirs.clone()));
    fresh.meddle(|things| things.retain(|_, thing| thing.name == "toy-b"));
    let before = format!("{:?}", theirs(&fresh));
    assert_eq!(up(&fresh, &config()).await.outcome().failed.len(), 1);
    assert!(matches!(up(&fresh, &config()).await, Run::Refused(_)), "the next one is rejected before it starts");
    assert!(down(&fresh).await.complete());
    assert_eq!(format!("{:?}", theirs(&fresh)), before);
    let state = fresh.state().unwrap();
    assert!(state.resources.is_empty() && state.pending.is_empty(), "{state:?}");
}

#[tokio::test(start_paused = true)]
async fn the_children_of_an_unmanaged_resource_are_untracked_with_it() {
    let world = World::default();
    assert!(up(&world, &config()).await.complete());
    world.meddle(|things| things.values_mut().filter(|thing| thing.kind == "jar").for_each(|jar| jar.claim = None));
    let before = world.shape();
    let plan = planned(&world, &Desired::default(), Consent::default()).await.unwrap();
    let label = action(&plan, &Key::new(LABEL, "front"));
    assert_eq!(
        label,
        &Action::Untrack { because: "it is left alone with jar.main".into(), parent: None, replaced: None }
    );
    assert!(down(&world).await.complete());
    let left: Vec<String> = before.into_iter().filter(|line| !line.starts_with("shelf")).collect();
    assert_eq!(left.len(), 3, "jar, label and index");
    assert_eq!(world.shape().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_resource_created_by_an_interrupted_run_under_the_old_name_is_ours_by_its_new_token() {
    let mut adopted = 0;
    for at in 0..14 {
        let world = World::default();
        assert!(up(&world, &config()).await.complete());
        let before = world.shape();
        world.meddle(|things| things.retain(|_, thing| thing.kind != "shelf"));
        run(&world, &config().desired(), Consent::default(), Some(Cut::After(at))).await;
        world.arm(None);
        let plan = planned(&world, &config().desired(), Consent::default()).await.unwrap();
        adopted += plan.count(Verb::Adopt);
        assert_eq!(plan.count(Verb::Delete), 0, "cut at {at}: the adopted one has the name of the old one");
        assert!(up(&world, &config()).await.complete(), "cut at {at}");
        assert_eq!(world.shape(), before, "cut at {at}");
        assert!(planned(&world, &config().desired(), Consent::default()).await.unwrap().is_empty(), "cut at {at}");
        assert!(down(&world).await.complete(), "cut at {at}");
        assert_eq!(world.shape(), Vec::<String>::new(), "cut at {at}");
    }
    assert!(adopted > 3, "only {adopted} were adopted");
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_down_deletes_what_an_interrupted_run_created_under_the_old_name() {
    for first in 0..14 {
        for second in 0..10 {
            let world = World::default();
            assert!(up(&world, &config()).await.complete());
            world.meddle(|things| things.retain(|_, thing| thing.kind != "shelf"));
            run(&world, &config().desired(), Consent::default(), Some(Cut::After(first))).await;
            run(&world, &Desired::default(), Consent::default(), Some(Cut::Before(second))).await;
            assert!(down(&world).await.complete(), "cuts at {first} and {second}");
            assert_eq!(world.shape(), Vec::<String>::new(), "cuts at {first} and {second}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_resource_recorded_without_a_token_is_ours_by_the_rest_of_its_claim() {
    let world = World::default();
    assert!(up(&world, &config()).await.complete());
    world.edit_state(|state| state.resources.values_mut().for_each(|recorded| recorded.token = None));
    assert!(planned(&world, &config().desired(), Consent::default()).await.unwrap().is_empty());
    world.meddle(|things| remade(things, Some(("theirs".into(), "shelf.b".into(), "their token".into()))));
    assert!(matches!(up(&world, &config()).await, Run::Refused(_)));
}

/// Labels with the same name on one jar.
fn labels(keys: &[&str]) -> Desired {
    let mut desired = Desired::default();
    let jar = Key::new(JAR, "main");
    let (glass, lid, shelf) = ("clear".into(), "cork".into(), Input::Known("floor".into()));
    desired.add(jar.clone(), &JarSpec { name: "jar".into(), glass, lid, shelf }, []);
    for name in keys {
        let spec = LabelSpec { jar: jar.output("id").into(), name: "twin".into(), colour: "red".into() };
        desired.add(Key::new(LABEL, *name), &spec, []);
    }
    desired
}

#[tokio::test(start_paused = true)]
async fn a_recorded_resource_is_never_adopted_a_second_time() {
    let first = async || {
        let world = World::default();
        assert!(run(&world, &labels(&["one"]), Consent::default(), None).await.complete());
        world
    };
    let (whole, twins) = (first().await, labels(&["one", "two"]));
    assert!(run(&whole, &twins, Consent::default(), None).await.complete());
    for cut in (0..whole.ticks()).flat_map(|at| [Cut::Before(at), Cut::After(at)]) {
        let world = first().await;
        run(&world, &twins, Consent::default(), Some(cut)).await;
        assert!(run(&world, &twins, Consent::default(), None).await.complete(), "{cut:?}");
        assert_eq!(world.shape(), whole.shape(), "{cut:?}");
        let state = world.state().unwrap();
        let ids = ["one", "two"].map(|name| state.resources[&Key::new(LABEL, name)].outputs.clone());
        assert_ne!(ids[0], ids[1], "{cut:?}");
    }
}

fn action<'p>(plan: &'p Plan, key: &Key) -> &'p Action {
    &plan.steps.iter().find(|step| step.key == *key).expect("the resource has a step").action
}

#[test]
fn a_rejection_names_its_cause() {
    let error = PlanError::UnknownKind { key: Key::new(JAR, "main") };
    assert_eq!(error.to_string(), "jar.main: this version of stackctl does not know the kind `jar`");
}
