//! The kind `lambda_function`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_lambda::{primitives::Blob, types};
use serde_json::Value;

use super::{
    alias, change,
    read::{arn, code_hash, get, live, outputs, package, parts, somebody_elses},
    spec::{self, MARK, Outputs, Spec, fingerprint},
    target::Code,
    version, wait,
};
use crate::{
    aws::{Clients, Context, call, claim_of, claimed, meant, operation, remove, slow},
    engine::{
        ByTags, Claim, Discover, Discovered, Field, Found, FoundOf, Kind, LiveVersion, Replacement, Resource, Restore,
        Result, Scope, Work,
    },
    resources::{many::each, tags::TagChanges},
};

/// The kind.
#[derive(Debug)]
pub struct LambdaFunction;

impl Resource for LambdaFunction {
    const KIND: Kind = Kind::new("lambda_function");
    const FIELDS: &'static [Field] = spec::FIELDS;
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DIES_WITH: &'static [Kind] = &[];
    const LISTED_LATE: bool = false;
    /// It is `Pending` for seconds between its creation and its first version.
    const WORK: Work = Work::lambda(4_000);

    type Ownership = ByTags;
    type Promise = LiveVersion;

    type Clients = Clients;
    type Spec = Spec;
    type Outputs = Outputs;

    fn id(outputs: &Outputs) -> String {
        outputs.name.clone()
    }

    async fn read(context: &Context<'_>, outputs: &Outputs, claim: &Claim) -> Result<FoundOf<Self>> {
        let Some(answer) = get(context, &outputs.name, None).await? else { return Ok(Found::Nothing) };
        let (configuration, tags) = parts(&outputs.name, answer)?;
        if let Some(unmanaged) = somebody_elses(context.cloud, &outputs.name, &tags, claim) {
            return Ok(Found::NotOurs(unmanaged));
        }
        // The ARN that would be tagged is that of the function that was read, whatever the state says.
        let outputs = Outputs { arn: arn(context.cloud, &outputs.name), ..outputs.clone() };
        live(context, &configuration, outputs, &tags).await.map(Found::Ours)
    }

    async fn find(context: &Context<'_>, wanted: &Spec, claim: &Claim, known: &[Outputs]) -> Result<FoundOf<Self>> {
        if known.iter().any(|outputs| outputs.name == wanted.name) {
            return Ok(Found::Nothing);
        }
        let Some(answer) = get(context, &wanted.name, None).await? else { return Ok(Found::Nothing) };
        let (configuration, tags) = parts(&wanted.name, answer)?;
        if let Some(unmanaged) = somebody_elses(context.cloud, &wanted.name, &tags, claim) {
            return Ok(Found::NotOurs(unmanaged));
        }
        let code_sha256 = configuration.code_sha256.clone().unwrap_or_default();
        let outputs = match wanted.source_hash.source().and_then(|hash| context.cloud.packages.get(hash)) {
            Some(zip) if code_hash(zip) == code_sha256 => {
                outputs(context.cloud, &wanted.name, wanted.source_hash.clone(), code_sha256)
            }
            _ => outputs(context.cloud, &wanted.name, Code::Changed(code_sha256.clone()), code_sha256),
        };
        live(context, &configuration, outputs, &tags).await.map(Found::Ours)
    }

    async fn create(context: &Context<'_>, spec: &Spec, claim: &Claim) -> Result<Outputs> {
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
        context.cloud.new_roles.expected(context, &spec.role_arn).await?;
        let created = call(context, &operation::CREATE_FUNCTION, || {
            let code = types::FunctionCode::builder().zip_file(Blob::new(zip.to_vec())).build();
            request.clone().code(code).customize().config_override(slow::lambda()).send()
        })
        .await;
        let answer = created.inspect_err(|_| context.cloud.new_roles.abandoned())?;
        context.cloud.new_roles.accepted(&spec.role_arn);
        if answer.state.as_ref().map(meant) != Some(types::State::Active) {
            wait::until_active(context, &spec.name, None).await?;
        }
        let code_sha256 = answer.code_sha256.unwrap_or_default();
        let outputs = outputs(context.cloud, &spec.name, spec.source_hash.clone(), code_sha256);
        let version = version::publish(context, &outputs, spec).await?;
        alias::create(context, &spec.name, (&version, &fingerprint(spec))).await?;
        Ok(Outputs { version: Some(version), ..outputs })
    }

