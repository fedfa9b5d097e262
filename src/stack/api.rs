//! The REST API with its authorizer, its routes, its stage, and the permissions to call functions.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    keys::{access_log_group, main, of},
    names::{NameScope, access_log_group_name, called_arn, stack_name},
    references,
    wiring::wire_one,
};
use crate::{
    config::{self, Config, Cors, Method},
    engine::{Desired, Input, Key, Part},
    resources::{
        api_routes::{self, ApiRoutes, GatewayResponse, Preflight},
        authorizer::{self, Authorizer},
        iam_role::IamRole,
        lambda_function::{self, LambdaFunction},
        lambda_permission::{self, LambdaPermission},
        log_group,
        rest_api::{self, RestApi},
        stage::{self, Stage},
        user_pool::UserPool,
    },
};

/// API Gateway's longest wait. A function's own time-out may be shorter, and then Lambda answers first.
const TIMEOUT_MILLIS: u32 = 29_000;

/// A line of the access log: JSON, so that it can be filtered by its members. Every value is a text, because API Gateway
/// writes `-` for what there is none of. `requestId` must be in it.
const ACCESS_LOG_FORMAT: &str = concat!(
    r#"{"requestId":"$context.requestId","time":"$context.requestTime","ip":"$context.identity.sourceIp","#,
    r#""method":"$context.httpMethod","path":"$context.path","route":"$context.resourcePath","#,
    r#""status":"$context.status","latency":"$context.responseLatency","length":"$context.responseLength","#,
    r#""functionRequestId":"$context.integration.requestId","error":"$context.error.responseType","#,
    r#""authorizerError":"$context.authorizer.error"}"#,
);

/// AWS's default.
const AUTHORIZER_TTL_SECONDS: i32 = 300;

pub(super) fn add(desired: &mut Desired, config: &Config, identity: &NameScope) {
    desired.add(main::<RestApi>(), &rest_api(config), []);
    let authorized = config.routes.values().any(|route| route.auth != config::RouteAuth::None);
    if authorized {
        desired.add(main::<Authorizer>(), &authorizer(config), []);
    }
    let called: BTreeSet<&str> = config.routes.values().map(|route| route.function.as_str()).collect();
    for function in &called {
        add_permission(desired, config, function);
    }
    desired.add(main::<ApiRoutes>(), &api_routes(config, identity, authorized), []);
    if let Some(logs) = &config.api.access_logs {
        desired.add(access_log_group(), &access_logs(config, logs), []);
    }
    desired.add(main::<Stage>(), &stage(config, identity, authorized), []);
}

/// What a request to the live deployment passes through: the deployment works only as long as all of it is there. An
/// authorizer is not a part of it, because a deployment has its own copy.
#[must_use]
pub fn needed(config: &Config) -> BTreeSet<Key> {
    let mut needed = BTreeSet::from([main::<RestApi>(), main::<Stage>()]);
    for route in config.routes.values() {
        let name = route.function.as_str();
        needed.extend([of::<LambdaFunction>(name), of::<LambdaPermission>(name), of::<IamRole>(name)]);
        needed.extend(config.functions.get(name).into_iter().flat_map(references::named_by));
        if route.auth != config::RouteAuth::None {
            needed.insert(main::<UserPool>());
        }
    }
    needed
}

fn access_logs(config: &Config, logs: &config::AccessLogs) -> log_group::Spec {
    log_group::Spec {
        name: access_log_group_name(config),
        retention_days: Some(logs.retention_days),
        tags: config.deployment.tags.clone(),
    }
}

/// Adds what an earlier configuration may have asked for and this one does not.
pub(super) fn add_former(desired: &mut Desired, config: &Config) {
    if desired.get(&main::<Authorizer>()).is_none() {
        desired.add(main::<Authorizer>(), &authorizer(config), []);
    }
    for function in config.functions.keys() {
        if desired.get(&of::<LambdaPermission>(function)).is_none() {
            add_permission(desired, config, function);
            wire_one(desired, &of::<LambdaPermission>(function));
        }
    }
}

fn add_permission(desired: &mut Desired, config: &Config, function: &str) {
    let permission = lambda_permission::Spec {
        function_name: config.function_name(function),
        qualifier: Some(lambda_function::ALIAS.to_owned()),
        rest_api_id: rest_api_id(),
    };
    desired.add(of::<LambdaPermission>(function), &permission, []);
}

fn rest_api(config: &Config) -> rest_api::Spec {
    rest_api::Spec {
        name: stack_name(config),
        description: config.api.description.clone(),
        endpoint_type: config.api.endpoint_type.to_string(),
        binary_media_types: config.api.binary_media_types.clone(),
        tags: config.deployment.tags.clone(),
    }
}

fn authorizer(config: &Config) -> authorizer::Spec {
    authorizer::Spec {
        rest_api_id: rest_api_id(),
        name: stack_name(config),
        provider_arns: vec![main::<UserPool>().output("arn").into()],
        identity_source: "method.request.header.Authorization".into(),
        ttl_seconds: AUTHORIZER_TTL_SECONDS,
    }
}

fn api_routes(config: &Config, identity: &NameScope, authorized: bool) -> api_routes::Spec {
    let routes = config.routes.iter().map(|(key, route)| (key.to_string(), api_route(config, identity, route)));
    let cors = config.cors.as_ref();
    api_routes::Spec {
        rest_api_id: rest_api_id(),
        authorizer_id: authorized.then(|| main::<Authorizer>().output("id").into()),
        routes: routes.collect(),
        preflights: cors.map(|cors| preflights(config, cors)).unwrap_or_default(),
        gateway_responses: cors.map(gateway_responses).unwrap_or_default(),
        unrouted: BTreeSet::new(),
    }
}

