//! The graph of a config.

use stackctl::stack::graph;

use serde_json::json;
use stackctl::config::Config;

use super::with_routes;

fn shop() -> Config {
    let routes = json!({
        "GET /items/{id}": { "function": "hello", "auth": "none" },
        "POST /items": { "function": "hello" }
    });
    with_routes(routes, json!({}))
}

#[test]
fn a_mermaid_flowchart_leads_from_the_client_to_the_functions() {
    insta::assert_snapshot!(graph(&shop()).mermaid(), @r#"
    flowchart LR
      n0["Client"]
      n1["API Gateway<br>shop-dev"]
      n2["Cognito<br>user pool, app client"]
      n3["Lambda hello<br>python3.13"]
      n4["POST /items<br>ID token"]
      n5["GET /items/{id}<br>public"]
      n0 -->|request| n1
      n0 -->|sign in| n2
      n1 -->|authorizer| n2
      n1 -->n4
      n4 -->n3
      n1 -->n5
      n5 -->n3
    "#);
}

#[test]
fn a_dot_graph_quotes_its_labels() {
    insta::assert_snapshot!(graph(&shop()).dot(), @r#"
    digraph stack {
      rankdir=LR;
      node [shape=box, style=rounded];
      n0 [label="Client"];
      n1 [label="API Gateway\nshop-dev"];
      n2 [label="Cognito\nuser pool, app client"];
      n3 [label="Lambda hello\npython3.13"];
      n4 [label="POST /items\nID token"];
      n5 [label="GET /items/{id}\npublic"];
      n0 -> n1 [label="request"];
      n0 -> n2 [label="sign in"];
      n1 -> n2 [label="authorizer"];
      n1 -> n4;
      n4 -> n3;
      n1 -> n5;
      n5 -> n3;
    }
    "#);
}

#[test]
fn an_image_has_a_box_for_each_node_and_an_arrow_for_each_edge() {
    let svg = graph(&shop()).svg();
    assert_eq!((svg.matches("<rect").count(), svg.matches("<path d").count()), (6, 7), "{svg}");
    assert!(svg.contains(">GET /items/{id}</text>") && svg.contains("prefers-color-scheme: dark"), "{svg}");
}