    async fn update(context: &Context<'_>, outputs: &Outputs, live: &Spec, want: &Spec) -> Result<Outputs> {
        // One after the other: Lambda refuses a second change while the first is in progress.
        change::settings(context, live, want).await?;
        let code_sha256 = change::code(context, live, want).await?;
        change::tags(context, &outputs.arn, TagChanges::between(&live.tags, &want.tags)).await?;
        let outputs = match code_sha256 {
            Some(code_sha256) => Outputs { source_hash: want.source_hash.clone(), code_sha256, ..outputs.clone() },
            None => outputs.clone(),
        };
        if live.alias == want.alias && fingerprint(live) == fingerprint(want) {
            return Ok(outputs);
        }
        let version = version::publish(context, &outputs, want).await?;
        alias::point(context, &want.name, (&version, &fingerprint(want))).await?;
        Ok(Outputs { version: Some(version), ..outputs })
    }

    async fn delete(context: &Context<'_>, outputs: &Outputs) -> Result<()> {
        let request = context.cloud.lambda.delete_function().function_name(&outputs.name);
        remove(context, &operation::DELETE_FUNCTION, || request.clone().send()).await?;
        wait::until_gone(context, &outputs.name).await
    }
}

impl Discover for LambdaFunction {
    async fn discover(context: &Context<'_>, scope: &Scope, _beneath: &[Value]) -> Result<Discovered<Outputs, Spec>> {
        all(context, scope).await
    }
}

impl Restore for LambdaFunction {
    const LIVE: &'static str = "version";
    const SETTING: &'static str = "alias";

    /// Points the alias to a version that it led to.
    async fn restore(context: &Context<'_>, outputs: &Outputs, version: &str) -> Result<Outputs> {
        let found = get(context, &outputs.name, Some(version)).await?;
        let description = found.and_then(|found| found.configuration?.description).unwrap_or_default();
        let fingerprint = description.strip_prefix(MARK);
        alias::put_back(context, &outputs.name, (version, fingerprint)).await?;
        Ok(Outputs { version: Some(version.to_owned()), ..outputs.clone() })
    }

    async fn still_has(context: &Context<'_>, outputs: &Outputs, version: &str) -> Result<bool> {
        Ok(get(context, &outputs.name, Some(version)).await?.is_some())
    }

    async fn prune(context: &Context<'_>, outputs: &Outputs, kept: &BTreeSet<String>) -> Result<()> {
        version::prune(context, &outputs.name, kept).await
    }
}

/// Finds every function that carries a claim of the stack.
pub(super) async fn all(context: &Context<'_>, scope: &Scope) -> Result<Discovered<Outputs, Spec>> {
    let packages = context.cloud.packages.iter();
    let sources: BTreeMap<String, &String> = packages.map(|(source_hash, zip)| (code_hash(zip), source_hash)).collect();
    let sources = &sources;
    each(list(context, &scope.prefix).await?, async |name| {
        let Some(answer) = get(context, &name, None).await? else { return Ok(None) };
        let (configuration, tags) = parts(&name, answer)?;
        let Some(claim) = claim_of(&tags, &LambdaFunction::KIND, scope) else { return Ok(None) };
        let code_sha256 = configuration.code_sha256.clone().unwrap_or_default();
        let source = match sources.get(&code_sha256) {
            Some(source) => Code::Source((*source).clone()),
            None => Code::Changed(code_sha256.clone()),
        };
        let outputs = outputs(context.cloud, &name, source, code_sha256);
        Ok(Some((claim, live(context, &configuration, outputs, &tags).await?)))
    })
    .await
}

/// The names that begin so, of all functions there are: the list can neither be narrowed nor knows tags.
pub(super) async fn list(context: &Context<'_>, prefix: &str) -> Result<Vec<String>> {
    let (mut names, mut page) = (Vec::new(), None);
    loop {
        let request = context.cloud.lambda.list_functions().set_marker(page);
        let answer = call(context, &operation::LIST_FUNCTIONS, || request.clone().send()).await?;
        let functions = answer.functions.unwrap_or_default().into_iter();
        names.extend(functions.filter_map(|one| one.function_name).filter(|name| name.starts_with(prefix)));
        page = answer.next_marker.filter(|marker| !marker.is_empty());
        if page.is_none() {
            return Ok(names);
        }
    }
}
