//! Starting functions of the local cloud ahead of their first request.

use futures_util::future::join_all;

use crate::{
    commands::{invoke, local, session::Session},
    error::{Failure, Fault},
    resources::lambda_function::ALIAS,
};

/// Starts these functions and answers why some of them do not; on AWS, where each start costs something and is not ours to
/// cause, nothing is started.
pub(super) async fn failures(session: &Session, names: &[String]) -> Vec<Failure> {
    let endpoint = session.cloud.endpoint.as_deref().filter(|_| session.is_local());
    let Some(endpoint) = endpoint else { return Vec::new() };
    let failures = join_all(names.iter().map(|name| failure(session, endpoint, name))).await;
    failures.into_iter().flatten().map(Failure::from).collect()
}

async fn failure(session: &Session, endpoint: &str, name: &str) -> Option<Fault> {
    let function = session.config.functions.get(name)?;
    let arn = session.cloud.arn("lambda", &format!("function:{}:{ALIAS}", session.config.function_name(name)));
    let error = local::start_ahead(endpoint, &arn).await?;
    Some(invoke::failed(&format!("`{name}` does not start"), (name, function), &error))
}
