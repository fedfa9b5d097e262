//! One stack on one local emulator, deployed and destroyed as the commands do it: observe, plan, execute.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use stackctl::{
    aws::{Calls, Clients, ConnectOptions, permissions::Deployer},
    check::{CheckRunner, LeftOver, Propagation, again, dismiss, left_over, recorded},
    config::Config,
    engine::{
        Consent, Discovery, Engine, Interrupt, Key, Plan, Refused, ReleaseEntry, RollbackOutcome, Rollout, Silent,
        StackIdentity, State, plan, save_state,
    },
    plan_text,
    resources::{Writes, catalog, writes},
    stack::{needed, rewire},
};
use stackctl_local::{Settings, Weather};

pub(crate) use super::command::{Command, Run, steps};
use super::{
    Listener,
    courier::Wired,
    project::Project,
    wire::{Cut, Death, Wire},
};

/// A local emulator, and the state of one stack on it.
pub(crate) struct Stack {
    pub(crate) local: stackctl_local::Emulator,
    pub(crate) wire: Arc<Wire>,
    /// The service and the stage.
    name: (&'static str, &'static str),
    /// How often each operation arrived, in addition to the emulator's own counts.
    pub(crate) earlier: BTreeMap<String, usize>,
}

/// The result of a recovery of a missing state.
#[derive(Debug)]
pub(crate) struct Recovery {
    pub(crate) discovery: Discovery,
    pub(crate) calls: Calls,
    pub(crate) waits: Vec<String>,
}

impl Recovery {
    /// The keys in the recovered state.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.discovery.state.resources.keys().map(ToString::to_string).collect()
    }
}

/// The check of a project through this transport, without waits.
fn check<'c>(engine: &Engine<'c, Clients>, project: &'c Project, courier: &'c Wired<'c>) -> CheckRunner<'c, Wired<'c>> {
    CheckRunner {
        config: project.config(),
        cloud: engine.cloud,
        events: engine.events,
        interrupt: engine.interrupt,
        courier,
        emulator: None,
        propagation: Propagation::NONE,
    }
}

/// The access key id of the deployer of a stack.
fn caller((service, stage): (&str, &str)) -> String {
    format!("{service}.{stage}")
}

/// The deployer of a stack, whose state is in no bucket.
fn deployer((service, stage): (&str, &str), account: &str) -> Deployer {
    Deployer {
        account: account.into(),
        region: "us-west-2".into(),
        service_name: service.into(),
        stage: stage.into(),
        state: None,
        read_only: false,
    }
}

/// The entry of a release of this config.
fn entry(config: &Config) -> ReleaseEntry {
    ReleaseEntry { by: "ann".into(), needs: needed(config), checks: recorded(config) }
}

impl Stack {
    pub(crate) fn new() -> Self {
        Self::on(Settings::default())
    }

    /// A stack whose processes have the permissions that `stackctl policy` prints for it, and no others.
    pub(crate) fn on(settings: Settings) -> Self {
        let name = ("shop", "dev");
        let policies = [name].map(|name| (caller(name), deployer(name, &settings.account).policies()));
        let local = stackctl_local::Emulator::new(Settings { caller_policies: policies.into(), ..settings });
        Self { local, wire: Arc::default(), name, earlier: BTreeMap::new() }
    }

    /// Another stack on the same emulator, with its own state.
    pub(crate) fn neighbour(&self, service: &'static str, stage: &'static str) -> Self {
        Self { local: self.local.clone(), wire: Arc::default(), name: (service, stage), earlier: BTreeMap::new() }
    }

    /// A copy of this stack on a copy of its emulator, with different weather.
    pub(crate) fn fork(&self, weather: Weather) -> Self {
        let settings = Settings { weather, ..self.local.settings().clone() };
        let local = self.local.fork(settings).expect("it is in memory");
        Self { local, wire: Arc::new(self.wire.fork()), name: self.name, earlier: BTreeMap::new() }
    }

    /// Runs a command to its end. Returns the leftovers of a process for each call or save at which it could have died.
    pub(crate) async fn deaths(&self, command: Command<'_>) -> Vec<Death> {
        self.wire.start_recording(&self.local);
        self.run(command).await.done();
        self.wire.recorded()
    }

    /// The stack as left by a process that died.
    pub(crate) async fn left_by(&self, death: &Death) -> Self {
        let (local, wire, earlier) = death.left().await;
        Self { local, wire: Arc::new(wire), name: self.name, earlier }
    }

    /// Clients whose calls are not counted with those of the stack.
    pub(crate) async fn clients(&self) -> Clients {
        super::connect(&self.local).await
    }

    /// The clients of a process that deploys a project. Its calls are counted, and one of them can fail.
    pub(crate) async fn connect(&self, project: Option<&Project>) -> Result<Clients, String> {
        let options = ConnectOptions {
            region: Some("us-west-2".into()),
            local: Some("http://local.test".into()),
            paced: self.local.settings().weather.typical,
            http_client: Some(self.wire.client(&self.local, &caller(self.name))),
            ..ConnectOptions::default()
        };
        let mut cloud = Clients::connect(options).await.map_err(|error| error.to_string())?;
        cloud.packages = project.map(Project::zips).unwrap_or_default();
        Ok(cloud)
    }

