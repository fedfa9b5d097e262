//! Blobs, page sizes, and the handlers of the models' operations.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Emulator, activity::Entry, dispatch};
use crate::{
    services::s3::Arrival,
    store::settings::Settings,
    wire::{
        call::{Call, Service},
        error::AwsError,
        model::Model,
    },
};

#[test]
fn a_blob_is_found_by_its_hash_before_and_after_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    let name = emulator.store_blob(b"zip");
    assert_eq!(name, "4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2");
    assert_eq!(emulator.blob(&name).unwrap(), "zip");
    emulator.save().unwrap();
    assert_eq!(emulator.blob(&name).unwrap(), "zip");
    assert!(folder.path().join("blobs").join(&name).exists());
}

#[test]
fn an_unreferenced_blob_is_deleted_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    let (named, unnamed) = (emulator.store_blob(b"named"), emulator.store_blob(b"unnamed"));
    emulator.world().logs.ensure_group(&named, "us-east-1");
    emulator.save().unwrap();
    drop(emulator);
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    assert_eq!(emulator.blob(&named).unwrap(), "named");
    assert_eq!(emulator.blob(&unnamed), None);
}

#[test]
fn a_fork_has_the_saved_and_the_unsaved_blobs() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    let written = emulator.store_blob(b"written");
    emulator.save().unwrap();
    let unwritten = emulator.store_blob(b"unwritten");
    let fork = emulator.fork(Settings::default()).unwrap();
    assert_eq!((fork.blob(&written).unwrap(), fork.blob(&unwritten).unwrap()), ("written".into(), "unwritten".into()));
}

#[test]
fn a_page_has_the_requested_size_within_the_limits() {
    let small = Emulator::new(Settings { page_size: Some(3), ..Settings::default() });
    let usual = Emulator::new(Settings::default());
    for (asked, size, small_size) in [(None, 25, 3), (Some(2), 2, 2), (Some(900), 500, 3), (Some(-1), 1, 1)] {
        assert_eq!(usual.page_size(asked, 25, 500), size);
        assert_eq!(small.page_size(asked, 25, 500), small_size);
    }
}

/// Handlers store blobs while they hold the world, and a save locks both. Different lock orders would deadlock.
#[test]
fn a_save_and_a_handler_do_not_deadlock() {
    let folder = tempfile::tempdir().unwrap();
    let emulator = Emulator::open(folder.path(), Settings::default()).unwrap();
    let (done, ended) = std::sync::mpsc::channel();
    for work in ["store", "save"] {
        let (emulator, done) = (emulator.clone(), done.clone());
        std::thread::spawn(move || {
            for round in 0..300_u32 {
                if work == "store" {
                    let world = emulator.world();
                    std::thread::yield_now();
                    emulator.store_blob(round.to_be_bytes());
                    drop(world);
                } else {
                    emulator.store_blob(b"changed");
                    emulator.save().unwrap();
                }
            }
            done.send(work).unwrap();
        });
    }
    for _ in 0..2 {
        ended.recv_timeout(std::time::Duration::from_mins(1)).expect("no deadlock");
    }
}

