//! `lambda_function`: a function with its code and settings, and the alias under which it is called.
//!
//! What is edited, `$LATEST`, serves nobody. When code and settings have settled they are published as a version, which
//! never changes any more, and the alias is moved to it: so code and settings change in the same instant for callers, and
//! the version before is one call away. Both `$LATEST` and the alias are read, because hands can change either.

mod alias;
mod change;
mod discover;
mod version;
mod wait;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_lambda::{operation::get_function::GetFunctionOutput, primitives::Blob, types};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub use alias::{NAME as ALIAS, THESE_SETTINGS};

use super::{log_group, tags::TagChanges};
use crate::{
    aws::{Cloud, Tagged, Tagging, call, claimed, foreign, look, meant, operation, remove, slow, spelled, user_tags},
    engine::{
        ByTags, Claim, Context, Discover, Discovered, Foreign, Found, Immutable, Kind, Live, LiveVersion, Replacement,
        Resource, ResourceError, Restore, Scope,
    },
};

/// Seconds that a function has where nobody says otherwise.
const DEFAULT_TIMEOUT: u32 = 3;
/// Megabytes that a function has where nobody says otherwise.
const DEFAULT_MEMORY: u32 = 128;

/// The kind.
#[derive(Debug)]
pub struct LambdaFunction;

/// How a function is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// At most 64 characters.
    pub name: String,
    /// The execution role.
    pub role_arn: String,
    /// As `python3.13`.
    pub runtime: String,
    /// As `file.function`.
    pub handler: String,
    /// Seconds.
    pub timeout: u32,
    /// Megabytes.
    pub memory: u32,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// Environment variables: never shown, never recorded.
    pub environment: BTreeMap<String, String>,
    /// What it is for.
    pub description: String,
    /// Where its output goes.
    pub log_group: String,
    /// The hash of its source. In a live one: that of the source it was made from, or `drifted:` and AWS's hash of
    /// the code when somebody else has changed it since.
    pub source_hash: String,
    /// The person's own tags.
    pub tags: BTreeMap<String, String>,
    /// What the alias [`ALIAS`] leads to; [`THESE_SETTINGS`] is all that is ever wanted.
    #[serde(default)]
    pub alias: String,
}

