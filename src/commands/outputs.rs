//! `stackctl outputs`: prints URLs and IDs from the state.

use crate::{
    cli::OutputsForm,
    exit::Exit,
    failure::Failure,
    hint::SuggestedCommand,
    report::{self, Form, Output},
    session::{DeployedStack, Run},
    stack::Outputs,
};

pub(crate) async fn run(run: &Run, key: Option<&str>, form: OutputsForm) -> Result<Exit, Failure> {
    let outputs = DeployedStack::read(run).await?.outputs();
    let outputs = if run.options.local { outputs.with_hosts() } else { outputs };
    if form.env || form.dotenv {
        let form = if form.env { Form::Exports } else { Form::Dotenv };
        run.report.raw(report::variables(form, &variables(&outputs, key)?).as_bytes());
        return Ok(Exit::Done);
    }
    match key {
        None => run.report.data(&outputs),
        Some(name) => run.report.data(&Output { name, value: value(&outputs, name)? }),
    }
    Ok(Exit::Done)
}

/// The value of an output, or the URL of a route.
fn value<'o>(outputs: &'o Outputs, name: &str) -> Result<&'o str, Failure> {
    let values = report::values(outputs);
    let routes = outputs.routes.iter().map(|row| (row.route.as_str(), row.url.as_str()));
    let all: Vec<(&str, &str)> = values.into_iter().chain(routes).collect();
    all.iter().find(|(known, _)| *known == name).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<String> = all.iter().map(|(known, _)| format!("`{known}`")).collect();
        Failure::usage(format!("output `{name}` not found")).detail(format!("outputs are: {}", names.join(", ")))
    })
}

/// All single values, or the given one.
fn variables<'o>(outputs: &'o Outputs, key: Option<&str>) -> Result<Vec<(&'static str, &'o str)>, Failure> {
    let mut values = report::values(outputs);
    if let Some(name) = key {
        value(outputs, name)?;
        values.retain(|(known, _)| *known == name);
        if values.is_empty() {
            let outputs = SuggestedCommand::stack("outputs").args(&format!(" \"{name}\""));
            return Err(Failure::usage(format!("`{name}` is a route, which has no name as a variable"))
                .hint(outputs.then(" prints its URL, which starts with `invoke_url`")));
        }
    }
    Ok(values)
}
