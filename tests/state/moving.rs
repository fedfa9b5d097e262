//! A state that moves from a place to another: in use at one of them at most, lost at none, whatever interrupts it.

use std::{collections::BTreeSet, time::Duration};

use stackctl::state::{
    Arriving, Backend, Document, LocalStore, Moved, S3Store, State, StateError, TransferError, transfer,
};
use tokio::time::timeout;

use super::{
    fixture::{KEY, ask, state},
    memory::{Luck, MISFORTUNES, Memory},
    mortal::{Death, Life, Mortal},
};

const OF: (&str, &str) = ("shop", "dev");

/// Where states are: a folder and a bucket.
struct World {
    folder: tempfile::TempDir,
    bucket: Memory,
}

/// From where to where.
#[derive(Debug, Clone, Copy)]
enum Way {
    Up,
    Down,
    Between,
}

impl World {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), bucket: Memory::default() }
    }

    fn folder(&self) -> Box<dyn Backend> {
        Box::new(LocalStore::new(self.folder.path(), OF.0, OF.1))
    }

    fn object(&self, key: &str) -> Box<dyn Backend> {
        Box::new(S3Store::new(self.bucket.for_another(), key))
    }

    /// The two places as another process reaches them.
    fn places(&self, way: Way) -> (Box<dyn Backend>, Box<dyn Backend>) {
        match way {
            Way::Up => (self.folder(), self.object(KEY)),
            Way::Down => (self.object(KEY), self.folder()),
            Way::Between => (self.object(KEY), self.object("other.json")),
        }
    }
}

/// Does what `state migrate` does.
async fn migrate(from: &dyn Backend, to: &dyn Backend) -> Result<u64, TransferError> {
    let guards = [ask(from, "ann", 0).await.0?, ask(to, "ann", 0).await.0?];
    let moved = transfer(from, to, OF).await;
    for guard in guards {
        guard.release().await?;
    }
    moved.map(|moved| moved.saves)
}

/// What a state says, whatever was counted meanwhile.
fn content(state: State) -> State {
    State { serial: 0, ..state }
}

#[tokio::test(start_paused = true)]
async fn a_state_is_at_the_new_place_and_the_old_one_says_where_it_went() {
    for way in [Way::Up, Way::Down, Way::Between] {
        let world = World::new();
        let (from, to) = world.places(way);
        from.save(&state(1)).await.unwrap();
        assert_eq!(migrate(&*from, &*to).await, Ok(3), "{way:?}");
        assert_eq!(to.load().await, Ok(Some(state(1))), "{way:?}");
        let moved = StateError::Moved { path: from.place(), to: to.address() };
        assert_eq!(from.load().await.unwrap_err(), moved, "{way:?}");
        assert!(from.save(&state(2)).await.is_err(), "{way:?}: it is not begun anew there");
        assert_eq!(migrate(&*from, &*to).await, Ok(0), "{way:?}: again");
        to.save(&state(2)).await.unwrap();
        assert_eq!(migrate(&*from, &*to).await, Ok(0), "{way:?}: and when it has gone on");
        assert_eq!(migrate(&*to, &*from).await, Ok(3), "{way:?}: back");
        assert_eq!(from.load().await, Ok(Some(state(2))), "{way:?}");
    }
}

/// A move that dies at a call; the two places are as it must leave them.
async fn dies(world: &World, way: Way, death: Death) -> usize {
    let (from, to) = world.places(way);
    let life = Life::ending(death);
    let (dying, new) = (Mortal { place: &*from, life: &life }, Mortal { place: &*to, life: &life });
    let ended = timeout(Duration::from_secs(200), migrate(&dying, &new)).await;
    assert_eq!(ended.is_err(), life.calls() == death.call, "{way:?} {death:?}: {ended:?}");
    let (from, to) = world.places(way);
    let (old, new) = (from.document().await.unwrap(), to.document().await.unwrap());
    let uses = [&old, &new].into_iter().filter(|document| matches!(document, Some(Document::State(_)))).count();
    assert!(uses <= 1, "{way:?} {death:?}: it is in use at both");
    let whole = [old, new.clone()].into_iter().flatten().find_map(|document| match document {
        Document::State(state) | Document::Arriving(Arriving { state, .. }) => Some(content(state)),
        Document::Moved(_) => None,
    });
    assert_eq!(whole, Some(content(state(1))), "{way:?} {death:?}: it is lost");
    assert!(uses == 1 || new.is_some(), "{way:?} {death:?}: the new place looks as if there were none");
    life.calls()
}

