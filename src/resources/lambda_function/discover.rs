//! The functions of a stack, found by their tags.

use std::collections::BTreeMap;

use super::{LambdaFunction, Outputs, Spec, code_hash, drifted, get, live, outputs, parts};
use crate::{
    aws::{Cloud, call, claim_of, operation},
    engine::{Context, Discovered, Resource as _, ResourceError, Scope},
    resources::many::each,
};

/// Finds every function that carries a claim of the stack.
pub(super) async fn all(
    context: &Context<'_, Cloud>,
    scope: &Scope,
) -> Result<Discovered<Outputs, Spec>, ResourceError> {
    let packages = context.cloud.packages.iter();
    let sources: BTreeMap<String, &String> = packages.map(|(source_hash, zip)| (code_hash(zip), source_hash)).collect();
    let sources = &sources;
    each(list(context, &scope.prefix).await?, async |name| {
        let Some(answer) = get(context, &name, None).await? else { return Ok(None) };
        let (configuration, tags) = parts(&name, answer)?;
        let Some(claim) = claim_of(&tags, &LambdaFunction::KIND, scope) else { return Ok(None) };
        let code_sha256 = configuration.code_sha256.clone().unwrap_or_default();
        let source = sources.get(&code_sha256).map_or_else(|| drifted(&code_sha256), |source| (*source).clone());
        let outputs = outputs(context.cloud, &name, source, code_sha256);
        Ok(Some((claim, live(context, &configuration, outputs, &tags).await?)))
    })
    .await
}

/// The names that begin so, of all functions there are: the list can neither be narrowed nor knows tags.
async fn list(context: &Context<'_, Cloud>, prefix: &str) -> Result<Vec<String>, ResourceError> {
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
