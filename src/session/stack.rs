//! A stack with its connection: the account, the store of its state, and the survey that every plan begins with.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    Lock, Run,
    config_origin::{self, Origin},
    connection,
    emulator::{Door, Home},
    leftover_state::{self, Unmoved},
    lock, new_stack,
};
use crate::{
    aws::Clients,
    check,
    cli::{self, NewArgs},
    config::{Comparable, Config, Identity, Loaded, Outline},
    engine::{Catalog, Consent, Desired, Discovery, Engine, Events, Key, Observed, Plan, StackIdentity, State, plan},
    exit::Exit,
    failure::{Failure, Fault},
    hint::{Hint, SuggestedCommand},
    report::{Location, Target, counted},
    resources,
    stack::{self, FunctionPackages},
    state::Backend,
};

/// A connected stack. Only `Session<Config>`, with a complete config, knows the desired resources.
pub(crate) struct Session<C = Config> {
    pub(crate) cloud: Clients,
    pub(crate) catalog: Catalog<Clients>,
    /// With the account in the place of `${account}`; `()` for a command that needs the stack's identity only.
    pub(crate) config: C,
    pub(crate) store: Box<dyn Backend>,
    unmoved: Option<Unmoved>,
    place: StackIdentity,
    origin: Origin,
    /// Whether the flags allow a new stage or a new stack.
    pub(crate) new: NewArgs,
    /// The way to the local emulator, where the stack is on it.
    pub(crate) emulator: Option<Door>,
}

/// The state, the live resources and the plan of a stack.
pub(crate) struct Survey {
    pub(crate) state: State,
    pub(crate) observed: Observed,
    pub(crate) plan: Plan,
}

/// The first changed setting that identifies the stack, its account and Region, or its state, with both values.
fn moved(before: &Config, now: &Config) -> Option<(&'static str, String, String)> {
    let (old, new) = (&before.deployment, &now.deployment);
    let written = |value: serde_json::Value| format!("`{value}`").replace('"', "");
    let settings = [
        ("deployment.serviceName", json!(old.service_name), json!(new.service_name)),
        ("deployment.stage", json!(old.stage), json!(new.stage)),
        ("deployment.region", json!(old.region), json!(new.region)),
        ("deployment.accountId", json!(old.account_id), json!(new.account_id)),
        ("state", json!(before.state), json!(now.state)),
    ];
    let moved = settings.into_iter().find(|(_, old, new)| old != new);
    moved.map(|(setting, old, new)| (setting, written(old), written(new)))
}

/// The packages as the clients take them, by source hash.
fn zips(packages: &FunctionPackages) -> BTreeMap<String, Bytes> {
    let zips = packages.values().map(|package| (package.source_hash.clone(), Bytes::from(package.bytes.clone())));
    zips.collect()
}

impl Session<()> {
    /// Connects, and prints the target.
    pub(crate) async fn reach(run: &Run, identity: &Identity) -> Result<Self, Failure> {
        let session = Self::connect(run, identity).await?;
        run.report.tell(&session.target());
        Ok(session)
    }

    /// Connects without printing the target, and checks that the account is the configured one.
    pub(crate) async fn connect(run: &Run, identity: &Identity) -> Result<Self, Failure> {
        let cloud = Clients::over(connection::open(run, identity).await?);
        let store = connection::store(run, identity).await?;
        let session = Self {
            config: (),
            catalog: resources::catalog(),
            origin: config_origin::of(run, &*store),
            new: NewArgs::default(),
            store,
            unmoved: leftover_state::unmoved(run, identity),
            place: StackIdentity {
                stack: identity.service_name.clone(),
                stage: identity.stage.clone(),
                region: cloud.region.clone(),
                account: cloud.account.clone(),
                endpoint: cloud.endpoint.clone(),
            },
            emulator: run.options.local.then(|| Home::beside(&identity.path).door()).flatten(),
            cloud,
        };
        Ok(session)
    }

    /// Adds the names and routes of a config.
    pub(crate) fn with_names(self, outline: Outline) -> Session<Outline> {
        let config = outline.config.with_account(&self.cloud.account);
        self.with(Outline { config, ..outline })
    }

    /// The same with a whole configuration and the functions' packages.
    fn with_config(mut self, config: &Config, packages: &FunctionPackages) -> Session {
        self.cloud.packages = zips(packages);
        let config = config.with_account(&self.cloud.account);
        self.with(config)
    }

    fn with<C>(self, config: C) -> Session<C> {
        let Self { cloud, catalog, store, unmoved, place, origin, new, emulator, config: () } = self;
        Session { cloud, catalog, config, store, unmoved, place, origin, new, emulator }
    }
}

