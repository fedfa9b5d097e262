//! A journey of the real binary, killed with a real SIGKILL by the emulator that it calls.
//!
//! The state is in a bucket of that emulator: a save is a request like any other, and the process can be killed at it.
//! The process is held until the emulator knows its process id and the call, so no call can arrive too early.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::{Value, json};
use stackctl::engine::State;
use stackctl_local::{Effect, Emulator, Fault, Settings};

use super::{
    deeds,
    expected::{Expected, Sight, require},
    journeys::{Journey, Order},
    kills::{Kill, Moment},
    tally::Tally,
};
use crate::{
    cli::{
        emulator::{Address, ServedEmulator},
        sandbox::{Ran, Sandbox},
    },
    harness::project::patched,
};

const SIGKILL: i32 = 9;
const BUCKET: &str = "states";

/// If the first cut is at place `n` of its column, the second cut is at place `n` modulo this, counted from the first
/// call. Every run makes more calls than this.
const SECOND_CUTS: usize = 12;

/// A prepared journey. Emulator and state are as they are before the run that is killed.
pub(super) struct Binary {
    journey: Journey,
    address: Address,
    sandbox: Sandbox,
    start: Emulator,
    /// The calls of the undisturbed run.
    calls: Vec<Call>,
    /// The commands that run after a kill, each with its expected result.
    then: Vec<(Order, Option<Expected>)>,
    /// Results of next runs for which the checks of idleness and of `down` have passed.
    proven: RefCell<BTreeSet<String>>,
}

/// One call, with the number of earlier calls of the same operation.
#[derive(Debug, Clone)]
struct Call {
    operation: String,
    before: usize,
}

impl Call {
    /// Whether the call reads or writes the state or its lock.
    fn saves(&self) -> bool {
        self.operation.starts_with("s3:")
    }
}

impl Binary {
    pub(super) fn prepare(journey: Journey) -> Self {
        let address = Address::new();
        let sandbox = address.reached_from(Sandbox::empty());
        let start = Emulator::new(Settings::default());
        {
            let served = ServedEmulator::at(&address, start.clone());
            served.create_bucket(BUCKET);
            for before in &journey.before {
                done(&sandbox, before);
            }
            if let Some(deed) = journey.deed {
                served.by_hand(async |_| deeds::carry_out(deed, &start).await);
            }
        }
        let calls = {
            let served = ServedEmulator::at(&address, start.fork(Settings::default()).unwrap());
            done(&sandbox, &journey.cut);
            counted(served.cloud.call_log())
        };
        let straight = sights(&address, &start, (&sandbox, &[], &journey.then));
        let whole = sights(&address, &start, (&sandbox, std::slice::from_ref(&journey.cut), &journey.then));
        let expected = straight.iter().zip(whole).map(|(straight, whole)| Expected::new(straight, whole));
        let then = journey.then.iter().zip(expected);
        let then =
            then.map(|(order, expected)| (order.clone(), (!order.may_be_refused()).then_some(expected))).collect();
        Self { journey, address, sandbox, start, calls, then, proven: RefCell::default() }
    }

    /// Kills the run at every `stride`-th call of a column.
    pub(super) fn column(&self, kill: &Kill, stride: usize) -> Tally {
        let mut tally = Tally::default();
        for moment in kill.moments {
            let calls = self.calls.iter().filter(|call| call.saves() == kill.saves);
            for (at, call) in calls.enumerate().step_by(stride) {
                if let Some(outcome) = self.cell(call, *moment, at).transpose() {
                    tally.add(&format!("{}, {moment:?} {call:?}", kill.name), outcome);
                }
            }
        }
        tally
    }

    /// `None` if the run ended before it reached that call.
    fn cell(&self, call: &Call, moment: Moment, at: usize) -> Result<Option<()>, String> {
        let served = ServedEmulator::at(&self.address, self.start.fork(Settings::default()).unwrap());
        let place = (Some(call.operation.clone()), call.before);
        if !self.killed(&served, &self.journey.cut, place, moment)? {
            // Results are saved at most once per second, so the number of saves depends on the machine.
            return if call.saves() { Ok(None) } else { Err("it was not killed".into()) };
        }
        if let Some(again) = &self.journey.again {
            let killed = self.killed(&served, again, (None, at % SECOND_CUTS), moment)?;
            require(killed, || "it was not killed again".into())?;
        }
        self.demand(&served, moment).map(Some)
    }

    /// Runs a command that is killed at the call after `skip` calls, of one operation or of any. Returns whether it
    /// reached that call.
    fn killed(
        &self,
        served: &ServedEmulator,
        order: &Order,
        (operation, skip): (Option<String>, usize),
        moment: Moment,
    ) -> Result<bool, String> {
        let mut held = self.sandbox.hold(&line(&self.sandbox, order));
        let effect = Effect::Kill { pid: held.id(), after: moment == Moment::After };
        served.cloud.add_fault(Fault { operation, skip, times: 1, effect });
        held.write("go\n");
        let ran = held.end();
        served.settle();
        let killed = ran.signal == Some(SIGKILL);
        require(killed || (ran.code == 0) != order.fails(), || format!("it ended with {ran:?}"))?;
        Ok(killed)
    }

