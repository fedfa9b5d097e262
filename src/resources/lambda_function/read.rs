//! Reads a function with its alias.

use std::collections::BTreeMap;

use aws_sdk_lambda::{operation::get_function::GetFunctionOutput, types};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::{
    alias,
    spec::{Outputs, Spec, fingerprint},
    target::{AliasTarget, Code},
};
use crate::{
    aws::{Clients, Context, Tagged, Tagging, look, operation, spelled, unmanaged, user_tags},
    engine::{Claim, Live, ResourceError, Result, Unmanaged},
    resources::log_group,
};

/// Seconds that a function has by default.
pub(super) const DEFAULT_TIMEOUT: u32 = 3;

/// Megabytes that a function has by default.
pub(super) const DEFAULT_MEMORY: u32 = 128;

pub(super) fn somebody_elses(
    cloud: &Clients,
    name: &str,
    tags: &BTreeMap<String, String>,
    claim: &Claim,
) -> Option<Unmanaged> {
    let tagging = Tagging::Resource { service: "lambda", arn: &arn(cloud, name) };
    unmanaged(cloud, Tagged { thing: format!("function `{name}`"), tags, tagging }, claim)
}

pub(super) fn arn(cloud: &Clients, name: &str) -> String {
    cloud.arn("lambda", &format!("function:{name}"))
}

pub(super) fn outputs(cloud: &Clients, name: &str, source_hash: Code, code_sha256: String) -> Outputs {
    let arn = arn(cloud, name);
    Outputs { name: name.to_owned(), arn, source_hash, code_sha256, version: None }
}

/// AWS's hash of a package.
pub(super) fn code_hash(zip: &Bytes) -> String {
    BASE64_STANDARD.encode(Sha256::digest(zip))
}

pub(super) fn package<'c>(cloud: &'c Clients, spec: &Spec) -> Result<&'c Bytes> {
    let missing = || ResourceError::refused(format!("the package of function `{}` was not built", spec.name));
    spec.source_hash.source().and_then(|hash| cloud.packages.get(hash)).ok_or_else(missing)
}

/// What Lambda knows of a function, or of one of its versions.
pub(super) async fn get(context: &Context<'_>, name: &str, version: Option<&str>) -> Result<Option<GetFunctionOutput>> {
    let request = context.cloud.lambda.get_function().function_name(name);
    let request = request.set_qualifier(version.map(ToOwned::to_owned));
    look(context, &operation::GET_FUNCTION, || request.clone().send()).await
}

pub(super) type Parts = (types::FunctionConfiguration, BTreeMap<String, String>);

pub(super) fn parts(name: &str, answer: GetFunctionOutput) -> Result<Parts> {
    if let Some(error) = answer.tags_error {
        return Err(ResourceError::refused(format!("the tags of function `{name}` cannot be read: {}", error.message))
            .hint("the caller needs `lambda:ListTags`"));
    }
    let configuration = answer.configuration.ok_or_else(|| {
        ResourceError::refused(format!("lambda:GetFunction returned a response without the configuration of `{name}`"))
    })?;
    Ok((configuration, answer.tags.unwrap_or_default().into_iter().collect()))
}

/// The function as it is: what is edited, and what its alias leads to.
pub(super) async fn live(
    context: &Context<'_>,
    configuration: &types::FunctionConfiguration,
    outputs: Outputs,
    tags: &BTreeMap<String, String>,
) -> Result<Live<Outputs, Spec>> {
    let edited = spec(configuration, &outputs)?;
    let alias = alias::get(context, &outputs.name).await?;
    let leads_to = alias::target(alias.as_ref(), &fingerprint(&edited));
    let spec = Spec { tags: user_tags(tags), alias: leads_to, ..edited };
    Ok(Live { outputs: Outputs { version: alias.map(|alias| alias.version), ..outputs }, spec })
}

/// The settings and the code, without the tags and the alias.
pub(super) fn spec(configuration: &types::FunctionConfiguration, outputs: &Outputs) -> Result<Spec> {
    let environment = configuration.environment.as_ref();
    if let Some(error) = environment.and_then(|environment| environment.error.as_ref()) {
        let message = error.message.as_deref().unwrap_or_default();
        return Err(ResourceError::refused(format!("the environment of `{}` cannot be read: {message}", outputs.name)));
    }
    let code_sha256 = configuration.code_sha256.as_deref().unwrap_or(&outputs.code_sha256);
    let unchanged = code_sha256 == outputs.code_sha256;
    let logs_to = configuration.logging_config().and_then(|logging| logging.log_group.clone());
    let variables = environment.and_then(|environment| environment.variables.clone()).unwrap_or_default();
    Ok(Spec {
        name: outputs.name.clone(),
        role_arn: configuration.role.clone().unwrap_or_default(),
        runtime: configuration.runtime.as_ref().map(spelled).unwrap_or_default(),
        handler: configuration.handler.clone().unwrap_or_default(),
        timeout: natural(configuration.timeout, DEFAULT_TIMEOUT),
        memory: natural(configuration.memory_size, DEFAULT_MEMORY),
        architecture: configuration.architectures().first().map_or_else(|| "x86_64".into(), spelled),
        environment: variables.into_iter().collect(),
        description: configuration.description.clone().unwrap_or_default(),
        log_group: logs_to.unwrap_or_else(|| log_group::name_for(&outputs.name)),
        source_hash: if unchanged { outputs.source_hash.clone() } else { Code::Changed(code_sha256.to_owned()) },
        tags: BTreeMap::new(),
        alias: AliasTarget::Missing,
    })
}

pub(super) fn natural(number: Option<i32>, default: u32) -> u32 {
    number.and_then(|number| number.try_into().ok()).unwrap_or(default)
}
