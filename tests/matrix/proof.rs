//! What is required of a stack in this process after a cut.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use stackctl::engine::TrialEnd;
use stackctl_local::Weather;

use super::{
    expected::{Expected, Sight, require},
    journeys::{Journey, Order, journey},
};
use crate::harness::stack::{Run, Stack};

/// How much is done for the proof.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rigour {
    /// Follows a cut to its end also where another one has left the very same: the age of things matters.
    pub(super) aged: bool,
    /// Whether every create that arrived took effect, so that they are counted.
    pub(super) counted: bool,
}

/// What undisturbed runs come to, and what is known to follow from it.
pub(super) struct Proof {
    /// What is run after a cut, and what each of it comes to; `None` where that depends on the cut.
    then: Vec<(Order, Option<Expected>)>,
    down: Order,
    /// What cuts have left, and what next runs came to, of which all that is required is known to hold.
    proven: Mutex<BTreeSet<String>>,
}

impl Proof {
    /// From where the journey starts, and where the run that is to be cut leads when it is not.
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

    /// One more run converges, without flag or prompt; the cloud is as after an undisturbed run; the run after that
    /// writes nothing; a `down` leaves nothing.
    pub(super) async fn demand(&self, stack: &Stack, rigour: Rigour) -> Result<(), String> {
        let left = sight(stack);
        left.calls_nothing_that_is_gone()?;
        let left = left.canonical();
        if !self.knows(&left, rigour) {
            self.finishes(stack, rigour).await?;
            if rigour.counted {
                // Otherwise it is not known whether something was made once more.
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

    /// The run after the one that converged writes nothing.
    async fn rests(&self, stack: &Stack, before: &Sight) -> Result<(), String> {
        let (last, _) = self.then.last().expect("something is run after a cut");
        let run = converges(stack, last).await?;
        let idle = run.outcome.is_none() && run.calls.writes == 0 && run.saves == 0;
        require(idle, || format!("it writes: {:?}, {:?}", run.steps(), run.writes()))?;
        require(sight(stack).world == before.world, || "it changes the cloud".into())
    }
}

fn sight(stack: &Stack) -> Sight {
    Sight::after(&stack.earlier, &stack.local, stack.wire.state())
}

/// It does all it is to do; where its check is to fail, that fails, and where it may be refused, it may.
async fn converges(stack: &Stack, order: &Order) -> Result<Run, String> {
    let run = match stack.cut(order.command(), None).await.expect("nothing cuts it") {
        Err(_) if order.may_be_refused() => return Ok(Run::default()),
        run => run?,
    };
    require(run.complete(), || run.failures())?;
    let failed = run.end().is_some_and(|end| end != TrialEnd::Passed);
    require(failed == order.fails(), || format!("its check: {:?}", run.tried)).map(|()| run)
}

#[tokio::test(start_paused = true)]
async fn what_was_followed_without_counting_is_followed_again_where_creates_are_counted() {
    let journey = journey("first up");
    let (start, undisturbed) = (Stack::new(), Stack::new());
    undisturbed.run(journey.cut.command()).await.done();
    let proof = Proof::new(&journey, &start, undisturbed).await;
    for (counted, outcome) in
        [(false, Ok(())), (true, Err("made once more: {\"apigateway:CreateRestApi\": 2}".to_owned())), (false, Ok(()))]
    {
        let left = stack_after_an_api_was_there_for_a_moment().await;
        assert_eq!(proof.demand(&left, Rigour { aged: false, counted }).await, outcome, "{counted}");
    }
}

/// The same each time.
async fn stack_after_an_api_was_there_for_a_moment() -> Stack {
    let stack = Stack::new();
    let apigateway = stack.clients().await.apigateway;
    let made = apigateway.create_rest_api().name("a second one").send().await.unwrap();
    apigateway.delete_rest_api().rest_api_id(made.id().unwrap()).send().await.unwrap();
    stack
}
