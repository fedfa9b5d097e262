//! The calls and the modelled seconds of each command in the weather `aws`, on a virtual clock: how far a deploy is from
//! what AWS's quotas and delays force.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value, json};
use stackctl_local::{Settings, Weather};
use tokio::time::Instant;

use crate::harness::{
    project::{Project, example, patched},
    shape::census,
    stack::{Command, Run, Stack},
};

/// What one command took: reads, writes, throttled requests, seconds.
#[derive(Debug)]
struct Cost {
    reads: u64,
    writes: u64,
    throttled: usize,
    seconds: f64,
}

/// Fifty functions and three hundred routes.
fn large() -> Value {
    let source = |at| if at == 0 { "lambdas/app" } else { "lambdas/other" };
    let function = |at| json!({ "source": source(at), "handler": "app.handler", "runtime": "python3.13" });
    let functions: Map<String, Value> = (0..50).map(|at| (format!("f{at:02}"), function(at))).collect();
    let method = |at| if at % 2 == 0 { "GET" } else { "PUT" };
    let route =
        |at: usize| (format!("{} /things{}", method(at), at / 2), json!({ "function": format!("f{:02}", at % 50) }));
    let routes: Map<String, Value> = (0..300).map(route).collect();
    let nothing = json!({ "functions": null, "routes": null });
    let whole = json!({ "functions": functions, "routes": routes });
    patched(&patched(&example(), &nothing), &whole)
}

fn throttled(stack: &Stack) -> usize {
    stack.local.throttled_counts().values().sum()
}

async fn cost(stack: &Stack, command: Command<'_>) -> (Cost, Run) {
    let (began, before) = (Instant::now(), throttled(stack));
    let run = stack.run(command).await.done();
    let (reads, writes) = (run.calls.reads, run.calls.writes);
    let cost = Cost { reads, writes, throttled: throttled(stack) - before, seconds: began.elapsed().as_secs_f64() };
    (cost, run)
}

/// The costs of a first `up`, one without changes, one with an edited handler, and a `down`.
async fn life(config: &Value) -> [Cost; 4] {
    let stack = Stack::on(Settings { weather: Weather::aws(), ..Settings::default() });
    let project = Project::new(config);
    let (first, _) = cost(&stack, Command::Up(&project)).await;
    let calm = || tokio::time::sleep(Duration::from_mins(2));
    calm().await;
    let (second, _) = cost(&stack, Command::Up(&project)).await;
    calm().await;
    let edited = Project::with_code(config, "def handler(event, context):\n    return 2\n");
    let (edit, _) = cost(&stack, Command::Up(&edited)).await;
    calm().await;
    let (down, _) = cost(&stack, Command::Down(None)).await;
    assert_eq!(census(&stack.local), BTreeMap::new());
    let costs = [first, second, edit, down];
    println!("{costs:#?}\n{:#?}", stack.local.throttled_counts());
    costs
}

/// The weather's role propagation, pending state and update in progress, in seconds.
const PROPAGATION: f64 = 8.0;
const PENDING: f64 = 2.0;
const IN_PROGRESS: f64 = 1.0;

fn assert_within(cost: &Cost, (reads, writes): (u64, u64), throttled: usize, seconds: f64) {
    assert!(cost.reads <= reads && cost.writes <= writes, "{cost:?}");
    assert!(cost.throttled <= throttled && cost.seconds <= seconds, "{cost:?}");
}

#[tokio::test(start_paused = true)]
async fn the_reference_stack_is_as_fast_as_aws_allows() {
    let [first, second, edit, down] = life(&example()).await;
    // 28 writes, and the attempts to create functions while their roles cannot be assumed.
    assert_within(&first, (24, 28 + 14), 0, PROPAGATION + PENDING + 2.75);
    assert_within(&second, (27, 0), 0, 0.45);
    // An upload and a version take 0.7 s each, the alias 0.2 s.
    assert_within(&edit, (34, 3), 0, IN_PROGRESS + 2.1);
    assert_within(&down, (37, 11), 0, 2.0);
}

/// How long so many requests take at a rate with this burst.
fn paced(requests: f64, per_second: f64, burst: f64) -> f64 {
    (requests - burst) / per_second
}

#[tokio::test(start_paused = true)]
async fn a_large_stack_is_as_fast_as_the_quotas_allow() {
    let [first, second, edit, down] = life(&large()).await;
    // A role, its propagation, four writes for each function within Lambda's rate, the last of which is a permission; then
    // the deployment and the stage.
    let floor = 0.3 + PROPAGATION + paced(50.0 * 4.0, 15.0, 15.0) + 0.2 + 0.4 + 0.2;
    assert_within(&first, (500, 8 * 50 + 40), 4, floor * 1.05);
    assert_within(&second, (480, 0), 4, 10.5);
    assert_within(&edit, (500, 3), 4, 10.5 + IN_PROGRESS + 2.5);
    // Two writes for each role within IAM's rate, after the reads.
    assert_within(&down, (650, 4 * 50 + 10), 6, second.seconds + 1.5 * paced(50.0 * 2.0, 10.0, 20.0));
}
