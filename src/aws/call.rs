//! The one way a resource calls AWS.

use std::{error::Error, future::Future, time::Duration};

use aws_smithy_types::{error::metadata::ProvideErrorMetadata, retry::RetryConfig, timeout::TimeoutConfig};
use tokio::time::Instant;

use super::{
    clients::Context,
    error::{self, SdkError},
    operation::{Operation, QUOTA},
    pace::{Pace, Quota, Turn},
    settle::Backoff,
};
use crate::engine::{Result, StepContext, Verdict};

/// The longest pause between the calls of a step that is not worth a word.
const SPACING: Duration = Duration::from_secs(1);

/// Sends a request, within the quotas, again and again while AWS says that it only has to be waited for.
///
/// # Errors
/// Whatever AWS refuses, [`Verdict::TimedOut`] when a wait ends at its deadline, and [`Verdict::Interrupted`] when
/// the run is cancelled while nothing is in flight but a wait.
pub async fn call<T, E, F>(
    context: &Context<'_>,
    operation: &Operation,
    send: impl Fn() -> F + Send + Sync,
) -> Result<T>
where
    F: Future<Output = Result<T, SdkError<E>>> + Send,
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    T: Send,
{
    let mut backoff = Backoff::default();
    let (pace, quotas) = (context.cloud.pace.as_ref(), operation.quotas);
    loop {
        let turn = match pace {
            Some(pace) => Some(await_turn(context, (pace, quotas)).await?),
            None => None,
        };
        let failure = match send().await {
            Ok(output) => {
                pace.inspect(|pace| pace.passed(quotas));
                return Ok(output);
            }
            Err(failure) => failure,
        };
        let mut error = error::convert(operation, &failure, context.cloud.endpoint.as_deref());
        let Some(wait) = operation.wait_for(&error) else { return Err(error) };
        if let (Some(pace), Some(turn)) = (pace, turn.filter(|_| wait.what == QUOTA)) {
            pace.throttled(quotas, turn);
        }
        if !backoff.pause(context, wait.at_most, wait.cadence, wait.what).await? {
            error.verdict = Verdict::TimedOut;
            error.hints.push(format!("waited {} s for {}", wait.at_most.as_secs(), wait.what));
            error.hints.extend(wait.hint.map(ToOwned::to_owned));
            return Err(error);
        }
    }
}

/// Waits until the quotas allow a call.
async fn await_turn<C: Sync>(context: &StepContext<'_, C>, (pace, quotas): (&Pace, &[Quota])) -> Result<Turn> {
    loop {
        let turn = pace.reserve(quotas);
        pass_time(context, turn.at).await?;
        if !pace.is_void(quotas, turn) {
            return Ok(turn);
        }
    }
}

/// Waits for a turn. One that is far off is a wait like every other: told, and cut short by a wish to stop; what merely
/// spaces the calls of a step out is neither.
async fn pass_time<C: Sync>(context: &StepContext<'_, C>, turn: Instant) -> Result<()> {
    let pause = turn.saturating_duration_since(Instant::now());
    if pause.is_zero() {
        return Ok(());
    }
    let turn = tokio::time::sleep_until(turn);
    if pause <= SPACING {
        context.idle(turn).await;
        return Ok(());
    }
    context.waiting(format!("waiting for {QUOTA} ({} s)", pause.as_secs_f64().ceil()));
    context.wait(turn, QUOTA).await
}

/// Sends a request for one thing; `None` when AWS does not have it.
///
/// # Errors
/// As [`call`].
pub async fn look<T, E, F>(
    context: &Context<'_>,
    operation: &Operation,
    send: impl Fn() -> F + Send + Sync,
) -> Result<Option<T>>
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
    context: &Context<'_>,
    operation: &Operation,
    send: impl Fn() -> F + Send + Sync,
) -> Result<()>
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
    use super::{Duration, RetryConfig, TimeoutConfig};

    /// For `CreateFunction` and `UpdateFunctionCode`: 50 MB take minutes over a thin line.
    #[must_use]
    pub fn lambda() -> aws_sdk_lambda::config::Builder {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_mins(5)).build();
        aws_sdk_lambda::config::Builder::default().timeout_config(timeouts)
    }

    /// For `Invoke` of a function that may run for `timeout`. It is sent once: a function must not run twice because its
    /// answer was lost.
    #[must_use]
    pub fn invoke(timeout: Duration) -> aws_sdk_lambda::config::Builder {
        let attempt_timeout = timeout + Duration::from_secs(30);
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(attempt_timeout).build();
        aws_sdk_lambda::config::Builder::default().timeout_config(timeouts).retry_config(RetryConfig::disabled())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::engine::{Event, Events, Interrupt, Key, Kind, ResourceError};

    #[derive(Default)]
    struct Recorder(Mutex<Vec<String>>);

    impl Events for Recorder {
        fn emit(&self, event: Event) {
            let Event::Waiting { reason, .. } = event else { panic!("{event:?}") };
            self.0.lock().unwrap().push(reason);
        }
    }

    /// Waits for a turn, which is cancelled after a second, and answers how that ended, after how long, and
    /// what was told.
    async fn turn_in(pause: Duration) -> (Result<(), ResourceError>, Duration, Vec<String>) {
        let (key, recorder, interrupt) =
            (Key::new(Kind::new("rest_api"), "main"), Recorder::default(), Interrupt::new());
        let context = StepContext { cloud: &(), key: &key, events: &recorder, interrupt: &interrupt, slot: None };
        let began = Instant::now();
        let wish = async {
            tokio::time::sleep_until(began + Duration::from_secs(1)).await;
            interrupt.request();
            std::future::pending::<()>().await;
        };
        let ended = tokio::select! {
            ended = pass_time(&context, began + pause) => ended,
            () = wish => unreachable!(),
        };
        (ended, began.elapsed(), recorder.0.into_inner().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_far_turn_is_told_and_cut_short_by_an_interrupt_and_a_near_one_is_neither() {
        let (ended, took, waits) = turn_in(Duration::from_secs(1)).await;
        assert_eq!((ended, took, waits), (Ok(()), Duration::from_secs(1), Vec::new()));
        let (ended, took, waits) = turn_in(Duration::from_secs(30)).await;
        assert_eq!(ended.unwrap_err().verdict, Verdict::Interrupted);
        assert_eq!(took, Duration::from_secs(1));
        assert_eq!(waits, ["waiting for AWS's request quota (30 s)"]);
    }
}
