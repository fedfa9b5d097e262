//! `stackctl down`: removes everything but what people would miss.

use super::{
    app::App,
    carry_out::carry_out,
    project,
    session::{self, Session, Survey},
};
use crate::{
    engine::{Action, Consent, Desired, Key},
    error::Failure,
    exit::Exit,
    report::Message,
    stack::Packages,
};

pub(crate) async fn run(app: &App, delete_users: Option<u64>) -> Result<Exit, Failure> {
    let loaded = project::load(app)?;
    if session::recorded(app, &loaded).await?.is_none() {
        let message = format!(
            "nothing is recorded, so there is nothing to remove; `stackctl recover{}` rebuilds a state that was lost",
            app.flags()
        );
        app.report.tell(&Message::Note { message: &message });
        return Ok(Exit::Done);
    }
    let session = Session::open(app, &loaded, &Packages::new()).await?;
    session.lock(app).await?;
    let consent = Consent { delete_holdings: delete_users };
    let survey = session.survey(app, &Desired::default(), &consent).await?;
    check_count(&survey, delete_users)?;
    let kept = kept(&survey);
    carry_out(app, &session, survey, "Remove it?").await?;
    for message in kept {
        app.report.tell(&Message::Note { message: &message });
    }
    Ok(Exit::Done)
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
