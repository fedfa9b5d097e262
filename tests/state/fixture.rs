//! States and lock holders for tests of stores.

use std::{collections::BTreeSet, sync::Mutex, time::Duration};

use serde_json::json;
use stackctl::{
    engine::{Intent, Recorded, StackIdentity, State, Verb},
    state::{Backend, Guard, Holder, LockNews, LockRequest, StateError},
};

/// The key of the state in a bucket.
pub const KEY: &str = "shop.json";

/// The key of its lock.
pub const LOCK: &str = "shop.json.lock";

/// A state with content in every field, with this serial.
pub fn state(serial: u64) -> State {
    let place = StackIdentity {
        stack: "shop".into(),
        stage: "dev".into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
        endpoint: None,
    };
    let mut state = State::new(place);
    state.lineage = "b5b2d9b4-3f0c-4b52-9d5a-0c9b6a2f4c11".into();
    state.serial = serial;
    let after = BTreeSet::from(["iam_role.hello".parse().unwrap()]);
    let function = Recorded {
        outputs: json!({ "arn": "arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-hello" }),
        token: Some("token-of-hello".into()),
        needs: after.clone(),
        applied: None,
        replaced: vec![json!({ "arn": "arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-hallo" })],
    };
    state.resources.insert("lambda_function.hello".parse().unwrap(), function);
    let intent = Intent {
        verb: Verb::Create,
        token: format!("token-{serial}"),
        spec: Some(json!({ "name": "shop-dev", "rate": 0.1, "größe": null })),
        needs: after,
        since: "2026-11-23T09:00:00.5Z".parse().unwrap(),
    };
    state.pending.insert("user_pool.main".parse().unwrap(), intent);
    state
}

/// A process that requests the lock.
pub fn holder(user: &str) -> Holder {
    Holder {
        pid: 7,
        host: "desk".into(),
        user: user.into(),
        command: "up".into(),
        since: "2026-11-23T09:00:00Z".into(),
        process: None,
    }
}

/// Requests the lock. Returns the result and the news that were reported while waiting.
pub async fn ask(store: &dyn Backend, user: &str, at_most: u64) -> (Result<Guard, StateError>, Vec<LockNews>) {
    let told = Mutex::new(Vec::new());
    let holder = holder(user);
    let tell = |news: &LockNews| told.lock().unwrap().push(news.clone());
    let request = LockRequest { holder: &holder, at_most: Duration::from_secs(at_most), tell: &tell };
    let guard = store.lock(&request).await;
    (guard, told.into_inner().unwrap())
}