    /// Checks the same requirements as for a run in this process.
    fn demand(&self, served: &ServedEmulator, moment: Moment) -> Result<(), String> {
        sight(served).calls_nothing_that_is_gone()?;
        for (order, expected) in &self.then {
            converges(&run(&self.sandbox, order), order).map_err(|why| format!("the next run: {why}"))?;
            let seen = sight(served);
            seen.calls_nothing_that_is_gone().map_err(|why| format!("the next run: {why}"))?;
            // A request that was sent before the process died has arrived, too.
            expected.as_ref().map_or(Ok(()), |expected| expected.compare(&seen, moment == Moment::After))?;
        }
        let seen = sight(served);
        let outcome = seen.canonical();
        if !self.proven.borrow().contains(&outcome) {
            self.rests(served, &seen).map_err(|why| format!("the run after: {why}"))?;
            let down = self.journey.down();
            converges(&run(&self.sandbox, &down), &down).map_err(|why| format!("down: {why}"))?;
            sight(served).is_empty().map_err(|why| format!("down: {why}"))?;
            self.proven.borrow_mut().insert(outcome);
        }
        Ok(())
    }

    /// Checks that the run after the one that converged writes nothing.
    fn rests(&self, served: &ServedEmulator, before: &Sight) -> Result<(), String> {
        let (last, _) = self.then.last().expect("a command runs after a kill");
        let ran = self.sandbox.run(&format!("{} --json", line(&self.sandbox, last)));
        converges(&ran, last)?;
        let done: Value = ran.out.lines().last().and_then(|event| serde_json::from_str(event).ok()).unwrap_or_default();
        // The lock is in the bucket, too.
        let lock = ["s3:PutObject", "s3:DeleteObject"].iter().filter_map(|write| done["calls"][write].as_u64()).sum();
        let idle = (done["writes"].as_u64(), done["saves"].as_u64()) == (Some(lock), Some(0));
        require(idle, || format!("it writes: {}", ran.out))?;
        let after = sight(served);
        require(after.world == before.world, || "it changes the emulator's data".into())?;
        require(after.state == before.state, || "it changes the state".into())
    }
}

/// The calls of a log, each with its position among the calls of its operation.
fn counted(log: Vec<String>) -> Vec<Call> {
    let mut counts = BTreeMap::<String, usize>::new();
    let calls = log.into_iter().map(|operation| {
        let count = counts.entry(operation.clone()).or_default();
        *count += 1;
        Call { operation, before: *count - 1 }
    });
    calls.collect()
}

/// The arguments of a command. Also writes the files of its project.
fn line(sandbox: &Sandbox, order: &Order) -> String {
    match order {
        Order::Up(project) | Order::Check(project, _) => {
            for (name, text) in &project.files {
                sandbox.write(name, &if *name == "config.json" { kept_in_a_bucket(text) } else { text.clone() });
            }
            "up --yes".into()
        }
        Order::Rollback(number, _) | Order::RollbackIfAvailable(number, _) => format!("rollback {number} --yes"),
        Order::Down(None) => "down --yes".into(),
        Order::Down(Some(users)) => format!("down --yes --delete-users {users}"),
    }
}

/// The same config with its state in the bucket.
fn kept_in_a_bucket(config: &str) -> String {
    let config = serde_json::from_str(config).unwrap();
    patched(&config, &json!({ "state": { "s3": { "bucket": BUCKET, "region": "eu-west-1" } } })).to_string()
}

fn run(sandbox: &Sandbox, order: &Order) -> Ran {
    sandbox.run(&line(sandbox, order))
}

/// Checks that the command succeeded. If its check is expected to fail, the check must have failed and the deployment
/// must have been rolled back.
fn converges(ran: &Ran, order: &Order) -> Result<(), String> {
    let ended = || format!("exit code {}\n{}", ran.code, ran.err);
    if order.may_be_refused() && ran.code == 1 {
        require(ran.err.contains("is not available"), ended)
    } else if order.fails() {
        require(ran.code == 1 && ran.err.contains("hint: rolled back: "), ended)
    } else {
        require(ran.code == 0, ended)
    }
}

fn done(sandbox: &Sandbox, order: &Order) {
    converges(&run(sandbox, order), order).unwrap_or_else(|why| panic!("{why}"));
}

/// The emulator's data and the state after each of `orders`, which run after `before`.
fn sights(
    address: &Address,
    start: &Emulator,
    (sandbox, before, orders): (&Sandbox, &[Order], &[Order]),
) -> Vec<Sight> {
    let served = ServedEmulator::at(address, start.fork(Settings::default()).unwrap());
    for order in before {
        done(sandbox, order);
    }
    let sights = orders.iter().map(|order| {
        done(sandbox, order);
        sight(&served)
    });
    sights.collect()
}

/// The emulator's data and the state in its bucket.
fn sight(served: &ServedEmulator) -> Sight {
    let state = served.objects(BUCKET).into_iter().find(|(key, _)| key == "stackctl/shop.dev.json");
    Sight::new(&served.cloud, state.map(|(_, text)| state_of(&text)))
}

fn state_of(text: &str) -> State {
    let mut document: Value = serde_json::from_str(text).unwrap();
    serde_json::from_value(document["state"].take()).unwrap()
}
