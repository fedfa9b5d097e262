//! `stackctl outputs`: URLs and ids out of the state. Asks nobody.

use super::{app::App, local, project, session};
use crate::{
    error::Failure,
    exit::Exit,
    report::{self, Message},
    stack::{self, Outputs},
};

pub(crate) async fn run(app: &App, key: Option<&str>) -> Result<Exit, Failure> {
    let loaded = project::load(app)?;
    let recorded = session::recorded(&session::store(app, &loaded)).await?;
    let local = if app.common.local { " --local" } else { "" };
    let Some(mut state) = recorded else {
        return Err(Failure::failed("not deployed").hint(format!("`stackctl up{local}` deploys it")));
    };
    if app.common.local
        && let Some(url) = local::Home::beside(&loaded.path).url()
    {
        // It may have come back on another port since the state was saved.
        state.endpoint = Some(url);
    }
    let outputs = stack::outputs(&loaded.config.with_account(&state.account), &state);
    match key {
        None => app.report.data(&Message::Outputs(&outputs)),
        Some(name) => app.report.data(&Message::Output { name, value: value(&outputs, name)? }),
    }
    Ok(Exit::Done)
}

/// A single value, or a route's URL.
fn value<'o>(outputs: &'o Outputs, name: &str) -> Result<&'o str, Failure> {
    let values = report::values(outputs);
    let routes = outputs.routes.iter().map(|row| (row.route.as_str(), row.url.as_str()));
    let all: Vec<(&str, &str)> = values.into_iter().chain(routes).collect();
    all.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<String> = all.iter().map(|(known, _)| format!("`{known}`")).collect();
        Failure::usage(format!("there is no output `{name}`")).detail(format!("outputs are: {}", names.join(", ")))
    })
}
