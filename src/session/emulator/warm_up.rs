//! Starts functions on the local emulator before their first request.

use futures_util::{StreamExt as _, stream};

use super::{Door, start_ahead};
use crate::{
    engine::{Plan, Resource as _, Verb},
    failure::Fault,
    resources::lambda_function::{ALIAS, LambdaFunction},
    session::{Session, function_error},
};

/// How many functions start at the same time. Each is a process.
const AT_ONCE: usize = 4;

/// The names of the functions that a plan creates or changes.
pub(crate) fn deployed(plan: &Plan) -> Vec<String> {
    let deploys = |verb: Verb| matches!(verb, Verb::Create | Verb::Adopt | Verb::Update | Verb::Replace);
    let steps = plan.steps.iter().filter(|step| step.key.kind == LambdaFunction::KIND && deploys(step.action.verb()));
    steps.map(|step| step.key.name.clone()).collect()
}

/// Starts these functions and returns the errors of those that cannot start. Does nothing on AWS, where each start is
/// billed.
pub(crate) async fn failures(session: &Session, names: impl IntoIterator<Item = &str>) -> Vec<Fault> {
    let Some(door) = &session.emulator else { return Vec::new() };
    let starts: Vec<_> = names.into_iter().map(|name| failure(session, door, name)).collect();
    stream::iter(starts).buffered(AT_ONCE).filter_map(async |fault| fault).collect().await
}

async fn failure(session: &Session, door: &Door, name: &str) -> Option<Fault> {
    let function = session.config.functions.get(name)?;
    let arn = session.cloud.arn("lambda", &format!("function:{}:{ALIAS}", session.config.function_name(name)));
    let error = start_ahead(door, &arn).await?;
    Some(function_error::failed(&format!("`{name}` cannot start"), (name, function), &error))
}
