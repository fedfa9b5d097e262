//! Moves of a state between stores: it is in use in one of them at most, and is never lost, wherever a move is
//! interrupted.

use std::{collections::BTreeSet, time::Duration};

use stackctl::{
    engine::State,
    state::{Arriving, Backend, Document, FileStore, S3Store, StateError, TransferError, transfer},
};
use tokio::time::timeout;

use super::{
    fixture::{KEY, ask, state},
    memory::{Luck, MISFORTUNES, Memory},
    mortal::{Death, Life, Mortal},
};

const OF: (&str, &str) = ("shop", "dev");

/// The stores: a folder and a bucket.
pub(super) struct World {
    pub(super) folder: tempfile::TempDir,
    bucket: Memory,
}

/// The source and the destination.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    Up,
    Down,
    Between,
}

impl World {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), bucket: Memory::default() }
    }

    fn folder(&self) -> Box<dyn Backend> {
        Box::new(FileStore::new(self.folder.path(), OF.0, OF.1))
    }

    fn object(&self, key: &str) -> Box<dyn Backend> {
        Box::new(S3Store::new(self.bucket.for_another(), key))
    }

    /// The two stores for another process.
    pub(super) fn places(&self, way: Way) -> (Box<dyn Backend>, Box<dyn Backend>) {
        match way {
            Way::Up => (self.folder(), self.object(KEY)),
            Way::Down => (self.object(KEY), self.folder()),
            Way::Between => (self.object(KEY), self.object("other.json")),
        }
    }
}

/// Does the same as `state migrate`.
pub(super) async fn migrate(from: &dyn Backend, to: &dyn Backend) -> Result<u64, TransferError> {
    let guards = [ask(from, "ann", 0).await.0?, ask(to, "ann", 0).await.0?];
    let moved = transfer(from, to, OF).await;
    for guard in guards {
        guard.release().await?;
    }
    moved.map(|moved| moved.saves)
}

/// The content of a state without its serial.
fn content(state: State) -> State {
    State { serial: 0, ..state }
}

#[tokio::test(start_paused = true)]
async fn a_moved_state_is_at_the_new_place_and_the_old_place_points_to_it() {
    for way in [Way::Up, Way::Down, Way::Between] {
        let world = World::new();
        let (from, to) = world.places(way);
        from.save(&state(1)).await.unwrap();
        assert_eq!(migrate(&*from, &*to).await, Ok(3), "{way:?}");
        assert_eq!(to.load().await, Ok(Some(state(1))), "{way:?}");
        let moved = StateError::Moved { path: from.place(), to: to.address() };
        assert_eq!(from.load().await.unwrap_err(), moved, "{way:?}");
        assert!(from.save(&state(2)).await.is_err(), "{way:?}: no new state begins there");
        assert_eq!(migrate(&*from, &*to).await, Ok(0), "{way:?}: again");
        to.save(&state(2)).await.unwrap();
        assert_eq!(migrate(&*from, &*to).await, Ok(0), "{way:?}: after another save");
        assert_eq!(migrate(&*to, &*from).await, Ok(3), "{way:?}: back");
        assert_eq!(from.load().await, Ok(Some(state(2))), "{way:?}");
    }
}

/// Runs a move that dies at a call, and checks the two stores.
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
    assert!(uses == 1 || new.is_some(), "{way:?} {death:?}: the new place looks empty");
    life.calls()
}

#[tokio::test(start_paused = true)]
async fn a_move_that_dies_at_any_call_is_finished_by_the_next_move() {
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
                    assert!(call > 10, "{way:?}: a move has two locks, eight reads and three saves");
                    break;
                }
            }
        }
    }
    assert_eq!(met, BTreeSet::from(["arriving", "state"]), "the cuts cover every stage of a move");
}

fn kind(document: &Document) -> &'static str {
    match document {
        Document::State(_) => "state",
        Document::Arriving(_) => "arriving",
        Document::Moved(_) => "moved",
    }
}

#[tokio::test(start_paused = true)]
async fn while_a_state_is_moved_no_new_state_begins() {
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
async fn a_move_takes_effect_once_despite_failed_calls() {
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
async fn an_outdated_announcement_is_replaced() {
    let world = World::new();
    let (from, to) = world.places(Way::Up);
    from.save(&state(1)).await.unwrap();
    to.replace(&Document::Arriving(Arriving { from: from.address(), state: state(1) })).await.unwrap();
    from.save(&state(2)).await.unwrap();
    assert_eq!(migrate(&*from, &*to).await, Ok(3));
    assert_eq!(to.load().await, Ok(Some(state(2))));
}

#[tokio::test(start_paused = true)]
async fn a_current_manual_copy_is_used_and_an_older_one_is_overwritten() {
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
