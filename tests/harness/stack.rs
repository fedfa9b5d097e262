//! One stack on one local cloud, brought up and down as the commands do it: observe, plan, execute.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use stackctl::{
    aws::{Calls, Cloud, Options},
    engine::{
        Action, Consent, Discovery, Engine, Interrupt, Key, Outcome, Plan, Refused, Rollout, Silent, Trial, Tried,
        Verb, plan,
    },
    plan_text,
    resources::catalog,
    stack::rewire,
    state::{Place, State, Store},
};
use stackctl_local::{Settings, Weather};

use super::{
    Bridge, Listener,
    project::Project,
    wire::{Cut, Wire},
};

/// Changes are confirmed unseen.
const UNSEEN: Rollout<'static, Unseen> = Rollout { trial: None, undo: true, by: "ann" };

/// A trial that never takes place.
struct Unseen;

impl Trial for Unseen {
    type Report = ();

    async fn run(&self, _: State, _: &dyn Store) -> Tried<()> {
        unreachable!("nobody asks for it")
    }
}

/// A local cloud, and the state of one stack on it.
pub(crate) struct Stack {
    pub(crate) local: stackctl_local::Cloud,
    pub(crate) wire: Arc<Wire>,
    /// The service and the stage.
    name: (&'static str, &'static str),
}

/// What a process is to do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Command<'p> {
    Up(&'p Project),
    /// With the number of users that may be deleted, when one is named.
    Down(Option<u64>),
}

impl Command<'_> {
    fn project(&self) -> Option<&Project> {
        match self {
            Self::Up(project) => Some(project),
            Self::Down(_) => None,
        }
    }

    fn consent(&self) -> Consent {
        match self {
            Self::Up(_) => Consent::default(),
            Self::Down(delete_holdings) => Consent { delete_holdings: *delete_holdings },
        }
    }
}

/// What became of one process that did not die.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) plan: Plan,
    /// `None` when there was nothing to do.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) calls: Calls,
    pub(crate) saves: usize,
    /// What was waited for.
    pub(crate) waits: Vec<String>,
}

/// What became of a search for a lost stack.
#[derive(Debug)]
pub(crate) struct Recovery {
    pub(crate) discovery: Discovery,
    pub(crate) calls: Calls,
    /// What was waited for.
    pub(crate) waits: Vec<String>,
}

impl Recovery {
    /// What is in the state now.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.discovery.state.resources.keys().map(ToString::to_string).collect()
    }
}

impl Run {
    /// Whether nothing failed.
    pub(crate) fn complete(&self) -> bool {
        self.outcome.as_ref().is_none_or(Outcome::complete)
    }

    /// What failed, for the message of an assertion.
    pub(crate) fn failures(&self) -> String {
        self.outcome.as_ref().map_or_else(String::new, |outcome| {
            format!("{:#?}, {} skipped, {:?}", outcome.failed, outcome.skipped, outcome.save_error)
        })
    }

    /// The steps that do something, as `update lambda_function.open: timeout`.
    pub(crate) fn steps(&self) -> Vec<String> {
        steps(&self.plan)
    }

    /// What was written, by operation.
    pub(crate) fn writes(&self) -> BTreeMap<&str, u64> {
        let reads = ["Get", "List", "Describe"];
        let operations = self.calls.by_operation.iter().map(|(operation, count)| (operation.as_str(), *count));
        operations
            .filter(|(operation, _)| {
                let name = operation.split_once(':').unwrap().1;
                !reads.iter().any(|read| name.starts_with(read))
            })
            .collect()
    }

    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert!(self.complete(), "{}", self.failures());
        self
    }
}

/// The steps that do something, with the fields that make them necessary.
pub(crate) fn steps(plan: &Plan) -> Vec<String> {
    let acting = plan.steps.iter().filter(|step| step.action.verb() != Verb::Keep);
    let mut steps: Vec<String> = acting
        .map(|step| {
            let (verb, changes) = match &step.action {
                Action::Adopt { changes, .. } => ("adopt", changes.as_slice()),
                Action::Update { changes, .. } => ("update", changes.as_slice()),
                Action::Replace { because, .. } => ("replace", because.as_slice()),
                Action::Create { .. } => ("create", &[][..]),
                Action::Delete { .. } => ("delete", &[][..]),
                Action::Forget { .. } => ("forget", &[][..]),
                Action::Keep { .. } => ("keep", &[][..]),
            };
            let fields = changes.iter().map(|change| change.path.join(".")).collect::<Vec<_>>().join(", ");
            let colon = if fields.is_empty() { "" } else { ": " };
            format!("{verb} {}{colon}{fields}", step.key)
        })
        .collect();
    steps.sort();
    steps
}

impl Stack {
    pub(crate) fn new() -> Self {
        Self::on(Settings::default())
    }

    pub(crate) fn on(settings: Settings) -> Self {
        Self { local: stackctl_local::Cloud::new(settings), wire: Arc::default(), name: ("shop", "dev") }
    }

    /// Another stack on the same cloud, with a state of its own.
    pub(crate) fn neighbour(&self, service: &'static str, stage: &'static str) -> Self {
        Self { local: self.local.clone(), wire: Arc::default(), name: (service, stage) }
    }

    /// Another stack on a cloud of its own, which is as this one is now and in its own weather from here on.
    pub(crate) fn fork(&self, weather: Weather) -> Self {
        let settings = Settings { weather, ..self.local.settings().clone() };
        let local = self.local.fork(settings).expect("it is in memory");
        Self { local, wire: Arc::new(self.wire.fork()), name: self.name }
    }

    /// A process's own clients, whose calls are not counted with the stack's.
    pub(crate) async fn clients(&self) -> Cloud {
        super::connect(&self.local).await
    }

