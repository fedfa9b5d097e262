//! Waiting for a function to become active, to take a change in, or to go.

use std::time::Duration;

use aws_sdk_lambda::types::{FunctionConfiguration, LastUpdateStatus, State};

use super::read::get;
use crate::{
    aws::{Context, meant, settle},
    engine::{ResourceError, Result},
};

const TIMEOUT: Duration = Duration::from_mins(5);

/// A new function, or version of one, is `Pending` for seconds and can be neither called nor changed meanwhile.
pub(super) async fn until_active(context: &Context<'_>, name: &str, version: Option<&str>) -> Result<()> {
    let of = version.map(|version| format!("version {version} of ")).unwrap_or_default();
    settle::until(context, TIMEOUT, &format!("{of}function `{name}` to become active"), || async move {
        // GetFunction may not know the function yet, a moment after CreateFunction.
        let Some(now) = configuration(context, name, version).await? else { return Ok(None) };
        match now.state.as_ref().map(meant) {
            Some(State::Failed) => Err(failed(name, now.state_reason.as_deref())),
            Some(State::Pending) | None => Ok(None),
            _ => Ok(Some(())),
        }
    })
    .await
}

/// A changed function refuses further changes while the last one is `InProgress`.
pub(super) async fn until_updated(
    context: &Context<'_>,
    name: &str,
    answered: Option<&LastUpdateStatus>,
) -> Result<()> {
    if answered.map(meant) == Some(LastUpdateStatus::Successful) {
        return Ok(());
    }
    settle::until(context, TIMEOUT, &format!("function `{name}` to take its change in"), || async move {
        let Some(now) = configuration(context, name, None).await? else {
            return Err(ResourceError::refused(format!("function `{name}` is missing")));
        };
        match now.last_update_status.as_ref().map(meant) {
            Some(LastUpdateStatus::Failed) => Err(failed(name, now.last_update_status_reason.as_deref())),
            Some(LastUpdateStatus::Successful) => Ok(Some(())),
            _ => Ok(None),
        }
    })
    .await
}

/// `DeleteFunction` may only begin the deletion, and the name is taken until it ends.
pub(super) async fn until_gone(context: &Context<'_>, name: &str) -> Result<()> {
    settle::until(context, TIMEOUT, &format!("function `{name}` to be deleted"), || async move {
        Ok(get(context, name, None).await?.is_none().then_some(()))
    })
    .await
}

async fn configuration(
    context: &Context<'_>,
    name: &str,
    version: Option<&str>,
) -> Result<Option<FunctionConfiguration>> {
    Ok(get(context, name, version).await?.and_then(|answer| answer.configuration))
}

fn failed(name: &str, reason: Option<&str>) -> ResourceError {
    ResourceError::refused(format!("function `{name}` failed: {}", reason.unwrap_or("Lambda gives no reason")))
}
