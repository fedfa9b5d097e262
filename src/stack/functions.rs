//! The functions, each with its role and its log group.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    keys::of,
    names::{FunctionPackages, NameScope, log_group_name, role_arn, role_name, role_path},
};
use crate::{
    config::{Config, Function},
    engine::Desired,
    resources::{
        Policy,
        iam_role::{self, IamRole},
        lambda_function::{self, AliasTarget, Code, LambdaFunction},
        log_group::{self, LogGroup},
    },
};

pub(super) fn add(desired: &mut Desired, config: &Config, packages: &FunctionPackages, identity: &NameScope) {
    for (name, function) in &config.functions {
        desired.add(of::<IamRole>(name), &iam_role(config, identity, (name, function)), []);
        desired.add(of::<LogGroup>(name), &log_group(config, (name, function)), []);
        let package = packages.get(name).expect("every function was packaged");
        let spec = lambda_function(config, identity, (name, function), &package.source_hash);
        desired.add(of::<LambdaFunction>(name), &spec, []);
    }
}

fn lambda_function(
    config: &Config,
    identity: &NameScope,
    (name, function): (&str, &Function),
    source_hash: &str,
) -> lambda_function::Spec {
    lambda_function::Spec {
        name: config.function_name(name),
        role_arn: role_arn(config, identity, name),
        runtime: function.runtime.clone(),
        handler: function.handler.clone(),
        timeout: function.timeout,
        memory: function.memory,
        architecture: function.architecture.to_string(),
        environment: function.environment.clone(),
        description: function.description.clone(),
        log_group: log_group_name(config, name),
        source_hash: Code::Source(source_hash.to_owned()),
        tags: config.deployment.tags.clone(),
        alias: AliasTarget::Current,
    }
}

fn log_group(config: &Config, (name, function): (&str, &Function)) -> log_group::Spec {
    log_group::Spec {
        name: log_group_name(config, name),
        retention_days: Some(function.log_retention_days),
        tags: config.deployment.tags.clone(),
    }
}

fn iam_role(config: &Config, identity: &NameScope, (name, function): (&str, &Function)) -> iam_role::Spec {
    let mut inline_policies = BTreeMap::from([("logs".to_owned(), write_logs(config, identity, name))]);
    if !function.policy.is_empty() {
        inline_policies.insert("config".to_owned(), policy(&json!(function.policy)));
    }
    iam_role::Spec {
        name: role_name(config, identity, name),
        path: role_path(config),
        description: format!("Lambda function {}", config.function_name(name)),
        assume_role_policy: policy(&json!([{
            "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }])),
        inline_policies,
        managed_policy_arns: function.managed_policies.clone(),
        tags: config.deployment.tags.clone(),
    }
}

/// Writing to the function's own log group only. It may not create one: so a group that was deleted cannot come back
/// through a call that was still under way.
fn write_logs(config: &Config, identity: &NameScope, function: &str) -> Policy {
    let group = identity.arn("logs", &format!("log-group:{}:*", log_group_name(config, function)));
    policy(&json!([{
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": group,
    }]))
}

fn policy(statements: &Value) -> Policy {
    Policy::new(&json!({ "Version": "2012-10-17", "Statement": statements }))
}
