//! The whole of a pool as an `UpdateUserPool` request, whatever Cognito tells of it: so that nothing is reset.

use aws_sdk_cognitoidentityprovider::config::http::HttpRequest;
use serde_json::{Map, Value, json};

use crate::aws::verbatim;

/// What is told of a pool and cannot be set, or not by an update.
const READ_ONLY: &[&str] = &[
    "AliasAttributes",
    "Arn",
    "CreationDate",
    "CustomDomain",
    "Domain",
    "EmailConfigurationFailure",
    "EstimatedNumberOfUsers",
    "LastModifiedDate",
    "SchemaAttributes",
    "SmsConfigurationFailure",
    "Status",
    "UsernameAttributes",
    "UsernameConfiguration",
];

/// Turns what `DescribeUserPool` tells of a pool into a request that changes nothing.
pub(super) fn echo(pool: &Value) -> Map<String, Value> {
    let mut request = pool.as_object().cloned().unwrap_or_default();
    request.retain(|name, _| !READ_ONLY.contains(&name.as_str()));
    for (read, sent) in [("Id", "UserPoolId"), ("Name", "PoolName")] {
        let value = request.remove(read);
        request.extend(value.map(|value| (sent.to_owned(), value)));
    }
    // Refused beside `TemporaryPasswordValidityDays` of the password policy, which says the same.
    if let Some(admin) = request.get_mut("AdminCreateUserConfig").and_then(Value::as_object_mut) {
        admin.remove("UnusedAccountValidityDays");
    }
    if let Some(levels) = request.get_mut("AcrConfiguration").and_then(Value::as_object_mut) {
        levels.retain(|level, named| !is_default_level(level, named));
    }
    // Cognito hands out empty placeholders that it refuses to take back. Left out, each is at its default: empty.
    request.retain(|_, value| value.as_object().is_none_or(|members| !members.is_empty()));
    request
}

/// A level under Cognito's own name for it. It is told of every pool, and only pools of higher tiers may name levels.
fn is_default_level(level: &str, named: &Value) -> bool {
    let own = level.strip_prefix("Level").map(|number| format!("urn:cognito:loa:{number}"));
    own.is_some_and(|own| named["AcrValue"] == json!(own))
}

/// Takes `UnusedAccountValidityDays` out of a request: the SDK sends its zero although it is not set.
pub(super) fn strip(request: &mut HttpRequest) {
    let mut body = verbatim::sent(request);
    let admin = body.get_mut("AdminCreateUserConfig").and_then(Value::as_object_mut);
    if admin.is_some_and(|admin| admin.remove("UnusedAccountValidityDays").is_some()) {
        verbatim::send_instead(request, &body);
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    #[test]
    fn the_days_that_nobody_set_are_not_sent() {
        let body =
            json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 0 } });
        let mut request = HttpRequest::new(SdkBody::from(body.to_string()));
        strip(&mut request);
        assert_eq!(verbatim::sent(&request), json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } }));
        let length = request.body().bytes().unwrap().len().to_string();
        assert_eq!(request.headers().get("content-length"), Some(length.as_str()));
    }

    #[test]
    fn what_cannot_be_set_and_what_is_a_placeholder_is_left_out_and_all_else_is_sent_back() {
        let pool = json!({
            "Id": "us-west-2_x", "Name": "people", "Arn": "arn", "EstimatedNumberOfUsers": 3, "CreationDate": 1.5,
            "SchemaAttributes": [{ "Name": "sub" }], "UsernameAttributes": ["email"], "LambdaConfig": {},
            "SmsConfiguration": {}, "AdminCreateUserConfig": { "UnusedAccountValidityDays": 7 },
            "AcrConfiguration": {
                "Level1": { "AcrValue": "urn:cognito:loa:1" }, "Level2": { "AcrValue": "urn:example:two" },
            },
            "OfTomorrow": { "Kept": true },
        });
        let sent = json!({
            "UserPoolId": "us-west-2_x", "PoolName": "people",
            "AcrConfiguration": { "Level2": { "AcrValue": "urn:example:two" } },
            "OfTomorrow": { "Kept": true },
        });
        assert_eq!(Value::Object(echo(&pool)), sent);
    }
}
