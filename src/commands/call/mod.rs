//! `stackctl call`: one request to a route of the deployed API.

mod answer;
mod execution;
mod request;
mod route;
mod token;

use std::time::Duration;

use http::header::AUTHORIZATION;
use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    cli::CallArgs,
    exit::Exit,
    failure::Failure,
    http::HttpClient,
    session::{DeployedStack, OnInterrupt, Run, request_body},
};
use answer::Exchange;
use request::Load;
use route::RequestedRoute;

/// The request timeout. API Gateway's own timeout is 29 s, unless the account's quota was raised.
const TIMEOUT: Duration = Duration::from_mins(2);

pub(crate) async fn run(run: &Run, arguments: &CallArgs) -> Result<Exit, Failure> {
    let requested = RequestedRoute::read(arguments)?;
    let headers = request::headers(arguments)?;
    let deployed = DeployedStack::reachable(run).await?;
    let target = requested.target(&deployed.config)?;
    let url = request::url(&deployed, arguments)?;
    let token = if headers.contains_key(AUTHORIZATION) {
        None
    } else {
        token::find(run, &deployed, (&requested, target), arguments).await?
    };
    let body = request_body::read(arguments.data.as_ref()).await?;
    let request = request::build(&requested, &url, Load { headers, token, body })?;
    let authorization = request.headers().get(AUTHORIZATION).cloned();
    run.cancel.on_interrupt(OnInterrupt::Abandon);
    let (since, began, client) = (Timestamp::now(), Instant::now(), HttpClient::new(TIMEOUT));
    let answer = client.send(request).await?;
    let took = began.elapsed();
    let execution = execution::find(run, (&deployed, &client), (&requested, target, &answer), since).await;
    let exchange = Exchange { deployed: &deployed, requested, target, url, authorization, answer, execution, took };
    exchange.conclude(run, arguments)
}
