//! Slow, late and throttled responses are waited for, on a virtual clock, and the wait is shown.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use stackctl_local::{Settings, Weather};
use tokio::time::Instant;

use crate::harness::{
    project::{Project, example, patched},
    shape::{census, differences, shape},
    stack::Stack,
};

/// The example with this many more routes, two for each path: an API has 300 paths at most by default.
fn with_routes(count: usize) -> Value {
    let method = |number| if number % 2 == 0 { "GET" } else { "PUT" };
    let route = |number| format!("{} /things{}", method(number), number / 2);
    let routes = (0..count).map(|number| (route(number), json!({ "function": "open" })));
    patched(&example(), &json!({ "routes": routes.collect::<serde_json::Map<_, _>>() }))
}

fn stormy() -> Settings {
    let weather = Weather {
        role_propagation: Duration::from_secs(10),
        function_pending: Duration::from_secs(3),
        update_in_progress: Duration::from_secs(2),
        list_lag: Duration::from_secs(5),
        latency: Duration::from_millis(80),
        quotas: true,
        typical: false,
    };
    Settings { page_size: Some(2), weather, ..Settings::default() }
}

#[tokio::test(start_paused = true)]
async fn a_stack_is_deployed_changed_and_destroyed_despite_latency_and_quotas() {
    let stack = Stack::on(stormy());
    let began = Instant::now();
    let run = stack.up(&Project::new(&example())).await.done();
    let took = began.elapsed();
    assert!(took > Duration::from_secs(10), "a role is not assumed at once: {took:?}");
    assert!(took < Duration::from_mins(1), "{took:?}");
    let told = |what: &str| run.waits.iter().any(|wait| wait.contains(what));
    assert!(told("IAM to let Lambda assume the function's new role"), "{:?}", run.waits);

    let calm = Stack::new();
    calm.up(&Project::new(&example())).await.done();
    assert_eq!(differences(&shape(&stack.local), &shape(&calm.local)), Vec::<String>::new());

    // Code and settings of one function: the second request finds the first update in progress.
    let edit = json!({ "functions": { "open": { "timeout": 7, "source": "lambdas/other" } },
                       "routes": { "PUT /new": { "function": "open" } } });
    let edited = Project::new(&patched(&example(), &edit));
    let began = Instant::now();
    stack.up(&edited).await.done();
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
    assert!(stack.planned(&edited).await.is_empty());

    stack.down().await.done();
    assert_eq!(census(&stack.local), BTreeMap::new());
}

#[tokio::test(start_paused = true)]
async fn three_hundred_routes_are_deployed_and_destroyed_within_the_quotas() {
    let stack = Stack::on(Settings { page_size: None, ..stormy() });
    let project = Project::new(&with_routes(300));
    let began = Instant::now();
    stack.up(&project).await.done();
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
    assert!(stack.planned(&project).await.is_empty());
    stack.down().await.done();
    assert_eq!(census(&stack.local), BTreeMap::new());
}
