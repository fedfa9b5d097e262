//! Cost does not grow with the API.

use serde_json::{Value, json};

use crate::harness::{
    project::{Project, example, patched},
    stack::Stack,
};

/// The example with so many more routes, two to a path: an API has 300 paths at most unless AWS is asked for more.
pub(super) fn with_routes(count: usize) -> Value {
    let method = |number| if number % 2 == 0 { "GET" } else { "PUT" };
    let route = |number| format!("{} /things{}", method(number), number / 2);
    let routes = (0..count).map(|number| (route(number), json!({ "function": "open" })));
    patched(&example(), &json!({ "routes": routes.collect::<serde_json::Map<_, _>>() }))
}

#[tokio::test(start_paused = true)]
async fn three_hundred_routes_are_read_in_one_call_and_written_in_one() {
    let stack = Stack::new();
    let run = stack.up(&Project::new(&with_routes(300))).await.done();
    let calls = &run.calls.by_operation;
    assert_eq!(calls["apigateway:PutRestApi"], 1);
    assert!(calls["apigateway:GetResources"] <= 2, "{calls:#?}");
    for single in ["CreateResource", "PutMethod", "PutIntegration"] {
        assert_eq!(calls.get(&format!("apigateway:{single}")), None, "{calls:#?}");
    }

    let run = stack.up(&Project::new(&with_routes(300))).await.done();
    assert_eq!(run.steps(), Vec::<String>::new());
    assert_eq!(run.calls.by_operation["apigateway:GetResources"], 1);
    assert_eq!(run.calls.writes, 0);

    let run = stack.up(&Project::new(&with_routes(301))).await.done();
    assert_eq!(run.steps(), ["update api_routes.main: routes.GET /things150", "update stage.main: fingerprint"]);
    assert_eq!(run.calls.by_operation.get("apigateway:PutRestApi"), None, "one route is single calls");
    assert!(run.calls.by_operation["apigateway:GetResources"] <= 2, "{:#?}", run.calls);
    assert_eq!(run.calls.writes, 5, "{:#?}", run.calls);
}
