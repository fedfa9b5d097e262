//! Properties of every stack.

use proptest::{collection::btree_map, prelude::*};
use stackctl::{
    engine::Consent,
    state::{Backend as _, FileStore},
};

use super::{
    config::Config,
    life::{down, planned, run, up},
    world::{Cut, World},
};

fn config() -> impl Strategy<Value = Config> {
    let shelves = btree_map("[a-d]", 1..5_u32, 0..4);
    let labels = btree_map("[w-z]", prop_oneof!["red", "green"], 0..4);
    (shelves, prop_oneof!["cork", "screw"], labels).prop_map(|(shelves, lid, labels)| Config {
        shelves,
        glass: "clear".into(),
        lid,
        labels,
    })
}

fn on_paused_clock<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(test)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_an_up_the_plan_is_empty(config in config()) {
        on_paused_clock(async {
            let world = World::default();
            prop_assert!(up(&world, &config).await.complete());
            prop_assert!(planned(&world, &config.desired(), Consent::default()).await.unwrap().is_empty());
            Ok(())
        })?;
    }

    #[test]
    fn an_up_over_another_stack_ends_as_one_from_nothing(first in config(), second in config()) {
        on_paused_clock(async {
            let (once, twice) = (World::default(), World::default());
            prop_assert!(up(&once, &second).await.complete());
            prop_assert!(up(&twice, &first).await.complete());
            prop_assert!(up(&twice, &second).await.complete());
            prop_assert_eq!(once.shape(), twice.shape());
            prop_assert!(down(&twice).await.complete());
            prop_assert_eq!(twice.shape(), Vec::<String>::new());
            Ok(())
        })?;
    }

    #[test]
    fn any_number_of_cuts_is_finished_by_one_run(wanted in config(), cuts in prop::collection::vec((config(), 0..40_usize, any::<bool>()), 0..4)) {
        on_paused_clock(async {
            let (once, world) = (World::default(), World::default());
            prop_assert!(up(&once, &wanted).await.complete());
            for (config, at, before) in cuts {
                let cut = if before { Cut::Before(at) } else { Cut::After(at) };
                run(&world, &config.desired(), Consent::default(), Some(cut)).await;
            }
            prop_assert!(up(&world, &wanted).await.complete());
            prop_assert_eq!(world.shape(), once.shape());
            Ok(())
        })?;
    }

    #[test]
    fn a_state_is_loaded_as_it_was_saved(config in config()) {
        on_paused_clock(async {
            let world = World::default();
            run(&world, &config.desired(), Consent::default(), Some(Cut::After(3))).await;
            let Some(mut state) = world.state() else { return Ok(()) };
            state.serial = 1;
            let folder = tempfile::tempdir().unwrap();
            let store = FileStore::new(folder.path(), "toy", "dev");
            store.save(&state).await.unwrap();
            prop_assert_eq!(store.load().await.unwrap(), Some(state));
            Ok(())
        })?;
    }
}
