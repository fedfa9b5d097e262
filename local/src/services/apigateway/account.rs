//! API Gateway's account settings in a Region: the role that API Gateway assumes to write logs.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    ApiGateway,
    asked::Asked,
    patch::{Op, Patch},
    refusal::bad_request,
    rest_api_patches::member,
};
use crate::{
    emulator::world::World,
    store::settings::Settings,
    wire::error::{Answered, AwsError},
};

const PATHS: [&str; 2] = ["/cloudwatchRoleArn", "/features"];

/// The settings shared by all APIs of the account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Account {
    cloudwatch_role_arn: Option<String>,
    features: Vec<String>,
}

/// Handles the read operations on the account; `None` for any other operation.
pub(super) fn read(gateway: &ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "GetAccount" => Ok(gateway.account.members(asked.settings).into()),
        _ => return None,
    })
}

/// Handles the write operations on the account; `None` for any other operation.
pub(super) fn write(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Option<Answered> {
    Some(match asked.call.operation.as_str() {
        "UpdateAccount" => update(gateway, asked),
        _ => return None,
    })
}

impl Account {
    /// The ARN of the role that writes logs, if set.
    pub(super) fn log_role<'a>(&'a self, settings: &'a Settings) -> Option<&'a str> {
        self.cloudwatch_role_arn.as_deref().or(settings.cloudwatch_role_arn.as_deref())
    }

    fn members(&self, settings: &Settings) -> serde_json::Value {
        let mut members = json!({
            "throttleSettings": { "burstLimit": 5000, "rateLimit": 10000.0 },
            "features": self.features,
            "apiKeyVersion": "4",
        });
        if let Some(arn) = self.log_role(settings) {
            members["cloudwatchRoleArn"] = arn.into();
        }
        members
    }

    fn apply(&mut self, patch: &Patch) -> Result<(), AwsError> {
        match (patch.op, patch.steps().as_slice()) {
            (Op::Replace, ["cloudwatchRoleArn"]) => self.cloudwatch_role_arn = Some(role(patch.value()?)?),
            (Op::Add | Op::Remove, ["features"]) => member(&mut self.features, patch.op, &patch.value()?),
            _ => return Err(patch.refused(&PATHS)),
        }
        Ok(())
    }
}

/// An empty ARN does not clear the role: AWS rejects it as not well formed.
fn role(arn: String) -> Result<String, AwsError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, "iam", "", account, resource]
            if partition.starts_with("aws") && account.len() == 12 && resource.starts_with("role/") =>
        {
            Ok(arn)
        }
        _ => Err(bad_request("The role ARN is not well formed")),
    }
}

/// Rejects a role for `UpdateAccount` with which API Gateway cannot write logs. On AWS, this includes a role that was
/// created too recently.
pub(super) fn check_role(world: &World, asked: &Asked<'_>) -> Result<(), AwsError> {
    if asked.call.operation != "UpdateAccount" {
        return Ok(());
    }
    for patch in Patch::all(asked)?.iter().filter(|patch| patch.steps() == ["cloudwatchRoleArn"]) {
        let arn = role(patch.value()?)?;
        let role = world.iam.role(&arn);
        if !role.is_some_and(|role| role.assumable_by("apigateway.amazonaws.com", asked.now)) {
            return Err(bad_request("The role ARN does not have required permissions set to API Gateway"));
        }
        if !world.iam.allows(&arn, "logs:PutLogEvents", &format!("arn:aws:logs:{}:*", asked.call.region)) {
            return Err(bad_request(
                "API Gateway could not successfully write to CloudWatch Logs using the ARN specified",
            ));
        }
    }
    Ok(())
}

fn update(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let mut account = gateway.account.clone();
    for patch in &Patch::all(asked)? {
        account.apply(patch)?;
    }
    gateway.account = account;
    Ok(gateway.account.members(asked.settings).into())
}