impl Session {
    /// Connects for a deploy, and says to what.
    pub(crate) async fn open(run: &Run, loaded: &Loaded, packages: &FunctionPackages) -> Result<Self, Failure> {
        Ok(Session::reach(run, &loaded.identity).await?.with_config(&loaded.config, packages))
    }

    /// Connects for a comparison with what is live, and says to what.
    pub(crate) async fn open_to_compare(
        run: &Run,
        loaded: &Comparable,
        packages: &FunctionPackages,
    ) -> Result<Self, Failure> {
        Ok(Session::reach(run, &loaded.identity).await?.with_config(&loaded.config, packages))
    }

    /// Continues with the current config and packages.
    ///
    /// # Errors
    /// When the configuration means another stack now, or another place.
    pub(crate) fn follow(&mut self, loaded: &Loaded, packages: &FunctionPackages) -> Result<(), Failure> {
        let config = loaded.config.with_account(&self.cloud.account);
        if let Some((setting, before, now)) = moved(&self.config, &config) {
            let message =
                format!("{}: `{setting}` is {now} now, and {before} is at work", loaded.identity.path.display());
            return Err(Failure::usage(message)
                .detail("that is another stack, or another place")
                .hint(format!("put it back, or end this and begin anew with what `{setting}` says")));
        }
        self.config = config;
        self.cloud.packages = zips(packages);
        Ok(())
    }

    /// Everything as it is to be.
    pub(crate) fn desired(&self, packages: &FunctionPackages) -> Desired {
        stack::build(&self.config, packages, &self.identity())
    }

    /// Finds what there is of a stack that has lost its state. Changes nothing.
    pub(crate) async fn discover(
        &self,
        run: &Run,
        packages: &FunctionPackages,
        blank: State,
    ) -> Result<Discovery, Failure> {
        let sought = stack::sought(&self.config, packages, &self.identity());
        let engine = self.engine(run, &run.report);
        Ok(engine.discover(blank, &sought, &stack::scope(&self.place.stack, &self.place.stage)).await?)
    }

    fn identity(&self) -> stack::NameScope {
        stack::NameScope {
            account: self.cloud.account.clone(),
            region: self.cloud.region.clone(),
            partition: self.cloud.partition.to_owned(),
            endpoint: self.cloud.endpoint.clone(),
        }
    }
}

impl<C> Session<C> {
    /// Finds the resources of a stack without recorded resources by their tags. Changes nothing.
    pub(crate) async fn tagged(&self, run: &Run) -> Result<Vec<(Key, Value)>, Failure> {
        let StackIdentity { stack, stage, .. } = &self.place;
        let engine = self.engine(run, &run.report);
        Ok(engine.claimed_by(self.blank(), &stack::scope(stack, stage)).await?)
    }

    /// The ID of a resource at AWS, as users know it.
    pub(crate) fn id(&self, key: &Key, outputs: &Value) -> Option<String> {
        self.catalog.get(&key.kind)?.id(outputs)
    }

