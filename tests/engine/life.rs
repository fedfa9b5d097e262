//! Runs of the engine against the toy cloud, each as a process of its own.

use std::sync::Mutex;

use stackctl::engine::{
    Consent, Desired, Discovery, Engine, Event, Events, Interrupt, Outcome, Plan, Refused, Scope, StackIdentity, State,
    Store as _, plan,
};

use super::{
    config::Config,
    kinds::catalog,
    world::{Cut, World},
};

/// The result of one run.
#[derive(Debug)]
pub enum Run {
    Ended(Box<Outcome>),
    Refused(Refused),
    Died,
}

impl Run {
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Ended(outcome) => *outcome,
            Self::Refused(error) => panic!("no plan could be made: {error}"),
            Self::Died => panic!("the run did not end"),
        }
    }

    pub fn complete(&self) -> bool {
        matches!(self, Self::Ended(outcome) if outcome.complete())
    }
}

/// Collects the events.
#[derive(Debug, Default)]
pub struct Told(pub Mutex<Vec<Event>>);

impl Events for Told {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

pub fn place() -> StackIdentity {
    let text = |text: &str| text.to_owned();
    StackIdentity { stack: text("toy"), stage: text("dev"), region: text("r"), account: text("a"), endpoint: None }
}

pub fn state(world: &World) -> State {
    world.state().unwrap_or_else(|| State::new(place()))
}

/// Reads the cloud and plans, without changing anything.
pub async fn planned(world: &World, desired: &Desired, consent: Consent) -> Result<Plan, Refused> {
    let (catalog, told) = (catalog(), Told::default());
    let engine = Engine { catalog: &catalog, cloud: world, events: &told, interrupt: &Interrupt::new(), parallel: 4 };
    let state = state(world);
    let observed = engine.observe(&state, desired).await.expect("the toy cloud can be read");
    plan(desired, &state, &observed, &catalog, &consent)
}

/// One whole run, which dies at `cut`.
pub async fn run(world: &World, desired: &Desired, consent: Consent, cut: Option<Cut>) -> Run {
    world.arm(cut);
    let whole = async {
        let (catalog, told) = (catalog(), Told::default());
        let engine =
            Engine { catalog: &catalog, cloud: world, events: &told, interrupt: &Interrupt::new(), parallel: 4 };
        match planned(world, desired, consent).await {
            Err(error) => Run::Refused(error),
            Ok(plan) if plan.is_empty() => {
                let state = state(world);
                Run::Ended(Box::new(Outcome {
                    state,
                    done: 0,
                    failed: Vec::new(),
                    stopped: Vec::new(),
                    skipped: 0,
                    interrupted: false,
                    saves: 0,
                    save_error: None,
                }))
            }
            Ok(plan) => Run::Ended(Box::new(engine.execute(&plan, state(world), world).await)),
        }
    };
    tokio::select! {
        biased;
        () = world.death() => Run::Died,
        run = whole => run,
    }
}

/// Rebuilds a missing state from the live resources, and saves it unless something is ambiguous.
pub async fn recover(world: &World, desired: &Desired) -> Discovery {
    world.arm(None);
    let (catalog, told, interrupt) = (catalog(), Told::default(), Interrupt::new());
    let engine = Engine { catalog: &catalog, cloud: world, events: &told, interrupt: &interrupt, parallel: 4 };
    let scope = Scope { stack: "toy".into(), stage: "dev".into(), prefix: "toy-".into() };
    let discovery = engine.discover(State::new(place()), desired, &scope).await.expect("the toy cloud can be read");
    if discovery.several.is_empty() {
        world.save(&State { serial: 1, ..discovery.state.clone() }).await.expect("there is no state");
    }
    discovery
}

/// Resources that are missing from the state and that an `up` would create a second time.
pub async fn forgotten(world: &World, config: &Config) -> Vec<String> {
    let (catalog, told, interrupt) = (catalog(), Told::default(), Interrupt::new());
    let engine = Engine { catalog: &catalog, cloud: world, events: &told, interrupt: &interrupt, parallel: 4 };
    let state = world.state().unwrap_or_else(|| State::new(place()));
    let found = engine.forgotten(&state, &config.desired()).await.expect("the toy cloud can be read");
    found.iter().map(|(key, _)| key.to_string()).collect()
}

pub async fn up(world: &World, config: &Config) -> Run {
    run(world, &config.desired(), Consent::default(), None).await
}

pub async fn down(world: &World) -> Run {
    run(world, &Desired::default(), Consent::default(), None).await
}
