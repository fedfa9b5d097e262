//! Single requests and an import give the same result, from any routes to any other.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use stackctl::resources::api_routes::{Auth, GatewayResponse, Preflight, Route, Spec, Way};

use super::Api;

/// Routes without the ids of an API, which differ between emulators.
#[derive(Debug, Clone)]
struct Sketch {
    routes: BTreeMap<String, Route>,
    preflights: BTreeMap<String, Preflight>,
    gateway_responses: BTreeMap<String, GatewayResponse>,
}

impl Sketch {
    fn on(&self, api: &Api) -> Spec {
        let protected = self.routes.values().any(|route| route.auth == Auth::Cognito);
        Spec {
            rest_api_id: api.id.clone().into(),
            authorizer_id: protected.then(|| api.authorizer_id.clone().into()),
            routes: self.routes.clone(),
            preflights: self.preflights.clone(),
            gateway_responses: self.gateway_responses.clone(),
            unrouted: BTreeSet::new(),
        }
    }
}

fn route() -> impl Strategy<Value = Route> {
    let auth = prop_oneof![
        Just((Auth::None, BTreeSet::new())),
        Just((Auth::Cognito, BTreeSet::new())),
        Just((Auth::Cognito, BTreeSet::from(["shop/read".to_owned(), "shop/write".to_owned()]))),
    ];
    (auth, prop_oneof!["f", "g"], prop_oneof![Just(29_000), Just(50)]).prop_map(|((auth, scopes), name, millis)| {
        Route {
            function: format!("arn:aws:lambda:us-west-2:000000000000:function:{name}"),
            auth,
            scopes,
            timeout_millis: millis,
            unmanaged: BTreeMap::new(),
        }
    })
}

fn preflight() -> impl Strategy<Value = Preflight> {
    let origins = prop_oneof![
        Just(BTreeSet::from(["*".to_owned()])),
        proptest::collection::btree_set("https://([ab]|\\*|my-\\*)\\.example\\.com", 1..4),
    ];
    let headers = proptest::collection::btree_set("X-[AB]", 0..3);
    let methods = proptest::collection::btree_set("GET|PUT", 1..3);
    (origins, headers, methods, any::<bool>(), 0..3_u32).prop_map(
        |(origins, headers, methods, credentials, max_age_seconds)| Preflight {
            origins,
            headers,
            methods,
            credentials,
            max_age_seconds,
        },
    )
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let path = prop_oneof!["/", "/a", "/a/b", "/a/\\{v\\}", "/a/\\{v\\}/c", "/d/e/f", "/p/\\{proxy\\+\\}"];
    let verb = prop_oneof!["GET", "POST", "ANY", "OPTIONS"];
    let key = (verb, path.clone()).prop_map(|(verb, path)| format!("{verb} {path}"));
    let routes = proptest::collection::btree_map(key, route(), 0..7);
    let preflights = proptest::collection::btree_map(path, preflight(), 0..4);
    let header = prop_oneof!["'\\*'", "'https://a\\.example'", "method\\.request\\.header\\.origin"];
    let response = (header, proptest::option::of("'true'")).prop_map(|(origin, credentials)| GatewayResponse {
        headers: [("Access-Control-Allow-Origin", Some(origin)), ("Access-Control-Allow-Credentials", credentials)]
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect(),
        unmanaged: BTreeMap::new(),
    });
    let responses = proptest::collection::btree_map("DEFAULT_4XX|DEFAULT_5XX", response, 0..3);
    // A path can have one variable child only; its name may differ between the two specs.
    (routes, preflights, responses, "id|name").prop_map(|(routes, preflights, gateway_responses, variable)| {
        let named = |text: &String| text.replace("{v}", &format!("{{{variable}}}"));
        let routes: BTreeMap<_, _> = routes.iter().map(|(key, route)| (named(key), route.clone())).collect();
        let answered = |path: &String| !routes.contains_key(&format!("OPTIONS {path}"));
        let preflights = preflights.iter().map(|(path, preflight)| (named(path), preflight.clone()));
        let preflights = preflights.filter(|(path, _)| answered(path)).collect();
        Sketch { routes, preflights, gateway_responses }
    })
}

async fn both_ways_end_alike(first: &Sketch, second: &Sketch) {
    let mut read = Vec::new();
    for way in [Way::Single, Way::Import, Way::Cheaper] {
        let api = Api::new().await;
        for sketch in [first, second] {
            api.write_in(&sketch.on(&api), way).await.unwrap_or_else(|error| panic!("{way:?}: {error}"));
            assert_eq!(api.read().await, sketch.on(&api), "{way:?}");
        }
        let described = api.cloud.apigateway.get_rest_api().rest_api_id(&api.id).send().await.unwrap();
        assert_eq!((described.name(), described.description()), (Some("api"), Some("mine")), "{way:?}");
        assert_eq!(described.binary_media_types(), ["image/png"], "{way:?}");
        let (_, counts) = api.counted(api.write_in(&second.on(&api), way)).await;
        assert!(counts.keys().all(|operation| operation.starts_with("Get")), "{way:?} again: {counts:?}");
        read.push(api.read().await);
    }
    for other in &read[1..] {
        assert_eq!((&read[0].routes, &read[0].preflights), (&other.routes, &other.preflights));
        assert_eq!(read[0].gateway_responses, other.gateway_responses);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn single_requests_and_an_import_end_in_the_same_routes(first in sketch(), second in sketch()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(both_ways_end_alike(&first, &second));
    }
}
