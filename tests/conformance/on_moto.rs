//! The life of a stack on moto, which has no data plane.

use super::life::World;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the servers that tests/conformance/run installs"]
async fn a_stack_comes_up_changes_is_repaired_and_goes() {
    let mut world = World::moto();
    let stack = world.comes_up().await;
    world.takes_new_code(&stack).await;
    world.takes_a_route(&stack).await;
    world.loses_the_route(&stack).await;
    world.takes_new_settings(&stack).await;
    world.is_repaired(&stack).await;
    world.goes_down(&[]).await;
}
