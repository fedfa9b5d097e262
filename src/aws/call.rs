//! The one way a resource calls AWS.

use std::{error::Error, future::Future, time::Duration};

use aws_smithy_types::{error::metadata::ProvideErrorMetadata, retry::RetryConfig, timeout::TimeoutConfig};

use super::{
    Cloud,
    error::{self, SdkError},
    operation::Operation,
    settle::Patience,
};
use crate::engine::{Context, ResourceError, Verdict};

/// Sends a request, within the quotas, again and again while AWS says that it only has to be waited for.
///
/// # Errors
/// Whatever AWS refuses, and [`Verdict::TimedOut`] when a wait ends at its deadline.
pub async fn call<T, E, F>(
    context: &Context<'_, Cloud>,
    operation: &Operation,
    send: impl Fn() -> F + Send + Sync,
) -> Result<T, ResourceError>
where
    F: Future<Output = Result<T, SdkError<E>>> + Send,
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    T: Send,
{
    let mut patience = Patience::default();
    loop {
        if let Some(pace) = &context.cloud.pace {
            tokio::time::sleep_until(pace.reserve(operation.quotas)).await;
        }
        let failure = match send().await {
            Ok(output) => return Ok(output),
            Err(failure) => failure,
        };
        let mut error = error::convert(operation, &failure, context.cloud.endpoint.as_deref());
        let Some(wait) = operation.wait_for(&error) else { return Err(error) };
        if !patience.pause(context, wait.at_most, wait.pause, wait.what).await {
            error.verdict = Verdict::TimedOut;
            error.hints.push(format!("waited {} s for {}", wait.at_most.as_secs(), wait.what));
            error.hints.extend(wait.hint.map(ToOwned::to_owned));
            return Err(error);
        }
    }
}

/// Sends a request for one thing; `None` when AWS does not have it.
///
/// # Errors
/// As [`call`].
pub async fn look<T, E, F>(
    context: &Context<'_, Cloud>,
    operation: &Operation,
    send: impl Fn() -> F + Send + Sync,
) -> Result<Option<T>, ResourceError>
where
    F: Future<Output = Result<T, SdkError<E>>> + Send,
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    T: Send,
{
    match call(context, operation, send).await {
        Ok(output) => Ok(Some(output)),
        Err(error) if error::is_not_found(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Sends a request that deletes something; that it is gone already is success.
///
/// # Errors
/// As [`call`].
pub async fn remove<T, E, F>(
    context: &Context<'_, Cloud>,
    operation: &Operation,
    send: impl Fn() -> F + Send + Sync,
) -> Result<(), ResourceError>
where
    F: Future<Output = Result<T, SdkError<E>>> + Send,
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    T: Send,
{
    look(context, operation, send).await.map(drop)
}

/// Overrides for a create that AWS would happily repeat: the SDK must not send it again after a lost answer.
pub mod once {
    use super::RetryConfig;

    /// For `CreateRestApi` and `CreateDeployment`.
    #[must_use]
    pub fn apigateway() -> aws_sdk_apigateway::config::Builder {
        aws_sdk_apigateway::config::Builder::default().retry_config(RetryConfig::disabled())
    }

    /// For `CreateUserPool` and `CreateUserPoolClient`.
    #[must_use]
    pub fn cognito() -> aws_sdk_cognitoidentityprovider::config::Builder {
        aws_sdk_cognitoidentityprovider::config::Builder::default().retry_config(RetryConfig::disabled())
    }
}

/// Overrides for a call that carries much.
pub mod slow {
    use super::{Duration, TimeoutConfig};

    /// For `CreateFunction` and `UpdateFunctionCode`: 50 MB take minutes over a thin line.
    #[must_use]
    pub fn lambda() -> aws_sdk_lambda::config::Builder {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_mins(5)).build();
        aws_sdk_lambda::config::Builder::default().timeout_config(timeouts)
    }
}
