//! The requirements for a stack in this process after a cut.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use stackctl::engine::CheckEnd;
use stackctl_local::Weather;

use super::{
    expected::{Expected, Sight, require},
    journeys::{Journey, Order, journey},
};
use crate::harness::stack::{Run, Stack};

/// How thorough the proof is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rigour {
    /// Runs a cut to its end even if another cut left an equal stack, because the age of resources matters.
    pub(super) aged: bool,
    /// Whether every create that arrived took effect, so that creates are counted.
    pub(super) counted: bool,
}

/// The results of undisturbed runs, and the results that already passed all checks.
pub(super) struct Proof {
    /// The commands after a cut, each with its expected result; `None` if that depends on the cut.
    then: Vec<(Order, Option<Expected>)>,
    down: Order,
    /// Leftovers of cuts and results of next runs for which all checks have passed.
    proven: Mutex<BTreeSet<String>>,
}

impl Proof {
    /// Starts from the start of the journey, and from the result of its undisturbed run.
    pub(super) async fn new(journey: &Journey, start: &Stack, undisturbed: Stack) -> Self {
        let straight = start.fork(Weather::default());
        let mut then = Vec::new();
        for order in &journey.then {
            for stack in [&straight, &undisturbed] {
                converges(stack, order).await.unwrap_or_else(|why| panic!("{why}"));
            }
            let expected = || Expected::new(&sight(&straight), sight(&undisturbed));
            then.push((order.clone(), (!order.may_be_refused()).then(expected)));
        }
        Self { then, down: journey.down(), proven: Mutex::default() }
    }

    /// Checks that one more run converges without a flag or prompt, with the same result as an undisturbed run; that
    /// the run after that writes nothing; and that a `down` leaves nothing.
    pub(super) async fn demand(&self, stack: &Stack, rigour: Rigour) -> Result<(), String> {
        let left = sight(stack);
        left.calls_nothing_that_is_gone()?;
        let left = left.canonical();
        if !self.knows(&left, rigour) {
            self.finishes(stack, rigour).await?;
            if rigour.counted {
                // Without counting, a repeated create would go unnoticed.
                self.proven().insert(left);
            }
        }
        Ok(())
    }

    async fn finishes(&self, stack: &Stack, rigour: Rigour) -> Result<(), String> {
        for (order, expected) in &self.then {
            converges(stack, order).await.map_err(|why| format!("the next run: {why}"))?;
            let seen = sight(stack);
            seen.calls_nothing_that_is_gone().map_err(|why| format!("the next run: {why}"))?;
            expected.as_ref().map_or(Ok(()), |expected| expected.compare(&seen, rigour.counted))?;
        }
        let seen = sight(stack);
        let outcome = seen.canonical();
        if !self.knows(&outcome, rigour) {
            self.rests(stack, &seen).await.map_err(|why| format!("the run after: {why}"))?;
            converges(stack, &self.down).await.map_err(|why| format!("down: {why}"))?;
            sight(stack).is_empty().map_err(|why| format!("down: {why}"))?;
            self.proven().insert(outcome);
        }
        Ok(())
    }

    fn knows(&self, sight: &str, rigour: Rigour) -> bool {
        !rigour.aged && self.proven().contains(sight)
    }

    fn proven(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks that the run after the one that converged writes nothing.
    async fn rests(&self, stack: &Stack, before: &Sight) -> Result<(), String> {
        let (last, _) = self.then.last().expect("a command runs after a cut");
        let run = converges(stack, last).await?;
        let idle = run.outcome.is_none() && run.calls.writes == 0 && run.saves == 0;
        require(idle, || format!("it writes: {:?}, {:?}", run.steps(), run.writes()))?;
        require(sight(stack).world == before.world, || "it changes the emulator's data".into())
    }
}

fn sight(stack: &Stack) -> Sight {
    Sight::after(&stack.earlier, &stack.local, stack.wire.state())
}

/// Checks that the command succeeded. Its check must fail if expected, and the command may be rejected if that is
/// allowed.
async fn converges(stack: &Stack, order: &Order) -> Result<Run, String> {
    let run = match stack.cut(order.command(), None).await.expect("nothing cuts it") {
        Err(_) if order.may_be_refused() => return Ok(Run::default()),
        run => run?,
    };
    require(run.complete(), || run.failures())?;
    let failed = run.end().is_some_and(|end| end != CheckEnd::Passed);
    require(failed == order.fails(), || format!("its check: {:?}", run.tried)).map(|()| run)
}

#[tokio::test(start_paused = true)]
async fn a_cut_proven_without_counting_creates_is_proven_again_with_counting() {
    let journey = journey("first up");
    let (start, undisturbed) = (Stack::new(), Stack::new());
    undisturbed.run(journey.cut.command()).await.done();
    let proof = Proof::new(&journey, &start, undisturbed).await;
    for (counted, outcome) in
        [(false, Ok(())), (true, Err("created again: {\"apigateway:CreateRestApi\": 2}".to_owned())), (false, Ok(()))]
    {
        let left = stack_after_an_api_was_there_for_a_moment().await;
        assert_eq!(proof.demand(&left, Rigour { aged: false, counted }).await, outcome, "{counted}");
    }
}

/// The stack is the same each time.
async fn stack_after_an_api_was_there_for_a_moment() -> Stack {
    let stack = Stack::new();
    let apigateway = stack.clients().await.apigateway;
    let made = apigateway.create_rest_api().name("a second one").send().await.unwrap();
    apigateway.delete_rest_api().rest_api_id(made.id().unwrap()).send().await.unwrap();
    stack
}
