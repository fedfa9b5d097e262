//! From a file to a checked configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::interpolate::{self, Account, Variables};
use super::model::{Config, S3Location};
use super::problem::{Findings, Place, Problem, Problems};
use super::tree::{self, Entry, Node};
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
            let hint = "`stackctl init` writes an example into an empty folder; `--config` names another file";
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
    let stages = overlay::take_stages(&mut document);
    make_whole(&mut document, &stages, selection, findings);
    structure::check_whole(&document, findings);

    // Lengths are counted with an account in its place: every account's id is as long as this one.
    let mut measured = document.clone();
    measured.each_text(&mut |_, _, text| Some(interpolate::resolve_account(text, "123456789012")));
    rules::check(&rules::Context { document: &measured, stages: &stages, directory, selection }, findings);
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

/// Lays the stage over the rest and fills in what other values depend on: stage, Region, account, names.
fn make_whole(document: &mut Node, stages: &[Entry], selection: &Selection, findings: &mut Findings) {
    let environment = &selection.environment;
    let mut variables = Variables { stage: None, region: None, account: Account::Refused, environment };

    let written = resolve_member(document, "stage", variables, findings);
    let stage = selection.stage.clone().or(written).unwrap_or_else(|| "dev".to_owned());
    variables.stage = Some(&stage);
    overlay::lay_over(document, stages, &stage);

    let written = resolve_member(document, "region", variables, findings);
    let region = selection.region.clone().or(written);
    // Where the Region is missing, that is the error; what it leaves unresolved elsewhere is not another one.
    variables.region = Some(region.as_deref().unwrap_or("us-east-1"));

    let account = resolve_member(document, "accountId", variables, findings);
    variables.account = account.as_deref().map_or(Account::Later, Account::Known);

    document.each_text(&mut |at, path, text| resolve_at((at, path), text, variables, findings));
    set_in_deployment(document, "stage", Some(stage.clone()));
    set_in_deployment(document, "region", region.clone());
    set_in_deployment(document, "accountId", account.clone());
    name_cognitos_parts(document, &stage);
    name_states_object(document, &stage, region);
}

/// Gives the user pool and its client names where the file gives none.
fn name_cognitos_parts(document: &mut Node, stage: &str) {
    let Some(deployment) = document.get("deployment") else { return };
    let Some(service) = deployment.text_of("serviceName") else { return };
    let name = format!("{service}-{stage}");
    let unnamed = ["userPoolName", "clientName"].map(|member| deployment.get(member).is_none().then_some(member));
    for member in unnamed.into_iter().flatten() {
        set_in_deployment(document, member, Some(name.clone()));
    }
}

/// Gives the object of the state its key and Region where the file gives none.
fn name_states_object(document: &mut Node, stage: &str, region: Option<String>) {
    let service = document.get("deployment").and_then(|deployment| deployment.text_of("serviceName"));
    let key = service.map(|service| S3Location::usual_key(service, stage));
    let Some(s3) = document.get_mut("state").and_then(|state| state.get_mut("s3")) else { return };
    for (member, text) in [("key", key), ("region", region)] {
        if let (None, Some(text)) = (s3.get(member), text) {
            s3.set_text(member, text);
        }
    }
}

/// Resolves a member of `deployment` that other strings refer to.
fn resolve_member(document: &Node, member: &str, variables: Variables<'_>, findings: &mut Findings) -> Option<String> {
    let node = document.get("deployment")?.get(member)?;
    resolve_at((node.at, &node.path), node.text()?, variables, findings)
}

/// Resolves a string; `None` when a part of it could not be resolved.
fn resolve_at(
    (at, path): (Place, &str),
    text: &str,
    variables: Variables<'_>,
    findings: &mut Findings,
) -> Option<String> {
    let (resolved, problems) = interpolate::resolve(text, variables);
    let complete = problems.is_empty();
    for mut problem in problems {
        path.clone_into(&mut problem.path);
        findings.add(problem.at(at));
    }
    complete.then_some(resolved)
}

fn set_in_deployment(document: &mut Node, member: &str, text: Option<String>) {
    if let (Some(deployment), Some(text)) = (document.get_mut("deployment"), text) {
        deployment.set_text(member, text);
    }
}
