//! `stackctl down`: deletes the stack, but retains a user pool with users.

use tokio::time::Instant;

use crate::{
    engine::{Action, Consent, Desired, Key},
    exit::Exit,
    failure::Failure,
    report::{NothingToDelete, Retained, counted},
    session::{
        OnInterrupt, Run, Session, Survey,
        apply::{self, Tally},
        confirm::Act,
        deploy::remove_check_user,
        deployed::{self, stack_and_stage},
        missing_state, new_stack, project,
    },
};

pub(crate) async fn run(run: &Run, delete_users: Option<u64>) -> Result<Exit, Failure> {
    let identity = project::identify(run)?;
    if deployed::recorded(run, &identity).await?.is_none() {
        let absent = missing_state::verify(run, &identity).await?;
        run.report.tell(&NothingToDelete { stack: stack_and_stage(&identity), evidence: absent });
        for fault in new_stack::renamed(run, &identity).await? {
            run.report.warn(&fault);
        }
        return Ok(Exit::Done);
    }
    let session = Session::reach(run, &identity).await?;
    let _lock = session.lock(run).await?;
    let consent = Consent { delete_holdings: delete_users };
    let survey = session.survey(run, &Desired::default(), &consent).await?;
    check_count(&survey, delete_users)?;
    let kept = kept(&survey);
    remove(run, &session, survey).await?;
    for pool in kept {
        run.report.tell(&pool);
    }
    Ok(Exit::Done)
}

/// Asks for confirmation and carries out the plan of a survey.
async fn remove(run: &Run, session: &Session<()>, survey: Survey) -> Result<(), Failure> {
    let target = session.target();
    apply::show(run, session, &survey.plan, Act::Delete { stage: &target.stage }).await?;
    let Survey { state, plan, .. } = survey;
    if plan.is_empty() && state.temporary_user.is_none() {
        return Ok(());
    }
    run.cancel.on_interrupt(OnInterrupt::Finish);
    let mut state = remove_check_user(run, session, state).await?;
    // The live version is deleted, so nothing can be rolled back to.
    state.unconfirmed = None;
    state.reverted.clear();
    state.releases.clear();
    let (tally, began) = (Tally::new(&run.report), Instant::now());
    let outcome = session.engine(run, &tally).execute(&plan, state, &session.store).await;
    run.meter.count_saves(outcome.saves);
    run.report.tell(&tally.executed(began.elapsed()));
    apply::conclude(run, outcome, (apply::acting(&plan), apply::go_on(run))).map(drop)
}

/// A wrong number of users means that the operator does not know what would be lost, so nothing is deleted.
fn check_count(survey: &Survey, named: Option<u64>) -> Result<(), Failure> {
    let Some(named) = named else { return Ok(()) };
    let wrong = survey.observed.holdings.iter().find(|(_, records)| **records > 0 && **records != named);
    let Some((key, records)) = wrong else { return Ok(()) };
    Err(Failure::usage(format!("{key}: it has {}, not {named}; nothing was deleted", counted(records, "user")))
        .hint(format!("`--delete-users {records}` deletes it with them; without the flag it is kept")))
}

/// What is retained because it contains user data.
fn kept(survey: &Survey) -> Vec<Retained> {
    let kept = |key: &Key| survey.observed.holdings.get(key).filter(|records| **records > 0);
    let steps =
        survey.plan.steps.iter().filter(|step| matches!(step.action, Action::Keep { .. } | Action::Adopt { .. }));
    steps.filter_map(|step| Some(Retained { key: step.key.clone(), users: *kept(&step.key)? })).collect()
}