#[tokio::test(start_paused = true)]
async fn a_move_that_dies_at_any_call_is_finished_by_the_next() {
    let mut met = BTreeSet::new();
    for way in [Way::Up, Way::Down, Way::Between] {
        for after in [false, true] {
            for call in 1.. {
                let world = World::new();
                world.places(way).0.save(&state(1)).await.unwrap();
                let died = dies(&world, way, Death { call, after }).await == call;
                let (from, to) = world.places(way);
                met.extend(to.document().await.unwrap().map(|document| kind(&document)));
                migrate(&*from, &*to).await.unwrap_or_else(|error| panic!("{way:?} {call} {after}: {error}"));
                assert_eq!(to.load().await.unwrap().map(content), Some(content(state(1))), "{way:?} {call} {after}");
                assert!(matches!(from.load().await, Err(StateError::Moved { .. })), "{way:?} {call} {after}");
                if !died {
                    assert!(call > 10, "{way:?}: there are two locks, eight looks and three saves");
                    break;
                }
            }
        }
    }
    assert_eq!(met, BTreeSet::from(["arriving", "state"]), "the cuts met every stage of a move");
}

fn kind(document: &Document) -> &'static str {
    match document {
        Document::State(_) => "state",
        Document::Arriving(_) => "arriving",
        Document::Moved(_) => "moved",
    }
}

