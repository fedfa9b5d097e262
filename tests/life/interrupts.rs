//! Interrupts: whatever a run waits for, it ends within the requests in flight, and the next one finishes its work.

use std::{collections::BTreeSet, time::Duration};

use stackctl_local::{Settings, Weather};
use tokio::time::Instant;

use crate::harness::{
    project::{Project, example},
    shape::{census, differences, shape},
    stack::{Command, Run, Stack},
};

const LATENCY: Duration = Duration::from_millis(80);

/// No step of these runs sends so many requests in a row that they take longer; every wait does.
const IN_FLIGHT: Duration = Duration::from_secs(1);

fn waiting() -> Settings {
    let weather = Weather {
        role_propagation: Duration::from_secs(7),
        function_pending: Duration::from_secs(5),
        update_in_progress: Duration::from_secs(5),
        list_lag: Duration::from_secs(3),
        latency: LATENCY,
        quotas: true,
        typical: false,
    };
    Settings { weather, ..Settings::default() }
}

/// The interrupted run, which must end soon after the interrupt.
async fn interrupted(stack: &Stack, command: Command<'_>, after: Duration) -> Run {
    let began = Instant::now();
    let run = stack.interrupted(command, after).await;
    let took = began.elapsed();
    assert!(took < after + IN_FLIGHT, "interrupted after {after:?} it ended after {took:?}: {:?}", run.waits);
    run
}

/// What the stopped steps were waiting for.
fn stopped(run: &Run) -> impl Iterator<Item = String> {
    let stopped = run.outcome.iter().flat_map(|outcome| &outcome.stopped);
    stopped.map(|stopped| format!("{}: {}", stopped.key, stopped.error))
}

#[tokio::test(start_paused = true)]
async fn an_up_ends_soon_after_an_interrupt_at_any_moment_and_the_next_finishes() {
    let project = Project::new(&example());
    let whole = Stack::on(waiting());
    let began = Instant::now();
    whole.up(&project).await.done();
    let took = began.elapsed();
    let (expected, counted) = (shape(&whole.local), census(&whole.local));
    let mut waits = BTreeSet::new();
    for after in (1..).map(|tick| LATENCY * 14 * tick).take_while(|after| *after < took) {
        let stack = Stack::on(waiting());
        waits.extend(stopped(&interrupted(&stack, Command::Up(&project), after).await));
        stack.up(&project).await.done();
        assert_eq!(census(&stack.local), counted, "{after:?}");
        assert_eq!(differences(&shape(&stack.local), &expected), Vec::<String>::new(), "{after:?}");
        assert!(stack.planned(&project).await.is_empty(), "{after:?}");
    }
    let expected = ["closed", "open"].map(|name| {
        let wait = "stopped waiting for";
        [
            format!("lambda_function.{name}: {wait} IAM to let Lambda assume the function's new role"),
            format!("lambda_function.{name}: {wait} function `shop-dev-{name}` to become active"),
        ]
    });
    assert_eq!(waits, expected.into_iter().flatten().collect());
}

#[tokio::test(start_paused = true)]
async fn a_down_that_waits_for_a_quota_ends_soon_after_an_interrupt_and_the_next_finishes() {
    let stack = Stack::on(waiting());
    stack.up(&Project::new(&example())).await.done();
    // AWS deletes one API in thirty seconds, and another one has just been deleted.
    let theirs = stack.clients().await.apigateway;
    let id = theirs.create_rest_api().name("theirs").send().await.unwrap().id.unwrap();
    theirs.delete_rest_api().rest_api_id(id).send().await.unwrap();
    let run = interrupted(&stack, Command::Down(None), Duration::from_secs(7)).await;
    let waits: Vec<String> = stopped(&run).collect();
    assert_eq!(waits, ["rest_api.main: stopped waiting for AWS's request quota"]);
    assert_eq!(census(&stack.local)["apis"], 1);
    stack.down().await.done();
    assert!(census(&stack.local).is_empty());
}
