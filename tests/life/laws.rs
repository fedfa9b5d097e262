//! What holds for every configuration, over the real kinds.

use std::collections::BTreeMap;

use proptest::{
    collection::{btree_map, btree_set},
    option,
    prelude::*,
};
use serde_json::{Map, Value, json};

use crate::harness::{
    project::Project,
    shape::{census, differences, shape},
    stack::{Stack, steps},
};

fn function() -> impl Strategy<Value = Value> {
    let environment = btree_map("A[AB]", "[xy]", 0..3);
    (1..4_u32, prop_oneof!["app", "other"], environment, option::of(Just(7))).prop_map(
        |(timeout, source, environment, days)| {
            json!({
                "source": format!("lambdas/{source}"),
                "handler": "app.handler",
                "runtime": "python3.13",
                "timeout": timeout,
                "environment": environment,
                "logRetentionDays": days.unwrap_or(30),
            })
        },
    )
}

/// A route is behind the first function of the configuration or the last.
fn route() -> impl Strategy<Value = (bool, Value)> {
    let auth = prop_oneof![
        Just(Value::Null),
        Just(json!("none")),
        Just(json!({ "scopes": ["aws.cognito.signin.user.admin"] }))
    ];
    (any::<bool>(), auth)
}

fn users() -> impl Strategy<Value = (Value, Value)> {
    let pool = (any::<bool>(), prop_oneof!["OFF", "OPTIONAL"], 6..9_u32, any::<bool>());
    let pool = pool.prop_map(|(sign_up, mfa, length, verified)| {
        let verified = if verified { vec!["email"] } else { Vec::new() };
        json!({
            "selfSignUp": sign_up,
            "mfa": mfa,
            "passwordPolicy": { "minimumLength": length },
            "autoVerifiedAttributes": verified,
        })
    });
    let client = (any::<bool>(), 5..8_u32)
        .prop_map(|(secret, minutes)| json!({ "generateSecret": secret, "accessTokenValidityMinutes": minutes }));
    (pool, client)
}

fn config() -> impl Strategy<Value = Value> {
    let functions = btree_map("[abc]", function(), 1..3);
    let paths = prop::sample::select(vec!["GET /", "POST /one", "GET /one/{id}", "ANY /two/{proxy+}", "DELETE /one"]);
    let routes = btree_map(paths, route(), 1..5);
    let cors = option::of(btree_set("https://[ab]\\.example", 1..3));
    let tags = btree_map("[st]", "[01]", 0..3);
    (functions, routes, cors, tags, users()).prop_map(|(functions, routes, cors, tags, (pool, client))| {
        let (first, last) = (functions.keys().next().unwrap(), functions.keys().last().unwrap());
        let routes = routes.into_iter().map(|(route, (is_first, auth))| {
            let mut value = json!({ "function": if is_first { first } else { last } });
            if !auth.is_null() {
                value["auth"] = auth;
            }
            (route.to_owned(), value)
        });
        let mut config = json!({
            "deployment": { "serviceName": "shop", "region": "us-west-2", "stage": "dev", "tags": tags },
            "userPool": pool,
            "client": client,
            "functions": functions,
            "routes": routes.collect::<Map<_, _>>(),
        });
        if let Some(origins) = cors {
            config["cors"] = json!({ "allowedOrigins": origins });
        }
        config
    })
}

fn on_paused_clock<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(test)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_up_over_another_stack_comes_to_the_same_as_from_nothing(first in config(), second in config()) {
        on_paused_clock(async {
            let (first, second) = (Project::new(&first), Project::new(&second));
            let (once, twice) = (Stack::new(), Stack::new());
            prop_assert!(once.up(&second).await.complete());
            prop_assert!(twice.up(&first).await.complete());
            let run = twice.up(&second).await;
            prop_assert!(run.complete(), "{}", run.failures());
            prop_assert_eq!(differences(&shape(&twice.local), &shape(&once.local)), Vec::<String>::new());
            prop_assert_eq!(steps(&twice.planned(&second).await), Vec::<String>::new());
            prop_assert!(twice.down().await.complete());
            prop_assert_eq!(census(&twice.local), BTreeMap::new());
            Ok(())
        })?;
    }
}
