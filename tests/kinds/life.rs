//! The life cycle of a resource of any kind: created, found, read, changed field by field, deleted twice.

use std::collections::BTreeSet;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use serde_json::{Value, json};
use stackctl::{
    engine::{Claim, Found, Key, Kind, Rules as _, When},
    resources::catalog,
};
use stackctl_local::{Effect, Fault, Settings, Weather};

use super::{
    cases::{Case, cases},
    subject::{Subject, resolved},
};
use crate::harness::{
    Bridge, Listener, claim, connect, connect_by,
    edited::{Document, Edited, swapped},
};

/// One resource of a case.
struct Life<'a> {
    case: &'a Case,
    resource: Subject<'a>,
}

impl Life<'_> {
    async fn read_as(&self, outputs: &Value, claim: &Claim) -> Found<Value, Value> {
        let found = self.resource.kind().read(&self.resource.context(), outputs, claim).await;
        found.unwrap_or_else(|error| panic!("{}: read: {error}", self.case.key))
    }

    async fn change(&self, outputs: &Value, live: &Value, want: &Value) -> Value {
        let changed = self.resource.update(outputs, live, want).await;
        let outputs = changed.unwrap_or_else(|error| panic!("{}: update: {error}", self.case.key));
        assert_eq!(self.resource.live(&outputs).await.as_ref(), Some(want), "{}: after an update", self.case.key);
        outputs
    }

    async fn find(&self, stack: &str, known: &[Value]) -> Found<Value, Value> {
        let (spec, claim) = (resolved(&self.case.first), claim(stack, &self.case.key));
        let found = self.resource.kind().find(&self.resource.context(), &spec, &claim, known).await;
        found.unwrap_or_else(|error| panic!("{}: find: {error}", self.case.key))
    }

    async fn found_soon(&self, stack: &str) -> Found<Value, Value> {
        for _ in 0..20 {
            match self.find(stack, &[]).await {
                Found::Nothing => tokio::time::sleep(std::time::Duration::from_secs(1)).await,
                found => return found,
            }
        }
        Found::Nothing
    }

    async fn is_made_and_found(&self) -> Value {
        let Case { key, first, claimed_by_name, .. } = self.case;
        assert_eq!(self.find("ours", &[]).await, Found::Nothing, "{key}: before it exists");
        let created = self.resource.create(first).await;
        let outputs = created.unwrap_or_else(|error| panic!("{key}: create: {error}"));
        assert_eq!(self.resource.live(&outputs).await.as_ref(), Some(first), "{key}: after its creation");

        let Found::Ours(sight) = self.found_soon("ours").await else { panic!("{key}: its claim is not found") };
        assert_eq!((&sight.outputs, &sight.spec), (&outputs, first), "{key}: as it was found");
        assert_eq!(self.find("ours", std::slice::from_ref(&outputs)).await, Found::Nothing, "{key}: known already");
        match self.find("another", &[]).await {
            Found::NotOurs(unmanaged) => assert_eq!(unmanaged.whose, "belongs to stack `ours` stage `dev`", "{key}"),
            Found::Ours(_) => assert!(*claimed_by_name, "{key}: adopted from another stack"),
            Found::Nothing => {
                assert!(self.resource.kind().traits().listed_late, "{key}: a resource of another stack is not seen");
            }
        }
        outputs
    }

    /// A recorded resource is read as ours only by the claim under which it was created.
    async fn is_ours_by_its_claim_only(&self, outputs: &Value) {
        let Case { key, claimed_by_name, .. } = self.case;
        let ours = self.resource.claim();
        let older = Claim { token: None, ..ours.clone() };
        assert!(self.read_as(outputs, &older).await.ours().is_some(), "{key}: a claim without a token does not match");
        let others = [
            (claim("another", key), "belongs to stack `ours` stage `dev`"),
            (Claim { key: Key::new(key.kind.clone(), "y"), ..ours.clone() }, &*format!("is `{key}` of this stack")),
            (
                Claim { token: Some("of another state".into()), ..ours },
                "was created for this stack and stage from another state",
            ),
        ];
        for (claim, whose) in others {
            match self.read_as(outputs, &claim).await {
                Found::NotOurs(unmanaged) => assert_eq!(unmanaged.whose, whose, "{key}"),
                found => assert!(*claimed_by_name && found.ours().is_some(), "{key}: {claim:?}: {found:?}"),
            }
        }
    }

    async fn is_changed_field_by_field(&self, outputs: Value) -> Value {
        let Case { first, second, .. } = self.case;
        let mut outputs = self.change(&outputs, first, second).await;
        let fields: Vec<&String> = second.as_object().expect("specs are objects").keys().collect();
        for field in fields.into_iter().filter(|field| first[*field] != second[*field]) {
            let mut drifted = second.clone();
            drifted[field] = first[field].clone();
            let live = self.change(&outputs, second, &drifted).await;
            outputs = self.change(&live, &drifted, second).await;
        }
        outputs
    }

    async fn is_deleted_twice(&self, outputs: &Value) {
        for time in ["first", "second"] {
            let deleted = self.resource.kind().delete(&self.resource.context(), outputs).await;
            deleted.unwrap_or_else(|error| panic!("{}: the {time} delete: {error}", self.case.key));
            assert_eq!(self.resource.live(outputs).await, None, "{}: after the {time} delete", self.case.key);
        }
    }
}

