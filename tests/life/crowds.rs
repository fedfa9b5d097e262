//! Requests of a check that API Gateway throttles.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use stackctl::{
    check::{CheckReport, CheckRunner, Propagation, Transport, Unmade},
    engine::{CheckEnd, CheckOutcome, Interrupt, PostDeployCheck as _, Silent},
};

use crate::harness::{
    project::{Project, example},
    stack::Stack,
};

/// Lets a request through after this many others, and throttles those before.
struct Crowd {
    ahead: usize,
    came: AtomicUsize,
}

impl Transport for Crowd {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, String> {
        let through = self.came.fetch_add(1, Ordering::Relaxed) >= self.ahead;
        let answer = if through {
            Response::builder().status(401)
        } else {
            Response::builder().status(429).header("x-amzn-errortype", "TooManyRequestsException")
        };
        Ok(answer.body(Bytes::new()).unwrap())
    }
}

/// What a check comes to whose requests are that late.
async fn checked(ahead: usize) -> CheckOutcome<CheckReport> {
    let (stack, project) = (Stack::new(), Project::new(&example()));
    stack.up(&project).await.done();
    let (cloud, interrupt) = (stack.clients().await, Interrupt::new());
    let check = CheckRunner {
        config: project.config(),
        cloud: &cloud,
        events: &Silent,
        interrupt: &interrupt,
        courier: &Crowd { ahead, came: AtomicUsize::new(0) },
        emulator: None,
        propagation: Propagation::NONE,
    };
    check.run(stack.state(&cloud), &*stack.wire).await
}

#[tokio::test(start_paused = true)]
async fn a_check_whose_requests_are_throttled_confirms_nothing() {
    let CheckOutcome { end, report, .. } = checked(usize::MAX).await;
    assert_eq!((end, report.passed, report.throttled, report.findings.len()), (CheckEnd::Open, 0, 2, 0));
    assert!(matches!(report.unmade, Some(Unmade::Throttled)), "{report:?}");
}