/// What a function is called, which code it was given, and what is served of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outputs {
    /// The name.
    pub name: String,
    /// The ARN without a qualifier.
    pub arn: String,
    /// The hash of the source last uploaded.
    pub source_hash: String,
    /// What AWS answered of the code then.
    pub code_sha256: String,
    /// The version that the alias leads to; `None` when there is no alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Resource for LambdaFunction {
    const KIND: Kind = Kind::new("lambda_function");
    const IMMUTABLE: &'static [Immutable] = &[Immutable::derived("name")];
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[];
    const SECRET: &'static [&'static str] = &["environment"];
    const LISTED_LATE: bool = false;

    type Ownership = ByTags;
    type Promise = LiveVersion;

    type Cloud = Cloud;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        outputs.name.clone()
    }

    async fn read(
        context: &Context<'_, Cloud>,
        outputs: &Outputs,
        claim: &Claim,
    ) -> Result<Found<Outputs, Spec>, ResourceError> {
        let Some(answer) = get(context, &outputs.name, None).await? else { return Ok(Found::Nothing) };
        let (configuration, tags) = parts(&outputs.name, answer)?;
        if let Some(foreign) = somebody_elses(context.cloud, &outputs.name, &tags, claim) {
            return Ok(Found::NotOurs(foreign));
        }
        // The ARN that would be tagged is that of the function that was read, whatever the state says.
        let outputs = Outputs { arn: arn(context.cloud, &outputs.name), ..outputs.clone() };
        live(context, &configuration, outputs, &tags).await.map(Found::Ours)
    }

    async fn find(
        context: &Context<'_, Cloud>,
        wanted: &Spec,
        claim: &Claim,
        known: &[Outputs],
    ) -> Result<Found<Outputs, Spec>, ResourceError> {
        if known.iter().any(|outputs| outputs.name == wanted.name) {
            return Ok(Found::Nothing);
        }
        let Some(answer) = get(context, &wanted.name, None).await? else { return Ok(Found::Nothing) };
        let (configuration, tags) = parts(&wanted.name, answer)?;
        if let Some(foreign) = somebody_elses(context.cloud, &wanted.name, &tags, claim) {
            return Ok(Found::NotOurs(foreign));
        }
        let code_sha256 = configuration.code_sha256.clone().unwrap_or_default();
        let outputs = match context.cloud.packages.get(&wanted.source_hash) {
            Some(zip) if code_hash(zip) == code_sha256 => {
                outputs(context.cloud, &wanted.name, wanted.source_hash.clone(), code_sha256)
            }
            _ => outputs(context.cloud, &wanted.name, drifted(&code_sha256), code_sha256),
        };
        live(context, &configuration, outputs, &tags).await.map(Found::Ours)
    }

    async fn create(context: &Context<'_, Cloud>, spec: &Spec, claim: &Claim) -> Result<Outputs, ResourceError> {
        let zip = package(context.cloud, spec)?;
        let request = context
            .cloud
            .lambda
            .create_function()
            .function_name(&spec.name)
            .role(&spec.role_arn)
            .runtime(spec.runtime.as_str().into())
            .handler(&spec.handler)
            .timeout(change::number(spec.timeout))
            .memory_size(change::number(spec.memory))
            .architectures(spec.architecture.as_str().into())
            .environment(change::environment(spec))
            .description(&spec.description)
            .logging_config(change::logging(None, &spec.log_group))
            .set_tags(Some(claimed(&spec.tags, claim).into_iter().collect()));
        let answer = call(context, &operation::CREATE_FUNCTION, || {
            let code = types::FunctionCode::builder().zip_file(Blob::new(zip.to_vec())).build();
            request.clone().code(code).customize().config_override(slow::lambda()).send()
        })
        .await?;
        if answer.state.as_ref().map(meant) != Some(types::State::Active) {
            wait::until_active(context, &spec.name, None).await?;
        }
        let code_sha256 = answer.code_sha256.unwrap_or_default();
        let outputs = outputs(context.cloud, &spec.name, spec.source_hash.clone(), code_sha256);
        let version = version::publish(context, &outputs, spec).await?;
        alias::create(context, &spec.name, (&version, &version::fingerprint(spec))).await?;
        Ok(Outputs { version: Some(version), ..outputs })
    }

    async fn update(
        context: &Context<'_, Cloud>,
        outputs: &Outputs,
        live: &Spec,
        want: &Spec,
    ) -> Result<Outputs, ResourceError> {
        // One after the other: Lambda refuses a second change while the first is in progress.
        change::settings(context, live, want).await?;
        let code_sha256 = change::code(context, live, want).await?;
        change::tags(context, &outputs.arn, TagChanges::between(&live.tags, &want.tags)).await?;
        let outputs = match code_sha256 {
            Some(code_sha256) => Outputs { source_hash: want.source_hash.clone(), code_sha256, ..outputs.clone() },
            None => outputs.clone(),
        };
        if live.alias == want.alias && version::fingerprint(live) == version::fingerprint(want) {
            return Ok(outputs);
        }
        let version = version::publish(context, &outputs, want).await?;
        alias::point(context, &want.name, (&version, &version::fingerprint(want))).await?;
        Ok(Outputs { version: Some(version), ..outputs })
    }

    async fn delete(context: &Context<'_, Cloud>, outputs: &Outputs) -> Result<(), ResourceError> {
        let request = context.cloud.lambda.delete_function().function_name(&outputs.name);
        remove(context, &operation::DELETE_FUNCTION, || request.clone().send()).await?;
        wait::until_gone(context, &outputs.name).await
    }
}

impl Discover for LambdaFunction {
    async fn discover(
        context: &Context<'_, Cloud>,
        scope: &Scope,
        _beneath: &[Value],
    ) -> Result<Discovered<Outputs, Spec>, ResourceError> {
        discover::all(context, scope).await
    }
}

impl Restore for LambdaFunction {
    const LIVE: &'static str = "version";

    /// Points the alias to a version that it led to.
    async fn restore(context: &Context<'_, Cloud>, outputs: &Outputs, version: &str) -> Result<Outputs, ResourceError> {
        let found = get(context, &outputs.name, Some(version)).await?;
        let description = found.and_then(|found| found.configuration?.description).unwrap_or_default();
        let fingerprint = description.strip_prefix(version::MARK);
        alias::put_back(context, &outputs.name, (version, fingerprint)).await?;
        Ok(Outputs { version: Some(version.to_owned()), ..outputs.clone() })
    }