#[tokio::test]
async fn every_operation_of_the_models_has_a_handler() {
    let mut without = Vec::new();
    for service in Service::ALL {
        for operation in Model::of(service).operations.keys() {
            let emulator = Emulator::new(Settings::default());
            let call = Call {
                service,
                operation: operation.clone(),
                region: "eu-west-1".into(),
                path: String::new(),
                input: serde_json::json!({}),
                body: Bytes::new(),
                headers: http::HeaderMap::new(),
            };
            let answered = dispatch::dispatch(&emulator, &call, Arrival::at(&emulator)).await;
            let missing = AwsError::not_imitated(&call.name()).message;
            without.extend(answered.is_err_and(|error| error.message == missing).then(|| call.name()));
        }
    }
    assert_eq!(without, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn an_emulator_is_idle_after_its_last_request() {
    let emulator = Emulator::new(Settings::default());
    let request = |path: &str| Request::get(path).body(Bytes::new()).unwrap();
    let limit = Duration::from_mins(30);
    let idle = |emulator: &Emulator| {
        let emulator = emulator.clone();
        tokio::spawn(async move { emulator.idle(limit).await })
    };
    let waiting = idle(&emulator);
    tokio::time::sleep(Duration::from_mins(20)).await;
    emulator.handle(request("/_stackctl/health")).await.unwrap();
    tokio::time::sleep(Duration::from_mins(29)).await;
    emulator.handle(request("/_stackctl/activity")).await.unwrap();
    assert!(!waiting.is_finished(), "a command has used it since");
    let begun = Instant::now();
    waiting.await.unwrap();
    assert_eq!(begun.elapsed().as_secs(), 60, "reading what happened is no use");
    let in_use = emulator.activity().begin();
    let waiting = idle(&emulator);
    tokio::time::sleep(Duration::from_hours(5)).await;
    assert!(!waiting.is_finished());
    drop(in_use);
    waiting.await.unwrap();
}

#[tokio::test]
async fn what_happens_is_recorded_without_secrets() {
    let test = crate::testing::TestEmulator::new(Settings::default());
    let cognito = async |operation: &str, input: &Value| {
        test.try_json_call(&format!("AWSCognitoIdentityProviderService.{operation}"), input).await
    };
    let pool = cognito("CreateUserPool", &json!({ "PoolName": "shop", "AutoVerifiedAttributes": ["email"] })).await;
    let pool = pool.done()["UserPool"]["Id"].clone();
    let client = json!({ "UserPoolId": pool, "ClientName": "web", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    let client = cognito("CreateUserPoolClient", &client).await.done()["UserPoolClient"]["ClientId"].clone();
    let attributes = json!([{ "Name": "email", "Value": "ada@example.com" }]);
    let sign_up =
        json!({ "ClientId": client, "Username": "ada", "Password": "Secret-1-word", "UserAttributes": attributes });
    cognito("SignUp", &sign_up).await.done();
    cognito("AdminConfirmSignUp", &json!({ "UserPoolId": pool, "Username": "ada" })).await.done();
    for (password, status) in [("Wrong-1-word", 400), ("Secret-1-word", 200)] {
        let parameters = json!({ "USERNAME": "ada", "PASSWORD": password });
        let sign_in = json!({ "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
        assert_eq!(cognito("InitiateAuth", &sign_in).await.status, status);
    }
    let request = Request::get("/restapis/x?token=Secret-1-word").body(Bytes::new()).unwrap();
    test.emulator.handle(request).await.unwrap();
    let code = crate::services::cognito::mail(&test.emulator, "");
    let code = json!(code)[0]["code"].as_str().unwrap().to_owned();
    let entries = crate::services::cognito::with_mail(&test.emulator, "");
    let shown = json!(entries).to_string();
    assert!(!shown.contains("1-word") && !shown.contains(&code), "{shown}");
    let line = |entry: &Entry| {
        let Entry { kind, method, path, status, operation, user, message, .. } = entry.clone();
        let status = status.map(|status| status.to_string());
        [Some(kind.to_owned()), method, path, status, operation, user, message]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        entries.iter().map(line).collect::<Vec<_>>(),
        [
            "request POST / 200 cognito-idp:CreateUserPool",
            "request POST / 200 cognito-idp:CreateUserPoolClient",
            "mail ada EMAIL to ada@example.com: Your verification code",
            "request POST / 200 cognito-idp:SignUp",
            "request POST / 200 cognito-idp:AdminConfirmSignUp",
            "sign_in ada USER_PASSWORD_AUTH: rejected, NotAuthorizedException",
            "request POST / 400 cognito-idp:InitiateAuth",
            "sign_in ada USER_PASSWORD_AUTH: signed in",
            "request POST / 200 cognito-idp:InitiateAuth",
            "request GET /restapis/x 403 apigateway:GetRestApi",
        ]
    );
    assert_eq!(crate::services::cognito::with_mail(&test.emulator, &entries[7].id), entries[8..]);
    let status = test.emulator.status();
    assert_eq!((&status["requests"], &status["functions"]), (&json!(7), &json!([])));
}
