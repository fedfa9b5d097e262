//! The account settings and the log role.

use std::time::Duration;

use serde_json::json;

use super::{Client, PUSH_LOGS, ROLE, patch};
use crate::store::settings::Weather;

#[test]
fn a_new_account_has_no_log_role() {
    let client = Client::new();
    assert_eq!(
        client.call("GetAccount", json!({})),
        json!({
            "throttleSettings": { "burstLimit": 5000, "rateLimit": 10000.0 },
            "features": [],
            "apiKeyVersion": "4",
        })
    );
}

#[test]
fn the_log_role_cannot_be_cleared() {
    let client = Client::new();
    for arn in ["", "logs", "arn:aws:iam::1:role/logs"] {
        let clear = json!([patch("replace", "/cloudwatchRoleArn", Some(arn))]);
        assert_eq!(
            client.patch("UpdateAccount", json!({}), clear).unwrap_err(),
            "400 BadRequestException: The role ARN is not well formed"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_role_must_have_the_required_permissions() {
    let set = json!([patch("replace", "/cloudwatchRoleArn", Some(ROLE))]);
    let no_trust = "400 BadRequestException: The role ARN does not have required permissions set to API Gateway";
    let no_policy = "400 BadRequestException: API Gateway could not successfully write to CloudWatch Logs using the ARN \
                     specified";
    let weather = Weather { role_propagation: Duration::from_secs(10), ..Weather::default() };
    for (service, policy, refusal) in [
        ("lambda.amazonaws.com", Some(PUSH_LOGS), Some(no_trust)),
        ("apigateway.amazonaws.com", None, Some(no_policy)),
        ("apigateway.amazonaws.com", Some(PUSH_LOGS), None),
    ] {
        let client = Client::in_weather(weather.clone());
        assert_eq!(client.patch("UpdateAccount", json!({}), set.clone()).unwrap_err(), no_trust);
        client.role(service, policy);
        assert_eq!(client.patch("UpdateAccount", json!({}), set.clone()).unwrap_err(), no_trust);
        tokio::time::advance(Duration::from_secs(10)).await;
        let updated = client.patch("UpdateAccount", json!({}), set.clone());
        match refusal {
            Some(refusal) => assert_eq!(updated.unwrap_err(), refusal),
            None => assert_eq!(updated.unwrap()["cloudwatchRoleArn"], ROLE),
        }
    }
}
