//! Faults, latency, the call log and the emulator's own endpoints.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use stackctl_local::{Effect, Emulator, Fault, Lost, Weather};

use crate::{cloud_with, emulator, form, iam, logs, refusal, refused, refused_json, request, role, send};

fn fault(effect: Effect) -> Fault {
    Fault { operation: Some("iam:CreateRole".into()), skip: 0, times: 1, effect }
}

fn create() -> Request<Bytes> {
    form("CreateRole", &[("RoleName", "a"), ("AssumeRolePolicyDocument", crate::TRUST)])
}

async fn exists(emulator: &Emulator) -> bool {
    iam(emulator, "GetRole", &[("RoleName", "a")]).await.status == 200
}

#[tokio::test]
async fn a_lost_request_has_no_effect_and_a_lost_response_has() {
    for (effect, takes_effect) in [(Effect::LoseRequest, false), (Effect::LoseAnswer, true)] {
        let emulator = emulator();
        emulator.add_fault(fault(effect));
        assert_eq!(send(&emulator, create()).await, Err(Lost));
        assert_eq!(exists(&emulator).await, takes_effect);
    }
}

#[tokio::test]
async fn a_rejected_call_has_no_effect_and_a_failed_one_may_have() {
    let emulator = emulator();
    let (code, message) = ("Throttling".to_owned(), "Rate exceeded".to_owned());
    emulator.add_fault(fault(Effect::Refuse { status: 400, code, message }));
    assert_eq!(refused(&send(&emulator, create()).await.unwrap()), refusal(400, "Throttling", "Rate exceeded"));
    assert!(!exists(&emulator).await);
    emulator.add_fault(fault(Effect::FailAfterEffect));
    assert_eq!(
        refused(&send(&emulator, create()).await.unwrap()),
        refusal(500, "ServiceFailure", "We encountered an internal error. Please try again.")
    );
    assert!(exists(&emulator).await);
}

#[tokio::test]
async fn a_throttled_call_has_no_effect_and_returns_the_error_of_its_service() {
    let emulator = emulator();
    let throttle = Fault { operation: None, skip: 0, times: 2, effect: Effect::Throttle };
    emulator.add_fault(throttle);
    assert_eq!(refused(&send(&emulator, create()).await.unwrap()), refusal(400, "Throttling", "Rate exceeded"));
    let reply = logs(&emulator, "CreateLogGroup", json!({ "logGroupName": "g" })).await;
    assert_eq!(refused_json(&reply), refusal(400, "ThrottlingException", "Rate exceeded"));
    assert!(!exists(&emulator).await);
}

#[tokio::test]
async fn a_kill_ends_the_caller_before_or_after_the_effect() {
    for after in [false, true] {
        let emulator = emulator();
        let mut caller = tokio::process::Command::new("sleep").arg("60").kill_on_drop(true).spawn().unwrap();
        emulator.add_fault(fault(Effect::Kill { pid: caller.id().unwrap(), after }));
        assert_eq!(send(&emulator, create()).await, Err(Lost));
        let ended = tokio::time::timeout(Duration::from_secs(10), caller.wait()).await.unwrap().unwrap();
        assert_eq!(ended.code(), None, "ended by a signal");
        assert_eq!(exists(&emulator).await, after);
    }
}

#[tokio::test]
async fn calls_are_counted_and_logged_in_order_including_lost_ones() {
    let emulator = emulator();
    emulator.add_fault(fault(Effect::LoseRequest));
    assert_eq!(send(&emulator, create()).await, Err(Lost));
    assert_eq!(send(&emulator, create()).await.unwrap().status, 200);
    assert!(exists(&emulator).await);
    assert_eq!(emulator.call_log(), ["iam:CreateRole", "iam:CreateRole", "iam:GetRole"]);
    assert_eq!(emulator.call_counts()["iam:CreateRole"], 2);
    let told = emulator.handle(Request::get("/_stackctl/calls").body(Bytes::new()).unwrap()).await.unwrap();
    let told: Value = serde_json::from_slice(told.body()).unwrap();
    assert_eq!(
        told,
        json!({
            "counts": { "iam:CreateRole": 2, "iam:GetRole": 1 },
            "log": ["iam:CreateRole", "iam:CreateRole", "iam:GetRole"],
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_as_long_as_the_latency() {
    let emulator = cloud_with(Weather { latency: Duration::from_secs(3), ..Weather::default() });
    let begin = tokio::time::Instant::now();
    assert_eq!(role(&emulator, "a").await.status, 200);
    assert_eq!(begin.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn overlapping_writes_to_one_api_are_rejected() {
    let emulator = cloud_with(Weather { latency: Duration::from_secs(1), ..Weather::default() });
    let write = || send(&emulator, request("POST", "/restapis/abc/resources/root", &[], r#"{"pathPart":"a"}"#));
    let (first, second) = tokio::join!(write(), write());
    assert_ne!(first.unwrap().status, 409);
    let second = second.unwrap();
    assert_eq!((second.status, second.code.as_deref()), (409, Some("ConflictException")));
    assert_eq!(
        second.json(),
        json!({ "message": "Unable to complete operation due to concurrent modification. Please try again later." })
    );
    let read = || send(&emulator, request("GET", "/restapis/abc/resources", &[], ""));
    let (first, second) = tokio::join!(write(), read());
    assert_ne!(first.unwrap().status, 409);
    assert_ne!(second.unwrap().status, 409, "reads may overlap");
}

#[tokio::test]
async fn health_and_faults_have_http_endpoints() {
    let emulator = emulator();
    let health = emulator.handle(Request::get("/_stackctl/health").body(Bytes::new()).unwrap()).await.unwrap();
    let health: Value = serde_json::from_slice(health.body()).unwrap();
    assert_eq!(health["account"], "000000000000");
    assert_eq!(health["pid"], std::process::id());
    let rule = json!({ "operation": null, "skip": 1, "times": 1, "effect": "LoseRequest" }).to_string();
    let posted = emulator.handle(Request::post("/_stackctl/faults").body(rule.into()).unwrap()).await.unwrap();
    assert_eq!(posted.status(), 200);
    assert_eq!(send(&emulator, create()).await.unwrap().status, 200);
    assert_eq!(send(&emulator, create()).await, Err(Lost));
    let posted = emulator.handle(Request::post("/_stackctl/faults").body("{}".into()).unwrap()).await.unwrap();
    assert_eq!(posted.status(), 400);
}

#[tokio::test]
async fn requests_of_web_pages_to_the_emulators_own_endpoints_are_rejected() {
    let page = Request::post("/_stackctl/stop").header("origin", "https://elsewhere.example");
    let reply = emulator().handle(page.body(Bytes::new()).unwrap()).await.unwrap();
    assert_eq!((reply.status().as_u16(), &reply.body()[..]), (403, &br#"{"message":"not for web pages"}"#[..]));
}

#[tokio::test]
async fn an_observer_sees_every_request_and_response_including_lost_ones() {
    let emulator = emulator();
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let theirs = std::sync::Arc::clone(&seen);
    emulator.watch(move |call, answer| theirs.lock().unwrap().push((call.len(), answer.len())));
    emulator.add_fault(fault(Effect::LoseAnswer));
    assert_eq!(send(&emulator, create()).await, Err(Lost));
    assert!(exists(&emulator).await);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0], (create().body().len(), 0));
    assert!(seen[1].0 > 0 && seen[1].1 > 0, "{seen:?}");
}
