//! `stackctl invoke`: invokes a function directly, without the API.

use std::time::Duration;

use aws_sdk_lambda::{operation::invoke::InvokeOutput, primitives::Blob, types::LogType};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    aws::{call, operation, slow},
    cli::InvokeArgs,
    config::Function,
    engine::{Key, Resource as _, StepContext},
    exit::Exit,
    failure::Failure,
    report::{Invoked, Look},
    resources::lambda_function::{ALIAS, LambdaFunction},
    session::{DeployedStack, OnInterrupt, Run, Session, deployed::lacks, function_error::failed, request_body},
};

/// The largest payload of a synchronous invocation.
const LARGEST_PAYLOAD: usize = 6 * 1024 * 1024;

pub(crate) async fn run(run: &Run, arguments: &InvokeArgs) -> Result<Exit, Failure> {
    let deployed = DeployedStack::reachable(run).await?;
    let (name, function) = deployed.function(&arguments.function)?;
    let payload = payload(request_body::read(arguments.data.as_ref()).await?)?;
    let session = deployed.connect(run).await?;
    run.cancel.on_interrupt(OnInterrupt::Abandon);
    let began = Instant::now();
    let aws_name = deployed.config.function_name(name);
    let output = invoke(run, &session, (name, &aws_name, function), payload).await?;
    let took = began.elapsed();
    let answer = Bytes::from(output.payload.map(Blob::into_inner).unwrap_or_default());
    let log = output.log_result.and_then(|log| STANDARD.decode(log).ok()).unwrap_or_default();
    let invoked = Invoked {
        function: name,
        payload: &answer,
        function_error: output.function_error.as_deref(),
        log: &String::from_utf8_lossy(&log),
        took,
    };
    show(run, &invoked);
    match output.function_error {
        Some(_) => {
            let error = serde_json::from_slice(&answer).unwrap_or_default();
            let mut fault = failed(&format!("`{name}` failed"), (name, function), &error);
            if run.report.look() == Look::Human && !run.options.quiet {
                // A stack trace in the log was printed with the log.
                fault.details.retain(|line| !invoked.log.contains(line.trim()));
            }
            Err(fault.into())
        }
        None => Ok(Exit::Done),
    }
}

/// The payload: valid JSON within the size limit.
fn payload(data: Option<Bytes>) -> Result<Bytes, Failure> {
    let Some(data) = data else { return Ok(Bytes::from_static(b"{}")) };
    if data.len() > LARGEST_PAYLOAD {
        return Err(Failure::usage(format!(
            "the payload has {} bytes, and Lambda takes {LARGEST_PAYLOAD}",
            data.len()
        )));
    }
    match serde_json::from_slice::<Value>(&data) {
        Ok(_) => Ok(data),
        Err(error) => Err(Failure::usage(format!("the payload is not JSON: {error}"))
            .hint(r#"a text is JSON when it has quotes: --data '"text"'"#)),
    }
}

async fn invoke(
    run: &Run,
    session: &Session<()>,
    (name, aws_name, function): (&str, &str, &Function),
    payload: Bytes,
) -> Result<InvokeOutput, Failure> {
    let key = Key::new(LambdaFunction::KIND, name);
    let context = StepContext {
        cloud: &session.cloud,
        key: &key,
        events: &run.report,
        interrupt: &run.cancel.interrupt,
        slot: None,
    };
    let timeout = Duration::from_secs(function.timeout.into());
    let request = session
        .cloud
        .lambda
        .invoke()
        .function_name(aws_name)
        .qualifier(ALIAS)
        .log_type(LogType::Tail)
        .payload(Blob::new(payload));
    let sent = call(&context, &operation::INVOKE, || {
        request.clone().customize().config_override(slow::invoke(timeout)).send()
    });
    sent.await.map_err(|error| match error.code.as_deref() {
        Some("ResourceNotFoundException") => lacks(&format!("`{name}` is not deployed")),
        _ => Failure::resource(format!("`{name}` was not called"), &error),
    })
}

fn show(run: &Run, invoked: &Invoked<'_>) {
    if run.report.look() == Look::Json {
        run.report.data(invoked);
        return;
    }
    run.report.tell(invoked);
    run.report.body(invoked.payload);
}