#[tokio::test(start_paused = true)]
async fn while_a_state_is_on_its_way_nobody_begins_anew() {
    for call in 1.. {
        let world = World::new();
        let (from, to) = world.places(Way::Down);
        from.save(&state(1)).await.unwrap();
        dies(&world, Way::Down, Death { call, after: true }).await;
        if matches!(from.load().await, Err(StateError::Moved { .. })) {
            let arriving = StateError::Arriving { path: to.place(), from: from.address() };
            assert_eq!(to.load().await.unwrap_err(), arriving);
            assert_eq!(to.save(&state(1)).await.unwrap_err(), arriving);
            assert_eq!(migrate(&*from, &*to).await, Ok(1), "only the last save is missing");
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_move_takes_place_once_whatever_happens_to_the_calls() {
    for luck in MISFORTUNES {
        for way in [Way::Up, Way::Down] {
            let world = World::new();
            world.places(way).0.save(&state(1)).await.unwrap();
            for call in ["create shop.json", "write shop.json"] {
                world.bucket.bring(call, &[luck, luck, Luck::Good]);
            }
            let (folder, object): (Box<dyn Backend>, _) =
                (world.folder(), Box::new(S3Store::new(world.bucket.clone(), KEY)));
            let (from, to): (&dyn Backend, &dyn Backend) =
                if matches!(way, Way::Up) { (&*folder, &*object) } else { (&*object, &*folder) };
            assert_eq!(migrate(from, to).await, Ok(3), "{luck:?} {way:?}");
            assert_eq!(to.load().await, Ok(Some(state(1))), "{luck:?} {way:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_announcement_that_is_out_of_date_is_made_anew() {
    let world = World::new();
    let (from, to) = world.places(Way::Up);
    from.save(&state(1)).await.unwrap();
    to.replace(&Document::Arriving(Arriving { from: from.address(), state: state(1) })).await.unwrap();
    from.save(&state(2)).await.unwrap();
    assert_eq!(migrate(&*from, &*to).await, Ok(3));
    assert_eq!(to.load().await, Ok(Some(state(2))));
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_somebody_made_is_taken_and_an_older_one_written_over() {
    for there in [1, 2] {
        let world = World::new();
        let (from, to) = world.places(Way::Up);
        from.save(&state(1)).await.unwrap();
        from.save(&state(2)).await.unwrap();
        to.replace(&Document::State(state(there))).await.unwrap();
        assert_eq!(migrate(&*from, &*to).await, Ok(if there == 2 { 1 } else { 3 }));
        assert_eq!(to.load().await, Ok(Some(state(2))));
        assert!(matches!(from.load().await, Err(StateError::Moved { .. })));
    }
}

/// Tries to move what is at the old place over what is at the new one, and tells why not. An announcement from `FOLDER`
/// is one from the old place.
async fn refused(here: Option<Document>, there: Option<Document>) -> String {
    let world = World::new();
    let (from, to) = world.places(Way::Up);
    let announced = |document| match document {
        Document::Arriving(Arriving { from: origin, state }) if origin == "FOLDER" => {
            Document::Arriving(Arriving { from: from.address(), state })
        }
        document => document,
    };
    let (here, there) = (here.map(announced), there.map(announced));
    for (place, document) in [(&from, &here), (&to, &there)] {
        if let Some(document) = document {
            place.document().await.unwrap();
            place.replace(document).await.unwrap();
        }
    }
    let error = migrate(&*from, &*to).await.unwrap_err();
    assert_eq!((from.document().await, to.document().await), (Ok(here), Ok(there)), "nothing is changed");
    let told = format!("{error}\n  {}", error.hints().join("\n  "));
    told.replace(&world.folder.path().display().to_string(), "FOLDER")
}

#[tokio::test(start_paused = true)]
async fn a_state_that_must_not_be_written_over_is_named_with_the_way_out() {
    let of_another = |serial| State { lineage: "another".into(), ..state(serial) };
    let here = || Some(Document::State(state(2)));
    let arriving = |state| Some(Document::Arriving(Arriving { from: "FOLDER".into(), state }));
    let moved = |to: &str, serial| Some(Document::Moved(Moved { to: to.into(), lineage: state(1).lineage, serial }));
    let mut beside = state(2);
    beside.pending.clear();
    let refusals = [
        refused(None, Some(Document::State(state(2)))).await,
        refused(here(), Some(Document::State(of_another(1)))).await,
        refused(here(), arriving(of_another(1))).await,
        refused(here(), Some(Document::State(state(3)))).await,
        refused(here(), Some(Document::State(beside))).await,
        refused(here(), moved("s3://other/shop.json", 3)).await,
        refused(Some(Document::State(State { stage: "prod".into(), ..state(2) })), None).await,
        refused(moved("s3://states/shop.json", 2), None).await,
        refused(moved("s3://other/shop.json", 2), None).await,
        refused(moved("s3://other/shop.json", 2), Some(Document::State(of_another(2)))).await,
        refused(arriving(state(2)), None).await,
    ];
    insta::assert_snapshot!(refusals.join("\n\n"), @r"
    FOLDER/shop.dev.json: there is no state to move to s3://states/shop.json
      `--from` names the place where the state is now

    s3://states/shop.json: another state is there, which has nothing to do with the one at FOLDER/shop.dev.json
      if the stack does not need it, move the one at s3://states/shop.json away; `stackctl state show` tells what it holds

    s3://states/shop.json: another state than the one at FOLDER/shop.dev.json is on its way there
      if the one at FOLDER/shop.dev.json is right, move what is at s3://states/shop.json away: nobody has used it there yet

    s3://states/shop.json: the state there was saved 3 times, the one at FOLDER/shop.dev.json 2 times
      the one at s3://states/shop.json is what the configuration uses: if it is right, move the one at FOLDER/shop.dev.json away
      `stackctl state show` and `stackctl plan` tell which of them is right

    s3://states/shop.json: the state there was saved 2 times, the one at FOLDER/shop.dev.json 2 times
      the one at s3://states/shop.json is what the configuration uses: if it is right, move the one at FOLDER/shop.dev.json away
      `stackctl state show` and `stackctl plan` tell which of them is right

    s3://states/shop.json: the state there was saved 3 times, the one at FOLDER/shop.dev.json 2 times
      the one at s3://states/shop.json is what the configuration uses: if it is right, move the one at FOLDER/shop.dev.json away
      `stackctl state show` and `stackctl plan` tell which of them is right

    the state is of stage `prod`, not of `dev`
      use the config that the stack was made with

    s3://states/shop.json: the state that was moved here from FOLDER/shop.dev.json is gone
      the last version is kept beside FOLDER/shop.dev.json, as `….previous.json` or by a bucket that keeps versions
      `stackctl recover` rebuilds it from what AWS has

    FOLDER/shop.dev.json: the state is not here any more: it was moved to s3://other/shop.json
      set `state` in the configuration to where it is now
      or bring it back: `stackctl state migrate --from s3://other/shop.json`
      `--from-region` and `--from-owner` tell of a bucket that is not in the stack's Region and account

    FOLDER/shop.dev.json: the state is not here any more: it was moved to s3://other/shop.json
      set `state` in the configuration to where it is now
      or bring it back: `stackctl state migrate --from s3://other/shop.json`
      `--from-region` and `--from-owner` tell of a bucket that is not in the stack's Region and account

    FOLDER/shop.dev.json: the state is on its way here from FOLDER
      `stackctl state migrate --from FOLDER` goes on with that, while the configuration names this place
    ");
}

#[tokio::test(start_paused = true)]
async fn no_way_out_of_a_refusal_is_refused_in_turn() {
    let of_another = |serial| State { lineage: "another".into(), ..state(serial) };
    let here = || Some(Document::State(state(2)));
    let arriving = |from: &str, state| Some(Document::Arriving(Arriving { from: from.into(), state }));
    let moved = |to: &str, serial| Some(Document::Moved(Moved { to: to.into(), lineage: state(1).lineage, serial }));
    let refusals = [
        refused(None, arriving("FOLDER", state(2))).await,
        refused(None, arriving("s3://third/shop.json", state(2))).await,
        refused(here(), arriving("FOLDER", state(3))).await,
        refused(here(), arriving("s3://third/shop.json", of_another(1))).await,
        refused(arriving("s3://third/shop.json", state(2)), None).await,
        refused(moved("s3://states/shop.json", 2), Some(Document::State(state(1)))).await,
        refused(moved("s3://states/shop.json", 2), Some(Document::State(of_another(2)))).await,
        refused(moved("s3://states/shop.json", 2), moved("s3://third/shop.json", 5)).await,
    ];
    insta::assert_snapshot!(refusals.join("\n\n"), @r"
    s3://states/shop.json: the state was on its way there from FOLDER/shop.dev.json, where there is none any more
      if it was put elsewhere, bring it back to FOLDER/shop.dev.json
      if it was lost, move what is at s3://states/shop.json away, then `stackctl recover` rebuilds it

    FOLDER/shop.dev.json: there is no state to move to s3://states/shop.json
      `--from` names the place where the state is now

    s3://states/shop.json: another state than the one at FOLDER/shop.dev.json is on its way there
      if the one at FOLDER/shop.dev.json is right, move what is at s3://states/shop.json away: nobody has used it there yet

    s3://states/shop.json: another state than the one at FOLDER/shop.dev.json is on its way there
      `stackctl state migrate --from s3://third/shop.json` goes on with that one
      if the one at FOLDER/shop.dev.json is right, move what is at s3://states/shop.json away: nobody has used it there yet

    FOLDER/shop.dev.json: the state is on its way here from s3://third/shop.json
      `stackctl state migrate --from s3://third/shop.json` goes on with that, while the configuration names this place
      `--from-region` and `--from-owner` tell of a bucket that is not in the stack's Region and account

    s3://states/shop.json: what is there is not the state that was moved there from FOLDER/shop.dev.json
      if what is at s3://states/shop.json is right, there is nothing to move; `stackctl state pull` prints it
      if it is not, move it away, then `stackctl recover` rebuilds the state from what AWS has
      the last version is kept beside FOLDER/shop.dev.json, as `….previous.json` or by a bucket that keeps versions

    s3://states/shop.json: what is there is not the state that was moved there from FOLDER/shop.dev.json
      if what is at s3://states/shop.json is right, there is nothing to move; `stackctl state pull` prints it
      if it is not, move it away, then `stackctl recover` rebuilds the state from what AWS has
      the last version is kept beside FOLDER/shop.dev.json, as `….previous.json` or by a bucket that keeps versions

    s3://states/shop.json: the state is not here any more: it was moved to s3://third/shop.json
      set `state` in the configuration to where it is now
      or bring it back: `stackctl state migrate --from s3://third/shop.json`
      `--from-region` and `--from-owner` tell of a bucket that is not in the stack's Region and account
    ");
}
