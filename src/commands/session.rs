//! A stack and the cloud it is on: the connection, the state's place, and the look that every plan begins with.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use bytes::Bytes;

use super::{app::App, local, lock};
use crate::{
    aws::{Cloud, Options},
    config::{Config, Loaded},
    engine::{Catalog, Consent, Desired, Engine, Events, Observed, Plan, ResourceError, plan},
    error::Failure,
    exit::Exit,
    report::{Message, Target},
    resources,
    stack::{self, Identity, Packages},
    state::{Backend, LocalStore, Place, State},
};

/// A connected stack.
pub(crate) struct Session {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) catalog: Catalog<Cloud>,
    /// With the account in the place of `${account}`.
    pub(crate) config: Config,
    pub(crate) store: Box<dyn Backend>,
    place: Place,
    local: bool,
}

/// What a look at the stack came to.
pub(crate) struct Survey {
    pub(crate) state: State,
    pub(crate) observed: Observed,
    pub(crate) plan: Plan,
}

/// Where the state of a configuration is kept. Those of the local cloud have a folder of their own.
fn store(app: &App, loaded: &Loaded) -> Box<dyn Backend> {
    let deployment = &loaded.config.deployment;
    let folder = if app.common.local {
        local::Home::beside(&loaded.path).states()
    } else {
        loaded.path.with_file_name(&loaded.config.state.path)
    };
    Box::new(LocalStore::new(&folder, &deployment.service_name, &deployment.stage))
}

/// The state of a configuration, unless there is nothing in it and nothing was about to be.
pub(crate) async fn recorded(app: &App, loaded: &Loaded) -> Result<Option<State>, Failure> {
    Ok(store(app, loaded).load().await?.filter(|state| !is_empty(state)))
}

fn is_empty(state: &State) -> bool {
    state.resources.is_empty() && state.pending.is_empty()
}

impl Session {
    /// Connects, and says to what.
    pub(crate) async fn open(app: &App, loaded: &Loaded, packages: &Packages) -> Result<Self, Failure> {
        let session = Self::connect(app, loaded, packages).await?;
        session.tell_target(app);
        Ok(session)
    }

    /// Connects without a word, and makes sure that this is the account that the configuration means.
    pub(crate) async fn connect(app: &App, loaded: &Loaded, packages: &Packages) -> Result<Self, Failure> {
        let deployment = &loaded.config.deployment;
        let mut cloud = connect(app, Some(deployment.region.clone()), &loaded.path).await?;
        let zips = packages.values().map(|package| (package.source_hash.clone(), Bytes::from(package.bytes.clone())));
        cloud.packages = zips.collect::<BTreeMap<_, _>>();
        let cloud = Arc::new(cloud);
        app.bill(&cloud);
        let session = Self {
            config: loaded.config.with_account(&cloud.account),
            catalog: resources::catalog(),
            store: store(app, loaded),
            place: Place {
                stack: deployment.service_name.clone(),
                stage: deployment.stage.clone(),
                region: cloud.region.clone(),
                account: cloud.account.clone(),
                endpoint: cloud.endpoint.clone(),
            },
            local: app.common.local,
            cloud,
        };
        session.check_account()?;
        Ok(session)
    }

    /// Everything as it is to be.
    pub(crate) fn desired(&self, packages: &Packages) -> Desired {
        let identity = Identity {
            account: self.cloud.account.clone(),
            region: self.cloud.region.clone(),
            partition: self.cloud.partition.to_owned(),
        };
        stack::build(&self.config, packages, &identity)
    }

    /// Keeps others from the state until the command ends.
    pub(crate) async fn lock(&self, app: &App) -> Result<(), Failure> {
        lock::take(app, &*self.store).await
    }

    /// Looks at what there is and plans the way to `desired`. Changes nothing.
    pub(crate) async fn survey(&self, app: &App, desired: &Desired, consent: &Consent) -> Result<Survey, Failure> {
        let (state, observed) = self.look(app, desired).await?;
        let plan = plan(desired, &state, &observed, &self.catalog, consent)?;
        Ok(Survey { state, observed, plan })
    }