fn api_route(config: &Config, identity: &NameScope, route: &config::RouteConfig) -> api_routes::Route {
    let (auth, scopes) = match &route.auth {
        config::RouteAuth::None => (api_routes::Auth::None, BTreeSet::new()),
        config::RouteAuth::IdToken => (api_routes::Auth::Cognito, BTreeSet::new()),
        config::RouteAuth::Scopes(scopes) => (api_routes::Auth::Cognito, scopes.clone()),
    };
    api_routes::Route {
        function: called_arn(config, identity, &route.function),
        auth,
        scopes,
        timeout_millis: TIMEOUT_MILLIS,
        unmanaged: BTreeMap::new(),
    }
}

/// A preflight for each path, except where a function answers `OPTIONS` itself. A path with `ANY` has one, too: browsers
/// send no token with a preflight, so the route behind the authorizer would refuse it.
fn preflights(config: &Config, cors: &Cors) -> BTreeMap<String, Preflight> {
    let mut methods: BTreeMap<&str, BTreeSet<Method>> = BTreeMap::new();
    for key in config.routes.keys() {
        methods.entry(&key.path).or_default().insert(key.method);
    }
    methods.retain(|_, methods| !methods.contains(&Method::Options));
    let preflight = |methods: &BTreeSet<Method>| Preflight {
        origins: cors.allowed_origins.clone(),
        headers: cors.allowed_headers.clone(),
        methods: if cors.allowed_methods.is_empty() { answered(methods) } else { cors.allowed_methods.clone() },
        credentials: cors.allow_credentials,
        max_age_seconds: cors.max_age_seconds,
    };
    methods.iter().map(|(path, methods)| ((*path).to_owned(), preflight(methods))).collect()
}

fn answered(methods: &BTreeSet<Method>) -> BTreeSet<String> {
    let all = methods.contains(&Method::Any);
    let answered = Method::ALL.iter().filter(|method| **method != Method::Any && (all || methods.contains(*method)));
    answered.map(ToString::to_string).collect()
}

/// Lets scripts read the errors of API Gateway itself.
///
/// A gateway response takes a fixed text or a header of the request, and no template that could choose. So the only
/// origin is a fixed text, and with several the origin of the request is given back, whichever it is. That is safe for what
/// it is given with: the bodies are fixed sentences of API Gateway, and no 4xx depends on cookies, because API Gateway
/// looks at the token alone, which a page cannot send without a preflight. A 5xx may depend on cookies, because a function
/// may fail by them. So it is not readable for requests with credentials where any origin would be given back.
fn gateway_responses(cors: &Cors) -> BTreeMap<String, GatewayResponse> {
    let fixed = cors.fixed_origin();
    let response = |credentials: bool| {
        let exposed = cors.exposed_headers.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        // A browser sends the name of the header in lower case.
        let origin = fixed.map_or("method.request.header.origin".to_owned(), |origin| format!("'{origin}'"));
        let headers = [
            ("Access-Control-Allow-Origin", Some(origin)),
            ("Access-Control-Allow-Credentials", credentials.then(|| "'true'".to_owned())),
            ("Access-Control-Expose-Headers", (!exposed.is_empty()).then(|| format!("'{exposed}'"))),
            ("Vary", fixed.is_none().then(|| "'Origin'".to_owned())),
        ];
        let headers = headers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        GatewayResponse { headers: headers.collect(), unmanaged: BTreeMap::new() }
    };
    let with = cors.allow_credentials;
    BTreeMap::from([
        ("DEFAULT_4XX".to_owned(), response(with)),
        ("DEFAULT_5XX".to_owned(), response(with && fixed.is_some())),
    ])
}

fn stage(config: &Config, identity: &NameScope, authorized: bool) -> stage::Spec {
    let throttle = config.api.throttle.as_ref().map(|throttle| stage::Throttle {
        rate_limit: throttle.rate,
        burst_limit: throttle.burst.try_into().unwrap_or(i32::MAX),
    });
    stage::Spec {
        rest_api_id: rest_api_id(),
        name: config.deployment.stage.clone(),
        description: None,
        fingerprint: Input::Digest(snapshot(authorized)),
        access_log: config.api.access_logs.as_ref().map(|_| stage::AccessLog {
            destination_arn: identity.arn("logs", &format!("log-group:{}", access_log_group_name(config))),
            format: ACCESS_LOG_FORMAT.to_owned(),
        }),
        throttling: stage::own_throttling(throttle.map(|throttle| ("*/*".to_owned(), throttle)).into_iter().collect()),
        tags: config.deployment.tags.clone(),
    }
}

/// Everything that a deployment freezes. Ids are not part of it: they change nothing that a caller could notice.
fn snapshot(authorized: bool) -> Vec<Part> {
    let fields = |key: Key, names: &[&str]| names.iter().map(|name| Part::field(key.clone(), name)).collect::<Vec<_>>();
    let mut parts = fields(main::<RestApi>(), &["binary_media_types"]);
    if authorized {
        parts.extend(fields(main::<Authorizer>(), &["provider_arns", "identity_source", "ttl_seconds"]));
    }
    parts.extend(fields(main::<ApiRoutes>(), &["routes", "preflights", "gateway_responses"]));
    parts
}

fn rest_api_id() -> Input<String> {
    main::<RestApi>().output("id").into()
}
