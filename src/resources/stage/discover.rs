//! The stages of a stack, found by their tags beneath the APIs that are the stack's.

use serde_json::Value;

use super::{Outputs, Spec, Stage, get, live, tags};
use crate::{
    aws::{Cloud, claim_of, look, operation},
    engine::{Context, Discovered, Resource as _, ResourceError, Scope},
    resources::many::each,
};

/// Finds every stage that carries a claim of the stack.
pub(super) async fn all(
    context: &Context<'_, Cloud>,
    scope: &Scope,
    apis: &[Value],
) -> Result<Discovered<Outputs, Spec>, ResourceError> {
    let mut found = Vec::new();
    for rest_api_id in apis.iter().filter_map(|api| api.get("id")?.as_str()) {
        let beneath = each(names(context, rest_api_id).await?, async |name| {
            let Some(stage) = get(context, rest_api_id, &name).await? else { return Ok(None) };
            let Some(claim) = claim_of(&tags(&stage), &Stage::KIND, scope) else { return Ok(None) };
            Ok(Some((claim, live(context, (rest_api_id, &name), &stage, (&scope.stack, &scope.stage)).await?)))
        });
        found.extend(beneath.await?);
    }
    Ok(found)
}

/// The names of the stages of an API; none when it is gone.
async fn names(context: &Context<'_, Cloud>, rest_api_id: &str) -> Result<Vec<String>, ResourceError> {
    let request = context.cloud.apigateway.get_stages().rest_api_id(rest_api_id);
    let answer = look(context, &operation::GET_STAGES, || request.clone().send()).await?;
    let stages = answer.and_then(|answer| answer.item).unwrap_or_default();
    Ok(stages.into_iter().filter_map(|stage| stage.stage_name).collect())
}
