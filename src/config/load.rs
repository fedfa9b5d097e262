//! From a file to a checked configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::interpolate::{self, Account, Variables};
use super::model::Config;
use super::problem::{Findings, Problem, Problems};
use super::tree::{self, Node};
use super::{overlay, rules, structure};

/// What decides on the meaning of a configuration besides the file.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The stage of `--stage`; it goes before `deployment.stage`.
    pub stage: Option<String>,
    /// The Region of `--region`; it goes before `deployment.region`.
    pub region: Option<String>,
    /// The environment, for `${env:NAME}`.
    pub environment: BTreeMap<String, String>,
    /// The day on which runtimes are judged by AWS's end dates.
    pub today: Date,
}

/// A configuration without errors.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration of the chosen stage: laid over, resolved (but for `${account}`), defaults filled in.
    pub config: Config,
    /// What works but surprises.
    pub warnings: Vec<Problem>,
    /// The file.
    pub path: PathBuf,
    /// The folder that the file's relative paths start from.
    pub directory: PathBuf,
}

/// Reads a configuration and finds everything that is wrong with it.
///
/// # Errors
///
/// When there is at least one error; the warnings come with it.
pub fn load(path: &Path, selection: &Selection) -> Result<Loaded, Problems> {
    let mut findings = Findings::new(path.display().to_string());
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let config = read(path, &mut findings).and_then(|text| interpret(&text, selection, &directory, &mut findings));
    match config {
        Some(config) if !findings.has_errors() => {
            Ok(Loaded { config, warnings: findings.into_problems().0, path: path.to_owned(), directory })
        }
        _ => Err(findings.into_problems()),
    }
}

fn read(path: &Path, findings: &mut Findings) -> Option<String> {
    match std::fs::read(path) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes);
            if text.is_err() {
                findings.add(Problem::error("", "the file is not UTF-8 text"));
            }
            text.ok()
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let hint = "`stackctl init` writes an example; `--config` names another file";
            findings.add(Problem::error("", "there is no such file").hint(hint));
            None
        }
        Err(error) => {
            findings.add(Problem::error("", format!("the file cannot be read: {error}")));
            None
        }
    }
}

fn interpret(text: &str, selection: &Selection, directory: &Path, findings: &mut Findings) -> Option<Config> {
    let mut document = tree::parse(text, findings)?;
    structure::check_written(&document, findings);
    make_whole(&mut document, selection, findings);
    structure::check_whole(&document, findings);

    // Lengths are counted with an account in its place: every account's id is as long as this one.
    let mut measured = document.clone();
    measured.each_text(&mut |_, _, text| *text = interpolate::resolve_account(text, "123456789012"));
    rules::check(&rules::Context { document: &measured, directory, selection }, findings);
    if findings.has_errors() {
        return None;
    }
    match serde_json::from_value(document.to_json()) {
        Ok(config) => Some(config),
        Err(error) => {
            findings.add(Problem::error("", format!("the file cannot be understood: {error}")));
            None
        }
    }
}

/// Lays the stage over the rest and fills in what the other values depend on: stage, Region, account, names.
fn make_whole(document: &mut Node, selection: &Selection, findings: &mut Findings) {
    let environment = &selection.environment;
    let mut variables = Variables { stage: None, region: None, account: Account::Refused, environment };

    let written_stage = resolve_member(document, "stage", variables, findings);
    let stage = selection.stage.clone().or(written_stage).unwrap_or_else(|| "dev".to_owned());
    variables.stage = Some(&stage);
    overlay::lay_over(document, &stage);

    let written_region = match &selection.region {
        Some(region) => Some(region.clone()),
        None => resolve_member(document, "region", variables, findings),
    };
    // Where the Region is missing that is the error; that it cannot be put in elsewhere is not another one.
    let region = written_region.clone().unwrap_or_default();
    variables.region = Some(&region);

    let account = resolve_member(document, "accountId", variables, findings);
    variables.account = account.as_deref().map_or(Account::Later, Account::Known);

    let mut name = None;
    set_in_deployment(document, "stage", Some(stage.clone()));
    set_in_deployment(document, "region", written_region);
    document.each_text(&mut |at, path, text| {
        let (resolved, problems) = interpolate::resolve(text, variables);
        *text = resolved;
        for mut problem in problems {
            path.clone_into(&mut problem.path);
            findings.add(problem.at(at));
        }
    });
    if let Some(service) = document.get("deployment").and_then(|deployment| deployment.text_of("serviceName")) {
        name = Some(format!("{service}-{stage}"));
    }
    for member in ["userPoolName", "clientName"] {
        if document.get("deployment").is_some_and(|deployment| deployment.get(member).is_none()) {
            set_in_deployment(document, member, name.clone());
        }
    }
}

/// Resolves a member of `deployment` that other strings refer to.
fn resolve_member(document: &Node, member: &str, variables: Variables<'_>, findings: &mut Findings) -> Option<String> {
    let node = document.get("deployment")?.get(member)?;
    let (resolved, problems) = interpolate::resolve(node.text()?, variables);
    for mut problem in problems {
        problem.path.clone_from(&node.path);
        findings.add(problem.at(node.at));
    }
    Some(resolved)
}

fn set_in_deployment(document: &mut Node, member: &str, text: Option<String>) {
    let super::tree::Value::Object(entries) = &mut document.value else { return };
    let deployment = entries.iter_mut().find(|entry| entry.name == "deployment");
    if let (Some(deployment), Some(text)) = (deployment, text) {
        deployment.value.set_text(member, text);
    }
}