    /// Looks at what is recorded and what was about to be made. Changes nothing.
    pub(crate) async fn look(&self, app: &App, desired: &Desired) -> Result<(State, Observed), Failure> {
        let state = self.state().await?;
        let observed = self.engine(app, &app.report).observe(&state, desired).await?;
        Ok((state, observed))
    }

    /// The engine on this cloud, which tells `events` what it does.
    pub(crate) fn engine<'s>(&'s self, app: &'s App, events: &'s dyn Events) -> Engine<'s, Cloud> {
        let parallel = app.common.parallel.into();
        Engine { catalog: &self.catalog, cloud: &self.cloud, events, interrupt: &app.interrupt, parallel }
    }

    /// Makes sure that a state is of what this is connected to.
    pub(crate) fn check(&self, state: &State) -> Result<(), Failure> {
        Ok(state.check(&self.place)?)
    }

    /// Whether this is the cloud on this machine.
    pub(crate) fn is_local(&self) -> bool {
        self.local
    }

    /// The state, which is of this place.
    pub(crate) async fn state(&self) -> Result<State, Failure> {
        let Some(mut state) = self.store.load().await? else { return Ok(State::new(self.place.clone())) };
        if self.local {
            // It is the same cloud on whatever port it came back.
            state.endpoint.clone_from(&self.place.endpoint);
        }
        if is_empty(&state) {
            // Nothing in it belongs to any place, and keeping it keeps the count of its saves.
            state.region.clone_from(&self.place.region);
            state.account.clone_from(&self.place.account);
            state.endpoint.clone_from(&self.place.endpoint);
        }
        state.check(&self.place)?;
        Ok(state)
    }

    /// The local cloud stands in for whatever account the configuration means.
    fn check_account(&self) -> Result<(), Failure> {
        let wanted = self.config.deployment.account_id.as_ref().filter(|_| !self.local);
        let Some(wanted) = wanted.filter(|wanted| **wanted != self.cloud.account) else { return Ok(()) };
        let message = format!("these credentials are of account {}, not of {wanted}", self.cloud.account);
        Err(Failure::new(Exit::Usage, message)
            .detail("`deployment.accountId` allows no other account")
            .hint("choose the right credentials with `--profile`"))
    }

    fn tell_target(&self, app: &App) {
        let Place { stack, stage, region, account, endpoint } = self.place.clone();
        let target = Target { stack, stage, region, account, endpoint, local: self.local };
        app.report.tell(&Message::Target(&target));
    }
}

/// Connects to a Region; the local cloud is that of the configuration at `config`, which need not exist.
///
/// # Errors
/// When there are no credentials, or nobody answers.
pub(crate) async fn connect(app: &App, region: Option<String>, config: &Path) -> Result<Cloud, Failure> {
    let url = if app.common.local { Some(local_url(app, config).await?) } else { None };
    let options = Options { region, profile: app.common.profile.clone(), local: url, http_client: None };
    Cloud::connect(options).await.map_err(|error| no_connection(app, &error))
}

fn no_connection(app: &App, error: &ResourceError) -> Failure {
    match &app.common.profile {
        _ if app.common.local => Failure::resource("the local cloud cannot be used", error),
        Some(profile) => Failure::resource(format!("AWS cannot be used with the profile `{profile}`"), error),
        None => Failure::resource("AWS cannot be used", error),
    }
}

/// Where the local cloud of a configuration answers, which need not exist; it is started when it does not run.
///
/// # Errors
/// When it cannot be started.
pub(crate) async fn local_url(app: &App, config: &Path) -> Result<String, Failure> {
    let server = local::ensure(&local::Home::beside(config)).await?;
    if server.started {
        let message = format!("started the local cloud at {}; `stackctl local stop` ends it", server.url);
        app.report.tell(&Message::Note { message: &message });
    }
    Ok(server.url)
}
