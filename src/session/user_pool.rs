//! The selected user pool, with its connection: the stack's pool, or one given by its ID.

use super::{
    Run, Session, connection,
    deployed::{self, lacks, not_deployed},
    project,
};
use crate::{
    aws::Clients,
    cli::PoolArgs,
    failure::Failure,
    hint::{Hint, SuggestedCommand},
    report::{Location, PoolTarget},
    stack::Outputs,
    users::{AppClient, UserError, Users},
};

/// A user pool with its connection.
pub(crate) struct Pool {
    cloud: Clients,
    id: String,
    /// The stack's app client; `None` when the pool was given by its ID.
    client_id: Option<String>,
    /// Whether the pool belongs to a stack with a config.
    ours: bool,
    /// The pool, its stack and its location, for messages.
    words: String,
}

impl Pool {
    /// Connects to the pool that the flags select.
    ///
    /// # Errors
    /// When nothing is deployed, or there is no connection.
    pub(crate) async fn open(run: &Run, arguments: &PoolArgs) -> Result<Self, Failure> {
        match &arguments.user_pool_id {
            Some(id) => Self::named(run, id).await,
            None => Self::of_stack(run).await,
        }
    }

    async fn of_stack(run: &Run) -> Result<Self, Failure> {
        let identity = project::identify(run).map_err(|failure| without_config(run, failure))?;
        if deployed::recorded(run, &identity).await?.is_none() {
            return Err(not_deployed(run, &identity, "not deployed: there is no user pool").await);
        }
        let session = Session::reach(run, &identity).await?;
        let outputs = Outputs::of(&session.state().await?);
        Self::of(session, outputs)
    }

    /// The pool of a connected stack.
    ///
    /// # Errors
    /// When the pool is not deployed.
    pub(crate) fn of(session: Session<()>, outputs: Outputs) -> Result<Self, Failure> {
        let id = outputs.user_pool_id.ok_or_else(|| lacks("the stack has no user pool yet"))?;
        let target = session.target();
        let words = format!("user pool {id} of {}, in {}", target.subject(), target.location.described());
        Ok(Self { cloud: session.cloud, id, client_id: outputs.client_id, ours: true, words })
    }

    async fn named(run: &Run, id: &str) -> Result<Self, Failure> {
        // A pool's ID begins with its Region.
        let region = run.options.region.clone().or_else(|| Some(id.split_once('_')?.0.to_owned()));
        let cloud = Clients::over(connection::connect(run, region, &run.options.config).await?);
        let location = Location {
            region: cloud.region.clone(),
            account: cloud.account.clone(),
            endpoint: cloud.endpoint.clone(),
            local: run.options.local,
        };
        let target = PoolTarget { user_pool_id: id.to_owned(), location };
        run.report.tell(&target);
        let words = format!("user pool {id}, in {}", target.location.described());
        Ok(Self { cloud, id: id.to_owned(), client_id: None, ours: false, words })
    }

    /// The pool, its stack and its location, for messages.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }

    /// Its users; a wait is reported to the operator.
    pub(crate) fn people<'a>(&'a self, run: &'a Run) -> Users<'a> {
        Users::of(self.id.clone(), &self.cloud, &run.report, &run.cancel.interrupt)
    }

    /// The app client to sign in with: the given one, the stack's, or the pool's only one.
    ///
    /// # Errors
    /// When there is none, or it cannot be told which.
    pub(crate) async fn client(&self, people: &Users<'_>, wanted: Option<&str>) -> Result<AppClient, Failure> {
        let id = match wanted.or(self.client_id.as_deref()) {
            Some(id) => id.to_owned(),
            None => self.only_client(people).await?,
        };
        AppClient::read(people, &id).await.map_err(|error| self.failure(&error))
    }

    async fn only_client(&self, people: &Users<'_>) -> Result<String, Failure> {
        let mut ids = AppClient::ids(people).await.map_err(|error| self.failure(&error))?;
        match (ids.pop(), ids.is_empty()) {
            (Some(id), true) => Ok(id),
            (None, _) => Err(self.no_client()),
            (Some(last), false) => {
                ids.push(last);
                Err(Failure::usage(format!("user pool `{}` has several app clients", self.id))
                    .detail(format!("clients are: {}", ids.join(", ")))
                    .hint("choose one with `--client-id`"))
            }
        }
    }

    fn no_client(&self) -> Failure {
        let failure = Failure::failed(format!("user pool `{}` has no app client to sign in through", self.id));
        failure.with_hints(self.ours.then(|| SuggestedCommand::stack("up").then(" creates one")))
    }

    /// Says why a user could not be signed in, made or changed.
    pub(crate) fn failure(&self, error: &UserError) -> Failure {
        let failure = if error.is_usage() { Failure::usage(error) } else { Failure::failed(error) };
        let failure = error.details().into_iter().fold(failure, Failure::detail).with_hints(error.hints());
        match error {
            UserError::FlowNotAllowed { allowed, .. } => failure.hint(self.flow_hint(allowed)),
            _ => failure,
        }
    }

    /// How to allow the authentication flow in the app client.
    fn flow_hint(&self, allowed: &[String]) -> Hint {
        let wanted = "ALLOW_ADMIN_USER_PASSWORD_AUTH";
        if !self.ours {
            return format!("add `{wanted}` to the client's `ExplicitAuthFlows`").into();
        }
        let flows = std::iter::once(wanted).chain(allowed.iter().map(String::as_str));
        let flows: Vec<String> = flows.map(|flow| format!("\"{flow}\"")).collect();
        let flows = flows.join(", ");
        Hint::from(format!("write `\"explicitAuthFlows\": [{flows}]` into `client` of config.json, then run "))
            .run(SuggestedCommand::stack("up"))
    }
}

/// Adds the hint that a pool can be given by its ID when there is no config.
fn without_config(run: &Run, failure: Failure) -> Failure {
    if run.options.config.exists() {
        return failure;
    }
    failure.hint("to use a user pool without a config, name it with `--user-pool-id`")
}