    async fn still_has(context: &Context<'_, Cloud>, outputs: &Outputs, version: &str) -> Result<bool, ResourceError> {
        Ok(get(context, &outputs.name, Some(version)).await?.is_some())
    }

    async fn prune(
        context: &Context<'_, Cloud>,
        outputs: &Outputs,
        kept: &BTreeSet<String>,
    ) -> Result<(), ResourceError> {
        version::prune(context, &outputs.name, kept).await
    }
}

fn somebody_elses(cloud: &Cloud, name: &str, tags: &BTreeMap<String, String>, claim: &Claim) -> Option<Foreign> {
    let tagging = Tagging::Resource { service: "lambda", arn: &arn(cloud, name) };
    foreign(cloud, Tagged { thing: format!("function `{name}`"), tags, tagging }, claim)
}

fn arn(cloud: &Cloud, name: &str) -> String {
    cloud.arn("lambda", &format!("function:{name}"))
}

fn outputs(cloud: &Cloud, name: &str, source_hash: String, code_sha256: String) -> Outputs {
    let arn = arn(cloud, name);
    Outputs { name: name.to_owned(), arn, source_hash, code_sha256, version: None }
}

fn drifted(code_sha256: &str) -> String {
    format!("drifted:{code_sha256}")
}

/// AWS's hash of a package.
fn code_hash(zip: &Bytes) -> String {
    BASE64_STANDARD.encode(Sha256::digest(zip))
}

fn package<'c>(cloud: &'c Cloud, spec: &Spec) -> Result<&'c Bytes, ResourceError> {
    let missing = || ResourceError::refused(format!("the package of function `{}` was not built", spec.name));
    cloud.packages.get(&spec.source_hash).ok_or_else(missing)
}

/// What Lambda knows of a function, or of one of its versions.
async fn get(
    context: &Context<'_, Cloud>,
    name: &str,
    version: Option<&str>,
) -> Result<Option<GetFunctionOutput>, ResourceError> {
    let request = context.cloud.lambda.get_function().function_name(name);
    let request = request.set_qualifier(version.map(ToOwned::to_owned));
    look(context, &operation::GET_FUNCTION, || request.clone().send()).await
}

type Parts = (types::FunctionConfiguration, BTreeMap<String, String>);

fn parts(name: &str, answer: GetFunctionOutput) -> Result<Parts, ResourceError> {
    if let Some(error) = answer.tags_error {
        return Err(ResourceError::refused(format!("the tags of function `{name}` cannot be read: {}", error.message))
            .hint("the caller needs `lambda:ListTags`"));
    }
    let configuration = answer.configuration.ok_or_else(|| {
        ResourceError::refused(format!("lambda:GetFunction answered without the configuration of `{name}`"))
    })?;
    Ok((configuration, answer.tags.unwrap_or_default().into_iter().collect()))
}

/// The function as it is: what is edited, and what its alias leads to.
async fn live(
    context: &Context<'_, Cloud>,
    configuration: &types::FunctionConfiguration,
    outputs: Outputs,
    tags: &BTreeMap<String, String>,
) -> Result<Live<Outputs, Spec>, ResourceError> {
    let edited = spec(configuration, &outputs)?;
    let alias = alias::get(context, &outputs.name).await?;
    let leads_to = alias::described(alias.as_ref(), &version::fingerprint(&edited));
    let spec = Spec { tags: user_tags(tags), alias: leads_to, ..edited };
    Ok(Live { outputs: Outputs { version: alias.map(|alias| alias.version), ..outputs }, spec })
}

/// The settings and the code, without the tags and the alias.
fn spec(configuration: &types::FunctionConfiguration, outputs: &Outputs) -> Result<Spec, ResourceError> {
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
        source_hash: if unchanged { outputs.source_hash.clone() } else { drifted(code_sha256) },
        tags: BTreeMap::new(),
        alias: String::new(),
    })
}

fn natural(number: Option<i32>, default: u32) -> u32 {
    number.and_then(|number| number.try_into().ok()).unwrap_or(default)
}
