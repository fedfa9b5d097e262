//! A journey in this process, disturbed at each of its calls and saves in turn.

use std::time::Duration;

use serde_json::json;
use stackctl_local::{Fault, Weather};
use tokio::time::timeout;

use super::{
    columns::{Column, LISTED_LATE, Trouble, columns, usual},
    deeds,
    journeys::{Journey, Order, journey},
    proof::{Proof, Rigour},
    tally::Tally,
};
use crate::harness::{
    project::{Project, example, patched},
    stack::Stack,
    wire::{Cut, Death, Tick, Way},
};

/// A second cut is tried at every `STRIDE`-th call or save of the run after the first cut. The first of them depends on
/// the place of the first cut.
const STRIDE: usize = 12;

/// A prepared journey. The emulator is as it is before the run that is disturbed.
pub(super) struct Trial {
    journey: Journey,
    start: Stack,
    /// The calls and saves of the undisturbed run.
    ticks: Vec<Named>,
    /// The leftovers of each possible death in the usual weather.
    deaths: Vec<Death>,
    proof: Proof,
}

struct Named {
    tick: Tick,
    /// The operation, or `save`.
    name: String,
}

impl Trial {
    pub(super) async fn prepare(journey: Journey) -> Self {
        let start = Stack::new();
        for before in &journey.before {
            start.run(before.command()).await.done();
        }
        if let Some(deed) = journey.deed {
            deeds::carry_out(deed, &start.local).await;
        }
        let undisturbed = start.fork(usual());
        let deaths = undisturbed.deaths(journey.cut.command()).await;
        let ticks = named(&undisturbed);
        let proof = Proof::new(&journey, &start, undisturbed).await;
        Self { journey, start, ticks, deaths, proof }
    }

    /// Whether the disturbed run creates a resource that AWS may list late.
    pub(super) fn makes_what_is_listed_late(&self) -> bool {
        self.ticks.iter().any(|named| LISTED_LATE.contains(&named.name.as_str()))
    }

    /// Disturbs the journey in the ways of one column, each at every place that it can hit.
    pub(super) async fn column(&self, column: &Column) -> Tally {
        let mut tally = Tally::default();
        for trouble in &column.troubles {
            let rigour = Rigour { aged: column.weather != usual(), counted: !trouble.refuses() };
            for (at, named) in self.ticks.iter().enumerate() {
                if named.tick == Tick::Save && trouble.spares_saves() {
                    continue;
                }
                let story = format!("{}, {trouble:?} at {at}, {}", column.name, named.name);
                match self.disturbed(trouble, at, column.weather.clone()).await {
                    Err(why) => tally.add(&story, Err(why)),
                    Ok(stack) if self.journey.again.is_none() => {
                        tally.add(&story, self.proof.demand(&stack, rigour).await);
                    }
                    Ok(stack) => self.second_cuts(&stack, at, (&story, rigour), &mut tally).await,
                }
            }
        }
        tally
    }

    /// The stack after the disturbed run.
    async fn disturbed(&self, trouble: &Trouble, at: usize, weather: Weather) -> Result<Stack, String> {
        if let Trouble::Wire(way) = trouble
            && trouble.kills()
            && weather == usual()
        {
            let death = self.deaths.iter().find(|death| death.cut == Cut { at, way: *way });
            return Ok(self.start.left_by(death.ok_or("it did not die")?).await);
        }
        let stack = self.start.fork(weather);
        let cut = match trouble {
            Trouble::Wire(way) => Some(Cut { at, way: *way }),
            Trouble::Emulator(effect, times) => {
                let skip = self.ticks[..at].iter().filter(|named| named.tick == Tick::Call).count();
                stack.local.add_fault(Fault { operation: None, skip, times: *times, effect: effect.clone() });
                None
            }
        };
        let died = stack.cut(self.journey.cut.command(), cut).await.is_none();
        if died == trouble.kills() { Ok(stack) } else { Err(format!("it died: {died}")) }
    }

    /// Cuts the run after the first cut as well, at some of its calls and saves.
    async fn second_cuts(&self, stack: &Stack, at: usize, (story, rigour): (&str, Rigour), tally: &mut Tally) {
        let again = self.journey.again.as_ref().expect("there is a second cut").command();
        for second in (at % STRIDE..).step_by(STRIDE) {
            let way = if (at + second).is_multiple_of(2) { Way::DiesBefore } else { Way::DiesAfter };
            let stack = stack.fork(stack.local.settings().weather.clone());
            let ended = stack.cut(again, Some(Cut { at: second, way })).await;
            let outcome = match &ended {
                None => self.proof.demand(&stack, rigour).await,
                // The run ended before this place.
                Some(Ok(run)) if run.complete() => break,
                Some(ended) => Err(format!("{ended:?}")),
            };
            tally.add(&format!("{story}, then {way:?} at {second}"), outcome);
            if ended.is_some() {
                // A run that failed does not reach the later places either.
                break;
            }
        }
    }
}

/// The calls and saves of a run, with their names.
fn named(stack: &Stack) -> Vec<Named> {
    let mut calls = stack.local.call_log().into_iter();
    let name = |tick| match tick {
        Tick::Call => calls.next().expect("every call arrives"),
        Tick::Save => "save".into(),
    };
    let ticks = stack.wire.ticks();
    let names: Vec<String> = ticks.iter().copied().map(name).collect();
    ticks.into_iter().zip(names).map(|(tick, name)| Named { tick, name }).collect()
}

#[tokio::test(start_paused = true)]
async fn a_second_run_that_fails_by_itself_is_reported_once_after_each_first_cut() {
    let refused = patched(&example(), &json!({ "userPool": { "usernameAttributes": ["email"] } }));
    let again = Order::Up(Box::new(Project::new(&refused)));
    let trial = Trial::prepare(Journey { again: Some(again), ..journey("up again") }).await;
    let (column, at_most) = (&columns()[0], Duration::from_hours(1));
    let failures = timeout(at_most, trial.column(column)).await.expect("it ends within the timeout").failures;
    assert_eq!(failures.len(), trial.ticks.len());
    assert_eq!(
        failures[0],
        "dies before, Wire(DiesBefore) at 0, sts:GetCallerIdentity, then DiesBefore at 36: Err(\"user_pool.main: \
         `username_attributes` cannot be changed from `[]` to `[\\\"email\\\"]`: AWS would have to replace it, \
         and the users in it would be lost\")"
    );
}
