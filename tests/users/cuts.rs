//! A `user create` that dies at any call is finished by the next one.

use std::sync::Arc;

use serde_json::json;
use stackctl::users::UserError;
use stackctl_local::{Emulator, Settings};

use super::place::{PASSWORD, Place};
use crate::harness::wire::{Cut, Way, Wire};

async fn place(wire: &Arc<Wire>) -> Place {
    let local = Emulator::new(Settings::default());
    let client = wire.client(&local, "users");
    Place::on(local, client, json!({ "UsernameAttributes": ["email"] }), json!({})).await
}

/// Creates a user in a process that dies at the cut. Returns whether the creation finished before.
async fn dies(wire: &Arc<Wire>, place: &Place, cut: Option<Cut>) -> bool {
    wire.arm(cut);
    let ended = tokio::select! {
        ended = place.create("ann@example.com") => ended.is_ok(),
        () = wire.died() => false,
    };
    wire.arm(None);
    ended
}

#[tokio::test(start_paused = true)]
async fn a_user_create_that_dies_at_any_call_is_finished_by_the_next_one() {
    let wire = Arc::new(Wire::default());
    let whole = place(&wire).await;
    wire.arm(None);
    whole.create("ann@example.com").await.unwrap();
    let ticks = wire.ticks().len();
    assert_eq!(ticks, 6, "pool, client, user, creation, password, challenge");
    for cut in (0..ticks).flat_map(|at| [Way::DiesBefore, Way::DiesAfter].map(|way| Cut { at, way })) {
        let wire = Arc::new(Wire::default());
        let place = place(&wire).await;
        assert!(!dies(&wire, &place, Some(cut)).await, "{cut:?}: it did not die");
        match place.create("ann@example.com").await {
            Ok(_) => {}
            // The last response was lost with the process; the creation was complete.
            Err(UserError::Exists { .. }) => assert_eq!(cut, Cut { at: ticks - 1, way: Way::DiesAfter }),
            Err(error) => panic!("{cut:?}: {error}"),
        }
        place.sign_in("ann@example.com", PASSWORD).await.unwrap_or_else(|error| panic!("{cut:?}: {error}"));
        let users = place.call("ListUsers", json!({})).await;
        assert_eq!(users["Users"].as_array().unwrap().len(), 1, "{cut:?}");
    }
}