    /// The clients of a process that brings a project up; its calls are counted, and something may go wrong with one.
    pub(crate) async fn connect(&self, project: Option<&Project>) -> Result<Cloud, String> {
        let options = Options {
            region: Some("us-west-2".into()),
            local: Some("http://local.test".into()),
            http_client: Some(self.wire.client(Bridge::client(&self.local))),
            ..Options::default()
        };
        let mut cloud = Cloud::connect(options).await.map_err(|error| error.to_string())?;
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

    /// Runs a command in a process that somebody wishes to stop after this time.
    pub(crate) async fn interrupted(&self, command: Command<'_>, after: Duration) -> Run {
        self.wire.arm(None);
        let interrupt = Interrupt::new();
        let wish = async {
            tokio::time::sleep(after).await;
            interrupt.request();
        };
        let (ran, ()) = tokio::join!(self.attempt(command, &interrupt), wish);
        ran.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs a command in a process with which `cut` goes wrong; `None` when it died of that, and an error when it could
    /// not even plan.
    pub(crate) async fn cut(&self, command: Command<'_>, cut: Option<Cut>) -> Option<Result<Run, String>> {
        self.wire.arm(cut);
        let interrupt = Interrupt::new();
        tokio::select! {
            biased;
            () = self.wire.died() => {
                // What it had sent before still takes effect.
                tokio::time::sleep(self.local.settings().weather.latency).await;
                None
            }
            ran = Box::pin(self.attempt(command, &interrupt)) => Some(ran),
        }
    }

    async fn attempt(&self, command: Command<'_>, interrupt: &Interrupt) -> Result<Run, String> {
        let cloud = self.connect(command.project()).await?;
        let catalog = catalog();
        let listener = Listener::default();
        let engine = Engine { catalog: &catalog, cloud: &cloud, events: &listener, interrupt, parallel: 10 };
        let desired = command.project().map(|project| project.desired(&cloud)).unwrap_or_default();
        let state = self.state(&cloud);
        let observed = engine.observe(&state, &desired).await.map_err(|error| error.to_string())?;
        let plan =
            plan(&desired, &state, &observed, &catalog, &command.consent()).map_err(|error| error.to_string())?;
        let outcome = match command {
            Command::Up(_) if !plan.is_empty() || state.unchecked.is_some() => {
                Some(engine.roll_out(plan.clone(), state, &*self.wire, &UNSEEN).await.outcome)
            }
            Command::Down(_) if !plan.is_empty() => {
                // What was served goes, so that nothing can be gone back to.
                let state = State { unchecked: None, releases: Vec::new(), ..state };
                Some(engine.execute(&plan, state, &*self.wire).await)
            }
            _ => None,
        };
        self.wire.check_states();
        self.wire.check("a plan", &plan_text(Ok(plan.clone()), &catalog));
        let run = Run { plan, outcome, calls: cloud.calls(), saves: self.wire.saves(), waits: listener.heard() };
        self.wire.check("what a run says", &format!("{}\n{:?}", run.failures(), run.waits));
        Ok(run)
    }

    /// The state as it is stored, or a new one.
    pub(crate) fn state(&self, cloud: &Cloud) -> State {
        self.wire.state().unwrap_or_else(|| {
            State::new(Place {
                stack: self.name.0.into(),
                stage: self.name.1.into(),
                region: cloud.region.clone(),
                account: cloud.account.clone(),
                endpoint: cloud.endpoint.clone(),
            })
        })
    }

    /// Loses the state and rebuilds it, unless nobody can tell which things are the stack's.
    pub(crate) async fn recover(&self, project: &Project) -> Recovery {
        self.wire.arm(None);
        self.wire.lose_state();
        let cloud = self.connect(Some(project)).await.unwrap_or_else(|error| panic!("{error}"));
        let (catalog, listener) = (catalog(), Listener::default());
        let engine =
            Engine { catalog: &catalog, cloud: &cloud, events: &listener, interrupt: &Interrupt::new(), parallel: 10 };
        let found = engine.discover(self.state(&cloud), &project.sought(&cloud), &project.scope()).await;
        let mut discovery = found.unwrap_or_else(|error| panic!("{error}"));
        rewire(&mut discovery.state, &project.desired(&cloud));
        if discovery.several.is_empty() {
            self.wire.replace_state(State { serial: 1, ..discovery.state.clone() });
        }
        Recovery { discovery, calls: cloud.calls(), waits: listener.heard() }
    }

    /// The plan that an `up` would carry out now.
    pub(crate) async fn planned(&self, project: &Project) -> Plan {
        self.plan(project).await.unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// The plan that an `up` would carry out now, or why there is none.
    pub(crate) async fn plan(&self, project: &Project) -> Result<Plan, Refused> {
        self.wire.arm(None);
        let cloud = self.connect(Some(project)).await.unwrap_or_else(|error| panic!("{error}"));
        let catalog = catalog();
        let engine =
            Engine { catalog: &catalog, cloud: &cloud, events: &Silent, interrupt: &Interrupt::new(), parallel: 10 };
        let (desired, state) = (project.desired(&cloud), self.state(&cloud));
        let observed = engine.observe(&state, &desired).await.unwrap_or_else(|error| panic!("{error}"));
        plan(&desired, &state, &observed, &catalog, &Consent::default())
    }

    /// An id out of the recorded outputs.
    pub(crate) fn output(&self, key: &str, output: &str) -> String {
        let state = self.wire.state().expect("it is up");
        let outputs = &state.resources[&key.parse::<Key>().unwrap()].outputs;
        outputs[output].as_str().unwrap_or_else(|| panic!("{key} has no {output}: {outputs}")).to_owned()
    }
}
