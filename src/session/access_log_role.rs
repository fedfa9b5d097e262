//! Checks, before any change, that API Gateway can write the access log that a plan sets.

use super::{Run, Session};
use crate::{
    engine::{Action, Plan, Resource as _, Step, StepContext},
    failure::Fault,
    resources::stage::{ROLE_HINTS, Stage, may_log},
};

/// The error when a plan sets an access log and API Gateway has no role to write it with. The role is a setting of the
/// account, shared by all its APIs, so it is read and never changed.
pub(crate) async fn hindrance(run: &Run, session: &Session, plan: &Plan) -> Option<Fault> {
    let step = plan.steps.iter().find(|step| sets_access_log(step, plan))?;
    let context = StepContext {
        cloud: &session.cloud,
        key: &step.key,
        events: &run.report,
        interrupt: &run.cancel.interrupt,
        slot: None,
    };
    // Without permission to look, the error of the stage says what is missing.
    if may_log(&context).await.unwrap_or(true) {
        return None;
    }
    let fault = Fault::new(format!("{}: API Gateway has no role to write its access log with", step.key));
    Some(ROLE_HINTS.into_iter().fold(fault, Fault::hint))
}

fn sets_access_log(step: &Step, plan: &Plan) -> bool {
    let wanted = plan.desired.get(&step.key).is_some_and(|node| node.spec.get("access_log").is_some());
    let changes = match &step.action {
        Action::Create { .. } | Action::Replace { .. } => true,
        Action::Adopt { changes, .. } | Action::Update { changes, .. } => {
            changes.iter().any(|change| change.path.first().is_some_and(|field| field == "access_log"))
        }
        Action::Keep { .. } | Action::Delete { .. } | Action::Untrack { .. } => false,
    };
    step.key.kind == Stage::KIND && wanted && changes
}