    /// Locks the state until the lock is dropped.
    pub(crate) async fn lock<'r>(&self, run: &'r Run) -> Result<Lock<'r>, Failure> {
        lock::take(run, &*self.store).await
    }

    /// Reads the live resources and plans the changes to `desired`. Changes nothing.
    pub(crate) async fn survey(&self, run: &Run, desired: &Desired, consent: &Consent) -> Result<Survey, Failure> {
        let (state, mut observed) = self.look(run, desired).await?;
        if state.is_empty() {
            new_stack::refuse(run, (&self.place, &*self.store), self.new).await?;
            self.refuse_second(run, &state, desired).await?;
        }
        self.discount_check_user(run, &state, &mut observed).await?;
        let plan = plan(desired, &state, &observed, &self.catalog, consent)?;
        Ok(Survey { state, observed, plan })
    }

    /// Checks that a stack without recorded resources does not exist already: a deploy would create some resources
    /// twice.
    async fn refuse_second(&self, run: &Run, state: &State, desired: &Desired) -> Result<(), Failure> {
        let forgotten = self.engine(run, &run.report).forgotten(state, desired).await?;
        if forgotten.is_empty() {
            return Ok(());
        }
        let fault = |(key, outputs): &(Key, Value)| {
            let (id, place) = (self.id(key, outputs).unwrap_or_default(), self.store.place());
            Fault::new(format!("{key}: `{id}` carries the tags of this stack, and {place} knows nothing of it"))
        };
        let errors = forgotten.iter().map(fault).collect();
        Err(Failure { exit: Exit::Failed, errors, hints: Vec::new() }
            .hint(Hint::from("if the state is missing, ").run(SuggestedCommand::stack("recover")).text(" rebuilds it"))
            .hint("if another state knows it, use that one, or choose another `deployment.serviceName` or stage"))
    }

    /// Reads only these resources and plans their changes to `desired`. The caller knows that nothing else has to
    /// change. Changes nothing.
    pub(crate) async fn survey_only(
        &self,
        run: &Run,
        state: State,
        desired: &Desired,
        keys: &BTreeSet<Key>,
    ) -> Result<Survey, Failure> {
        let (part, wanted) = (state.only(keys), desired.only(keys, &state));
        let observed = self.engine(run, &run.report).observe(&part, &wanted).await?;
        let plan = plan(&wanted, &part, &observed, &self.catalog, &Consent::default())?;
        Ok(Survey { state, observed, plan })
    }

    /// Leaves the temporary user of an interrupted check out of the number of users that would be lost.
    async fn discount_check_user(&self, run: &Run, state: &State, observed: &mut Observed) -> Result<(), Failure> {
        let Some(user) = &state.temporary_user else { return Ok(()) };
        let pool =
            |key: &&Key| state.resources.get(key).is_some_and(|pool| pool.outputs["id"] == user.user_pool_id[..]);
        let Some(key) = observed.holdings.keys().find(pool).cloned() else { return Ok(()) };
        let there = check::left_over((&self.cloud, &run.report), (user, state), observed).await;
        let there = there.map_err(|error| Failure::failed("the user of an interrupted check").detail(error))?;
        if let Some(users) = observed.holdings.get_mut(&key).filter(|_| there == check::LeftOver::Ours) {
            *users = users.saturating_sub(1);
        }
        Ok(())
    }

    /// Reads the live resources that are recorded or pending. Changes nothing.
    pub(crate) async fn look(&self, run: &Run, desired: &Desired) -> Result<(State, Observed), Failure> {
        let state = {
            let _progress = run.report.progress("reading the state");
            self.state().await?
        };
        let count = counted(state.resources.len(), "resource");
        let _progress = run.report.progress(format!("reading the live settings of {count}"));
        let observed = self.engine(run, &run.report).observe(&state, desired).await?;
        Ok((state, observed))
    }

    /// The engine on this cloud, which tells `events` what it does.
    pub(crate) fn engine<'s>(&'s self, run: &'s Run, events: &'s dyn Events) -> Engine<'s, Clients> {
        let parallel = run.options.parallel.into();
        Engine { catalog: &self.catalog, cloud: &self.cloud, events, interrupt: &run.cancel.interrupt, parallel }
    }

    /// Checks that a state belongs to this stack and location.
    pub(crate) fn check(&self, state: &State) -> Result<(), Failure> {
        Ok(state.check(&self.place)?)
    }

    /// The operator, for the record: the AWS caller; on the local emulator, where all callers are the same, the user
    /// and host.
    pub(crate) fn who(&self, run: &Run) -> String {
        let caller = run.meter.connection().map(|connection| connection.caller.clone());
        caller.filter(|caller| self.emulator.is_none() && !caller.is_empty()).unwrap_or_else(|| {
            let (user, host) = cli::person(&run.options.environment);
            format!("{user} on {host}")
        })
    }

    /// Whether this is the local emulator.
    pub(crate) fn is_local(&self) -> bool {
        self.emulator.is_some()
    }

    /// An empty state for this location.
    pub(crate) fn blank(&self) -> State {
        let mut state = State::new(self.place.clone());
        self.origin.note(&mut state);
        state
    }

    /// The state, checked against this location.
    pub(crate) async fn state(&self) -> Result<State, Failure> {
        self.settled(self.store.load().await?).await
    }

    /// The loaded state, checked against this location; an empty one when it is missing.
    pub(crate) async fn settled(&self, loaded: Option<State>) -> Result<State, Failure> {
        let Some(mut state) = loaded else {
            leftover_state::refuse(&*self.store, self.unmoved.as_ref()).await?;
            return Ok(self.blank());
        };
        self.origin.note(&mut state);
        if self.emulator.is_some() {
            // The emulator may have restarted on another port.
            state.endpoint.clone_from(&self.place.endpoint);
        }
        if state.is_empty() {
            // An empty state belongs to no location. Keeping it keeps its serial.
            state.region.clone_from(&self.place.region);
            state.account.clone_from(&self.place.account);
            state.endpoint.clone_from(&self.place.endpoint);
        }
        state.check(&self.place)?;
        Ok(state)
    }

    /// The stack and its location.
    pub(crate) fn target(&self) -> Target {
        let StackIdentity { stack, stage, region, account, endpoint } = self.place.clone();
        Target { stack, stage, location: Location { region, account, endpoint, local: self.emulator.is_some() } }
    }
}
