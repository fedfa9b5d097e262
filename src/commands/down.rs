//! `stackctl down`: removes everything but what people would miss.

use tokio::time::Instant;

use crate::{
    engine::{Action, Consent, Desired, Key},
    exit::Exit,
    failure::Failure,
    report::Message,
    session::{
        App, OnInterrupt, Session, Survey,
        apply::{self, Tally},
        confirm::Act,
        deploy::remove_check_user,
        deployed::{self, stack_and_stage},
        missing_state, new_stack, project,
    },
};

pub(crate) async fn run(app: &App, delete_users: Option<u64>) -> Result<Exit, Failure> {
    let identity = project::identify(app)?;
    if deployed::recorded(app, &identity).await?.is_none() {
        let absent = missing_state::verify(app, &identity).await?;
        let message = format!("{}: nothing to delete: {absent}", stack_and_stage(&identity));
        app.report.tell(&Message::Note { message: &message });
        for fault in new_stack::renamed(app, &identity).await? {
            app.report.tell(&Message::Warning(&fault));
        }
        return Ok(Exit::Done);
    }
    let session = Session::reach(app, &identity).await?;
    session.lock(app).await?;
    app.set_words(words(app, delete_users));
    let consent = Consent { delete_holdings: delete_users };
    let survey = session.survey(app, &Desired::default(), &consent).await?;
    check_count(&survey, delete_users)?;
    let kept = kept(&survey);
    remove(app, &session, survey).await?;
    for message in kept {
        app.report.tell(&Message::Note { message: &message });
    }
    Ok(Exit::Done)
}

/// The words of the command line besides those that choose the stack.
fn words(app: &App, delete_users: Option<u64>) -> String {
    let users = delete_users.map(|users| format!(" --delete-users {users}"));
    let name = app.common.service_name.as_ref().map(|name| format!(" --service-name {name}"));
    users.into_iter().chain(name).collect()
}

/// Carries out the plan of a survey, after asking.
async fn remove(app: &App, session: &Session<()>, survey: Survey) -> Result<(), Failure> {
    let target = session.target();
    apply::show(app, session, &survey.plan, Act::Delete { stage: &target.stage }).await?;
    let Survey { state, plan, .. } = survey;
    if plan.is_empty() && state.check_user.is_none() {
        return Ok(());
    }
    app.set_on_interrupt(OnInterrupt::Finish);
    let mut state = remove_check_user(app, session, state).await?;
    // What was served goes, so that nothing can be gone back to.
    state.unchecked = None;
    state.undone.clear();
    state.releases.clear();
    let (tally, began) = (Tally::new(&app.report), Instant::now());
    let outcome = session.engine(app, &tally).execute(&plan, state, &session.store).await;
    app.bill_saves(outcome.saves);
    app.report.tell(&Message::Executed { steps: &tally.take(), took: began.elapsed() });
    apply::conclude(app, outcome, (apply::acting(&plan), &apply::go_on(app))).map(drop)
}

/// Whoever counts wrong does not know what would be lost, so nothing is removed at all.
fn check_count(survey: &Survey, named: Option<u64>) -> Result<(), Failure> {
    let Some(named) = named else { return Ok(()) };
    let wrong = survey.observed.holdings.iter().find(|(_, records)| **records > 0 && **records != named);
    let Some((key, records)) = wrong else { return Ok(()) };
    Err(Failure::usage(format!("{key}: it holds {}, not {named}, so nothing was removed", users(*records)))
        .hint(format!("`--delete-users {records}` deletes it with them; without the flag it is kept")))
}

/// What is kept because it holds people's data, and how it could go.
fn kept(survey: &Survey) -> Vec<String> {
    let kept = |key: &Key| survey.observed.holdings.get(key).filter(|records| **records > 0);
    let steps =
        survey.plan.steps.iter().filter(|step| matches!(step.action, Action::Keep { .. } | Action::Adopt { .. }));
    let notes = steps.filter_map(|step| {
        let records = kept(&step.key)?;
        Some(format!(
            "kept {}: it holds {}; `--delete-users {records}` deletes it with them",
            step.key,
            users(*records)
        ))
    });
    notes.collect()
}

/// So many users, in words.
pub(super) fn users(records: u64) -> String {
    if records == 1 { "1 user".into() } else { format!("{records} users") }
}