async fn all_kinds_live(local: stackctl_local::Emulator, trouble: impl Fn(&stackctl_local::Emulator)) -> Vec<String> {
    let client = Bridge::client(&local);
    all_kinds_live_on(local, client, trouble).await
}

async fn all_kinds_live_on(
    local: stackctl_local::Emulator,
    client: SharedHttpClient,
    trouble: impl Fn(&stackctl_local::Emulator),
) -> Vec<String> {
    let mut cloud = connect_by(client).await;
    let listener = Listener::default();
    let cases = cases(&mut cloud).await;
    trouble(&local);
    for case in cases {
        let subject = Life { case: &case, resource: Subject::new(&cloud, &case.key).telling(&listener) };
        let outputs = subject.is_made_and_found().await;
        subject.is_ours_by_its_claim_only(&outputs).await;
        let outputs = subject.is_changed_field_by_field(outputs).await;
        subject.is_deleted_twice(&outputs).await;
    }
    listener.heard()
}

/// So every test that covers the cases covers the catalog.
#[tokio::test(start_paused = true)]
async fn every_kind_of_the_catalog_has_a_case() {
    let mut cloud = connect(&stackctl_local::Emulator::new(Settings::default())).await;
    let cases: BTreeSet<Kind> = cases(&mut cloud).await.into_iter().map(|case| case.key.kind).collect();
    assert_eq!(cases, catalog().kinds().cloned().collect());
}

#[tokio::test(start_paused = true)]
async fn every_setting_of_every_kind_has_a_row() {
    let mut cloud = connect(&stackctl_local::Emulator::new(Settings::default())).await;
    for case in cases(&mut cloud).await {
        let fields = catalog().traits(&case.key.kind).unwrap().fields;
        let rows: BTreeSet<&str> = fields.iter().map(|field| field.name).collect();
        let settings: BTreeSet<&str> = case.second.as_object().unwrap().keys().map(String::as_str).collect();
        let missing: Vec<_> = settings.difference(&rows).collect();
        assert!(missing.is_empty(), "{}: no row for {missing:?}", case.key.kind);
        let unreasoned = fields.iter().filter(|field| field.when != When::Managed && field.reason.is_empty());
        assert_eq!(unreasoned.count(), 0, "{}: a special field without a reason", case.key.kind);
    }
}

#[tokio::test(start_paused = true)]
async fn every_kind_is_created_found_read_changed_and_deleted() {
    let waits = all_kinds_live(stackctl_local::Emulator::new(Settings::default()), |_| {}).await;
    assert_eq!(waits, Vec::<String>::new());
}

/// Leaves out settings at their default, and spells every enum in the other case.
fn sloppy(value: &mut Value) {
    let defaults = json!({
        "MemorySize": 128, "Timeout": 3, "Architectures": ["x86_64"], "TracingConfig": { "Mode": "PassThrough" },
        "description": "", "Description": "", "timeoutInMillis": 29_000, "authorizerResultTtlInSeconds": 300,
        "identitySource": "method.request.header.Authorization", "AccountRecoverySetting": { "RecoveryMechanisms": [
            { "Name": "verified_email", "Priority": 1 }, { "Name": "verified_phone_number", "Priority": 2 }] },
        "MfaConfiguration": "OFF", "DeletionProtection": "INACTIVE", "AutoVerifiedAttributes": [],
        "PreventUserExistenceErrors": "LEGACY", "binaryMediaTypes": [], "apiKeyRequired": false,
        "methodSettings": {}, "requestTemplates": {}, "tracingEnabled": false,
    });
    // Texts that are compared exactly, and values that are sent back unchanged.
    let own = [
        "Variables",
        "name",
        "Name",
        "Handler",
        "description",
        "tags",
        "Tags",
        "UserPoolTags",
        "policy",
        "SignInPolicy",
        "MfaConfiguration",
        "AutoVerifiedAttributes",
        "AccountRecoverySetting",
        "VerificationMessageTemplate",
        "EmailConfiguration",
        "UserPoolTier",
        "KeyConfiguration",
        "IssuerConfiguration",
    ];
    match value {
        Value::Object(members) => {
            members.retain(|name, member| defaults.get(name) != Some(member));
            let usual = members.get("FunctionName").and_then(Value::as_str).map(|name| format!("/aws/lambda/{name}"));
            if usual.is_some_and(|usual| members["LoggingConfig"]["LogGroup"] == usual.as_str()) {
                members.remove("LoggingConfig");
            }
            members.iter_mut().filter(|(name, _)| !own.contains(&name.as_str())).for_each(|(_, one)| sloppy(one));
        }
        Value::Array(items) => items.iter_mut().for_each(sloppy),
        Value::String(text) if is_enum(text) => *text = swapped(text),
        _ => {}
    }
}

