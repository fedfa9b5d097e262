//! A process that dies in the middle of a first up or of a down is followed by one that finishes.
//!
//! Every third of the cuts is tried, calls and saves together, before and after they took effect by turns; that keeps
//! these tests within seconds. What is exhaustive is the engine's own test of cuts, over a toy cloud.

use std::collections::BTreeMap;

use crate::harness::{
    project::{Project, example},
    shape::{census, differences, shape},
    stack::Stack,
    wire::Cut,
};

fn sampled(ticks: usize) -> impl Iterator<Item = Cut> {
    (0..ticks).flat_map(|at| [false, true].map(|after| Cut { at, after })).step_by(3)
}

#[tokio::test(start_paused = true)]
async fn a_first_up_that_dies_is_finished_by_the_next() {
    let project = Project::new(&example());
    let whole = Stack::new();
    whole.up(&project).await.done();
    let (expected, counted, ticks) = (shape(&whole.local), census(&whole.local), whole.wire.ticks());
    for cut in sampled(ticks) {
        let stack = Stack::new();
        let died = stack.cut(Some(&project), Some(cut)).await;
        assert!(died.is_none(), "{cut:?}: it did not die");
        let next = stack.up(&project).await;
        assert!(next.complete(), "{cut:?}: {}", next.failures());
        assert_eq!(census(&stack.local), counted, "{cut:?}");
        assert_eq!(differences(&shape(&stack.local), &expected), Vec::<String>::new(), "{cut:?}");
        let plan = stack.planned(&project).await;
        assert!(plan.is_empty(), "{cut:?}: {plan:?}");
        assert!(stack.down().await.complete(), "{cut:?}");
        assert_eq!(census(&stack.local), BTreeMap::new(), "{cut:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_down_that_dies_is_finished_by_the_next() {
    let project = Project::new(&example());
    let whole = Stack::new();
    whole.up(&project).await.done();
    whole.down().await.done();
    for cut in sampled(whole.wire.ticks()) {
        let stack = Stack::new();
        stack.up(&project).await.done();
        let died = stack.cut(None, Some(cut)).await;
        assert!(died.is_none(), "{cut:?}: it did not die");
        let next = stack.down().await;
        assert!(next.complete(), "{cut:?}: {}", next.failures());
        assert_eq!(census(&stack.local), BTreeMap::new(), "{cut:?}");
        let state = stack.wire.state().unwrap();
        assert!(state.resources.is_empty() && state.pending.is_empty(), "{cut:?}: {state:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_down_clears_what_an_up_that_died_has_left() {
    let project = Project::new(&example());
    let whole = Stack::new();
    whole.up(&project).await.done();
    for cut in sampled(whole.wire.ticks()).step_by(2) {
        let stack = Stack::new();
        stack.cut(Some(&project), Some(cut)).await;
        assert!(stack.down().await.complete(), "{cut:?}");
        assert_eq!(census(&stack.local), BTreeMap::new(), "{cut:?}");
    }
}
