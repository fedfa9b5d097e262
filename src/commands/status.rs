//! `stackctl status`: what there is beside what is configured. Reads only; not even the state is locked.

use super::{
    app::App,
    project,
    session::{self, Session, Survey},
};
use crate::{
    cli::Detailed,
    engine::{Action, Consent, Found, Key, Step},
    error::Failure,
    exit::Exit,
    report::{Condition, Message, StatusRow, StatusTable, rows},
};

pub(crate) async fn run(app: &App, detailed: Detailed) -> Result<Exit, Failure> {
    let loaded = project::load(app)?;
    let table = if session::recorded(app, &loaded).await?.is_none() {
        StatusTable { deployed: false, resources: Vec::new() }
    } else {
        let packages = project::package(&loaded.config, &loaded.directory)?;
        let session = Session::open(app, &loaded, &packages).await?;
        let survey = session.survey(app, &session.desired(&packages), &Consent::default()).await?;
        let resources = survey.plan.steps.iter().map(|step| row(&session, &survey, step)).collect();
        StatusTable { deployed: true, resources }
    };
    app.report.data(&Message::Status(&table));
    let differs = detailed.detailed_exitcode && !table.in_sync();
    Ok(if differs { Exit::Differences } else { Exit::Done })
}

fn row(session: &Session, survey: &Survey, step: &Step) -> StatusRow {
    let key = &step.key;
    let (status, because) = condition(survey, step);
    let changes = match &step.action {
        Action::Update { changes, .. } | Action::Adopt { changes, .. } => rows(changes),
        Action::Replace { because, .. } => rows(because),
        _ => Vec::new(),
    };
    StatusRow { key: key.clone(), id: id(session, survey, key), status, changes, because }
}

fn condition(survey: &Survey, step: &Step) -> (Condition, Option<String>) {
    let because = |text: &str| Some(text.to_owned());
    match &step.action {
        Action::Keep { because: None } => (Condition::InSync, None),
        Action::Keep { because: Some(reason) } => (Condition::Extra, Some(format!("kept: {reason}"))),
        Action::Create { because: None } if survey.state.pending.contains_key(&step.key) => {
            (Condition::Pending, because("an interrupted run was to create it"))
        }
        Action::Create { because: None } => (Condition::Missing, None),
        Action::Create { because: Some(_) } if survey.observed.recorded.get(&step.key) == Some(&None) => {
            (Condition::Gone, None)
        }
        Action::Create { because: Some(reason) } => (Condition::Drifted, Some(reason.clone())),
        Action::Adopt { .. } => (Condition::Pending, because("an interrupted run left it")),
        Action::Update { .. } => (Condition::Drifted, None),
        Action::Replace { .. } => (Condition::Drifted, because("`up` replaces it")),
        Action::Delete { replaced: true, .. } => (Condition::Pending, because("the old one of a replacement")),
        Action::Delete { .. } => (Condition::Extra, because("not in the config any more")),
        Action::Forget { because } => (Condition::Gone, Some(because.clone())),
    }
}

fn id(session: &Session, survey: &Survey, key: &Key) -> Option<String> {
    let kind = session.catalog.get(&key.kind)?;
    let recorded = survey.state.resources.get(key).map(|recorded| &recorded.outputs);
    let found = match survey.observed.found.get(key) {
        Some(Found::Ours(sight)) => Some(&sight.outputs),
        _ => None,
    };
    kind.id(recorded.or(found)?)
}