    pub(crate) async fn up(&self, project: &Project) -> Run {
        self.run(Command::Up(project)).await
    }

    pub(crate) async fn down(&self) -> Run {
        self.run(Command::Down(None)).await
    }

    pub(crate) async fn run(&self, command: Command<'_>) -> Run {
        let ran = self.cut(command, None).await.expect("nothing cuts it");
        ran.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs a command in a process that is interrupted after this time.
    pub(crate) async fn interrupted(&self, command: Command<'_>, after: Duration) -> Run {
        self.wire.arm(None);
        let interrupt = Interrupt::new();
        let wish = async {
            tokio::time::sleep(after).await;
            interrupt.request();
        };
        let (ran, ()) = tokio::join!(Box::pin(self.attempt(command, &interrupt)), wish);
        ran.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs a command in a process with the failure `cut`. Returns `None` if the process died of it, and an error if it
    /// could not even plan.
    pub(crate) async fn cut(&self, command: Command<'_>, cut: Option<Cut>) -> Option<Result<Run, String>> {
        self.wire.arm(cut);
        let interrupt = Interrupt::new();
        tokio::select! {
            biased;
            () = self.wire.died() => {
                // The requests that it had sent still take effect.
                tokio::time::sleep(self.local.settings().weather.latency).await;
                None
            }
            ran = Box::pin(self.attempt(command, &interrupt)) => Some(ran),
        }
    }

    async fn attempt(&self, command: Command<'_>, interrupt: &Interrupt) -> Result<Run, String> {
        let cloud = self.connect(command.project()).await?;
        let (catalog, listener) = (catalog(), Listener::default());
        let engine = Engine { catalog: &catalog, cloud: &cloud, events: &listener, interrupt, parallel: 64 };
        let mut run = match command {
            Command::Rollback { number, project, answers } => {
                let courier = Wired::new(&self.local, answers);
                let run = self.go_back(&engine, (number, project), &courier).await?;
                Run { invoked: courier.invoked(), ..run }
            }
            Command::Down(_) => self.execute(&engine, command).await?,
            Command::Up(project) => {
                let courier = Wired::new(&self.local, 200);
                self.roll_out(&engine, command, (&check(&engine, project, &courier), false, true)).await?
            }
            Command::Check { project, answers, undo } => {
                let courier = Wired::new(&self.local, answers);
                let check = check(&engine, project, &courier);
                let run = self.roll_out(&engine, command, (&check, true, undo)).await?;
                Run { invoked: courier.invoked(), ..run }
            }
        };
        (run.calls, run.saves, run.waits) = (cloud.calls(), self.wire.saves(), listener.heard());
        self.wire.check_states();
        if let Some(plan) = &run.plan {
            self.wire.check("a plan", &plan_text(Ok(plan.clone()), &catalog));
        }
        self.wire.check("what a run says", &format!("{}\n{:?}\n{:?}", run.failures(), run.waits, run.tried));
        Ok(run)
    }

    /// The plan of a command, the state before it, and the calls that it is expected to make.
    async fn prepare(
        &self,
        engine: &Engine<'_, Clients>,
        command: Command<'_>,
    ) -> Result<(Plan, State, Writes), String> {
        let desired = command.project().map(|project| project.desired(engine.cloud)).unwrap_or_default();
        let state = self.state(engine.cloud);
        let observed = engine.observe(&state, &desired).await.map_err(|error| error.to_string())?;
        let plan = plan(&desired, &state, &observed, engine.catalog, &command.consent());
        let plan = plan.map_err(|error| error.to_string())?;
        let expected = writes(&plan, &observed);
        Ok((plan, state, expected))
    }

    async fn execute(&self, engine: &Engine<'_, Clients>, command: Command<'_>) -> Result<Run, String> {
        let (plan, state, expected) = self.prepare(engine, command).await?;
        // A destroy deletes the live deployment, so no release remains to roll back to.
        let state = State { unconfirmed: None, releases: Vec::new(), ..state };
        let outcome = if plan.is_empty() { None } else { Some(engine.execute(&plan, state, &*self.wire).await) };
        Ok(Run { plan: Some(plan), expected, outcome, ..Run::default() })
    }

    async fn roll_out(
        &self,
        engine: &Engine<'_, Clients>,
        command: Command<'_>,
        (check, checked, undo): (&CheckRunner<'_, Wired<'_>>, bool, bool),
    ) -> Result<Run, String> {
        let (plan, state, expected) = self.prepare(engine, command).await?;
        let run = Run { plan: Some(plan.clone()), expected, ..Run::default() };
        if plan.is_empty() && state.unconfirmed.is_none() && state.temporary_user.is_none() {
            return Ok(run);
        }
        let state = self.dismiss(engine, state).await?;
        if plan.is_empty() && state.unconfirmed.is_none() {
            return Ok(run);
        }
        let how = Rollout { trial: checked.then_some(check), undo, entry: &entry(check.config) };
        let rolled = engine.roll_out(plan, state, &*self.wire, &how).await;
        Ok(Run { outcome: Some(rolled.outcome), tried: rolled.tried, back: rolled.back, ..run })
    }

    /// Deletes the user that an earlier check left.
    async fn dismiss(&self, engine: &Engine<'_, Clients>, mut state: State) -> Result<State, String> {
        let Some(user) = state.temporary_user.take() else { return Ok(state) };
        let pools = state.resources.keys().filter(|key| key.kind.as_str() == "user_pool").cloned().collect();
        let observed = engine.look_at(&state, &pools).await.map_err(|error| error.to_string())?;
        let at = (engine.cloud, engine.events);
        let left = left_over(at, (&user, &state), &observed).await.map_err(|error| error.to_string())?;
        if left == LeftOver::Ours {
            dismiss(at, &user).await.map_err(|error| error.to_string())?;
        }
        save_state(state, &*self.wire).await.map_err(|error| error.to_string())
    }

    /// Rolls back to a release. Returns an error if there are obstacles.
    async fn go_back(
        &self,
        engine: &Engine<'_, Clients>,
        (number, project): (u64, &Project),
        courier: &Wired<'_>,
    ) -> Result<Run, String> {
        let state = self.state(engine.cloud);
        let release = state.releases.iter().find(|release| release.number == number).expect("it is kept").clone();
        let present = engine.present(&state, &[&release]).await.map_err(|error| error.to_string())?;
        let obstacles = engine.obstacles(&state, &present, &release).await.map_err(|error| error.to_string())?;
        if !obstacles.is_empty() {
            return Err(format!("{obstacles:?}"));
        }
        let way = present.way_back(&state, &release);
        let state = self.dismiss(engine, state).await?;
        if way.moves.is_empty() {
            return Ok(Run::default());
        }
        let again = again(project.config(), &release.checks).map_err(|error| error.to_string())?;
        let check = CheckRunner { config: &again.config, ..check(engine, project, courier) };
        let how = Rollout { trial: Some(&check), undo: true, entry: &entry(project.config()) };
        let went = engine.go_back(state, &*self.wire, (&release, &present), &how).await;
        let RollbackOutcome { back, tried, save_error, .. } = went;
        Ok(Run { back: Some(back), tried, save_error, ..Run::default() })
    }

    /// The stored state, or a new one.
    pub(crate) fn state(&self, cloud: &Clients) -> State {
        self.wire.state().unwrap_or_else(|| {
            State::new(StackIdentity {
                stack: self.name.0.into(),
                stage: self.name.1.into(),
                region: cloud.region.clone(),
                account: cloud.account.clone(),
                endpoint: cloud.endpoint.clone(),
            })
        })
    }

    /// Loses the state and rebuilds it, unless several resources match the same key.
    pub(crate) async fn recover(&self, project: &Project) -> Recovery {
        self.wire.arm(None);
        self.wire.lose_state();
        let cloud = self.connect(Some(project)).await.unwrap_or_else(|error| panic!("{error}"));
        let (catalog, listener) = (catalog(), Listener::default());
        let engine =
            Engine { catalog: &catalog, cloud: &cloud, events: &listener, interrupt: &Interrupt::new(), parallel: 64 };
        let found = engine.discover(self.state(&cloud), &project.sought(&cloud), &project.scope()).await;
        let mut discovery = found.unwrap_or_else(|error| panic!("{error}"));
        rewire(&mut discovery.state, &project.desired(&cloud));
        if discovery.several.is_empty() {
            self.wire.replace_state(State { serial: 1, ..discovery.state.clone() });
        }
        Recovery { discovery, calls: cloud.calls(), waits: listener.heard() }
    }

    /// The plan of an `up`.
    pub(crate) async fn planned(&self, project: &Project) -> Plan {
        self.plan(project).await.unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// The plan of an `up`, or why it is rejected.
    pub(crate) async fn plan(&self, project: &Project) -> Result<Plan, Refused> {
        self.wire.arm(None);
        let cloud = self.connect(Some(project)).await.unwrap_or_else(|error| panic!("{error}"));
        let catalog = catalog();
        let engine =
            Engine { catalog: &catalog, cloud: &cloud, events: &Silent, interrupt: &Interrupt::new(), parallel: 64 };
        let (desired, state) = (project.desired(&cloud), self.state(&cloud));
        let observed = engine.observe(&state, &desired).await.unwrap_or_else(|error| panic!("{error}"));
        plan(&desired, &state, &observed, &catalog, &Consent::default())
    }

    /// An id from the recorded outputs.
    pub(crate) fn output(&self, key: &str, output: &str) -> String {
        let state = self.wire.state().expect("it is up");
        let outputs = &state.resources[&key.parse::<Key>().unwrap()].outputs;
        outputs[output].as_str().unwrap_or_else(|| panic!("{key} has no {output}: {outputs}")).to_owned()
    }
}