fn is_enum(text: &str) -> bool {
    let words =
        ["Active", "Pending", "Successful", "InProgress", "x86_64", "arm64", "minutes", "days", "hours", "email"];
    let upper = text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    upper || words.contains(&text) || text.starts_with("python3.") || text.starts_with("verified_")
}

#[tokio::test(start_paused = true)]
async fn every_kind_works_on_a_server_that_leaves_out_defaults_and_spells_enums_in_another_case() {
    let local = stackctl_local::Emulator::new(Settings::default());
    let server = Edited::new(&local);
    server.edit(|_, body| match Document::of(body) {
        Document::Json(mut value) => {
            sloppy(&mut value);
            value.to_string()
        }
        Document::Xml(text) => text,
    });
    let waits = all_kinds_live_on(local, server.client(), |_| {}).await;
    assert_eq!(waits, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn every_kind_waits_out_throttling_and_failures() {
    use std::time::Duration;
    let weather = Weather {
        role_propagation: Duration::from_mins(1),
        function_pending: Duration::from_secs(8),
        update_in_progress: Duration::from_secs(3),
        list_lag: Duration::from_secs(5),
        latency: Duration::from_millis(80),
        quotas: true,
        ..Weather::default()
    };
    let settings = Settings { page_size: Some(1), weather, ..Settings::default() };
    let waits = all_kinds_live(stackctl_local::Emulator::new(settings), throttle_and_lose).await;
    for part in ["Lambda assume the function's new role", "to become active", "to take its change in"] {
        assert!(waits.iter().any(|wait| wait.contains(part)), "no wait for {part} was shown: {waits:#?}");
    }
}

/// Throttles every operation once, loses a request of every read, and fails some writes once.
fn throttle_and_lose(local: &stackctl_local::Emulator) {
    let refuse =
        |status, code: &str, message: &str| Effect::Refuse { status, code: code.into(), message: message.into() };
    for operation in stackctl::aws::operation::ALL {
        let (service, name) = operation.name.split_once(':').expect("service:Operation");
        let effects = match service {
            "cognito-idp" => [refuse(400, "TooManyRequestsException", "Too many requests")],
            "iam" | "sts" => [refuse(400, "Throttling", "Rate exceeded")],
            "logs" => [refuse(400, "ThrottlingException", "Rate exceeded")],
            _ => [refuse(429, "TooManyRequestsException", "Too Many Requests")],
        };
        let busy = match operation.name {
            "cognito-idp:UpdateUserPool" | "cognito-idp:UpdateUserPoolClient" => {
                Some(refuse(400, "ConcurrentModificationException", "Concurrent modification"))
            }
            "iam:PutRolePolicy" => Some(refuse(409, "ConcurrentModification", "Another request is under way")),
            "logs:PutRetentionPolicy" => Some(refuse(400, "OperationAbortedException", "A conflicting operation")),
            "lambda:UpdateFunctionCode" => {
                Some(refuse(409, "ResourceConflictException", "An update is in progress for resource"))
            }
            "lambda:TagResource" => Some(refuse(500, "ServiceException", "An error occurred")),
            _ => None,
        };
        let lost = ["Get", "List", "Describe"].iter().any(|read| name.starts_with(read)).then_some(Effect::LoseRequest);
        for effect in effects.into_iter().chain(busy).chain(lost) {
            local.add_fault(Fault { operation: Some(operation.name.into()), skip: 0, times: 1, effect });
        }
    }
}
