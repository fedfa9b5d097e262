//! Settings made by hand survive every update: each member that each service's update accepts.

mod client;
mod others;
mod pool;

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Request;
use serde_json::Value;
use stackctl::aws::Clients;

use super::subject::Subject;

/// A resource of ours, on an emulator that is also read and changed by hand.
struct ByHand {
    local: stackctl_local::Emulator,
    cloud: Clients,
    outputs: Value,
}

impl ByHand {
    /// Sends a Cognito request as the AWS CLI would.
    async fn call(&self, operation: &str, body: Value) -> Value {
        let request = Request::post("/")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
            .header("content-type", "application/x-amz-json-1.1")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20261123/us-west-2/cognito-idp/aws4_request")
            .body(Bytes::from(body.to_string()));
        let answer = self.local.handle(request.unwrap()).await.unwrap();
        assert!(answer.status().is_success(), "{operation} {body}: {:?}", answer.body());
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// Updates the resource as the engine does.
    async fn update(&self, kind: &'static str, want: &Value) {
        Subject::needed(&self.cloud, kind).bring(&self.outputs, want).await;
    }
}

/// The places in which two documents differ, as `/Policies/PasswordPolicy/MinimumLength`.
fn differences(before: &Value, after: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    differ("", before, after, &mut found);
    found
}

fn differ(path: &str, before: &Value, after: &Value, found: &mut BTreeSet<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for name in old.keys().chain(new.keys()) {
                let member = |members: &serde_json::Map<_, Value>| members.get(name).cloned().unwrap_or_default();
                differ(&format!("{path}/{name}"), &member(old), &member(new), found);
            }
        }
        _ if before != after => {
            found.insert(path.to_owned());
        }
        _ => {}
    }
}

/// The members of an SDK type, from its `Debug` output.
fn members(shown: &str) -> BTreeSet<String> {
    let inside = shown.split_once('{').unwrap().1.trim_end_matches('}');
    let names = inside.split(',').filter_map(|member| member.split_once(':'));
    names.map(|(name, _)| name.trim().replace('_', "")).collect()
}

/// The same spelling for `UserPoolTags` and `user_pool_tags`.
fn folded(name: &str) -> String {
    name.to_lowercase()
}
