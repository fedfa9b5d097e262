//! The life of a stack on moto, which has no data plane.

use super::{buckets, buckets::Bucket, life::World, stores};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the servers that tests/conformance/run installs"]
async fn a_stack_is_deployed_changed_repaired_and_destroyed() {
    let mut world = World::moto();
    let stack = world.comes_up().await;
    world.takes_new_code(&stack).await;
    world.keeps_its_state_in_a_bucket().await;
    world.takes_a_route(&stack).await;
    world.loses_the_route(&stack).await;
    world.takes_new_settings(&stack).await;
    world.is_repaired(&stack).await;
    world.goes_down(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the servers that tests/conformance/run installs"]
async fn s3_behaves_as_a_state_requires() {
    let world = World::moto();
    buckets::are_what_a_state_relies_on(&world.clients.s3).await;
    // Without a race: moto checks the condition of a write and writes in two steps.
    stores::keep_states(&world.clients.s3, &world.url(), false).await;
    Bucket::make(&world.clients.s3, "owned").await.asks_for_its_owner((404, "NoSuchKey")).await;
    Bucket::make(&world.clients.s3, "placed").await.is_in_its_region((404, "NoSuchKey")).await;
}
