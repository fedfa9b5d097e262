//! From a file to a checked configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::identity::{self, Identity};
use super::interpolate::{self, Account, Variables};
use super::model::{Config, S3Location};
use super::problem::{Findings, Problem, Problems, SourcePlace};
use super::tree::{self, JsonMember, JsonNode};
use super::{file, overlay, references, rules, structure, unknown};

/// What decides on the meaning of a configuration besides the file.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The stage of `--stage`; it goes before `deployment.stage`.
    pub stage: Option<String>,
    /// The Region of `--region`; it goes before `deployment.region`.
    pub region: Option<String>,
    /// The name of another stack of this configuration; it goes before `deployment.serviceName`.
    pub service_name: Option<String>,
    /// The environment, for `${env:NAME}`.
    pub environment: BTreeMap<String, String>,
    /// The day on which runtimes are judged by AWS's end dates.
    pub today: Date,
}

/// A configuration without errors, from which a stack can be deployed.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Which stack it means, and where its state is.
    pub identity: Identity,
    /// The configuration of the chosen stage: laid over, resolved (but for `${account}` and references), defaults filled in.
    pub config: Config,
    /// What works but surprises.
    pub warnings: Vec<Problem>,
    /// The folder that the file's relative paths start from.
    pub directory: PathBuf,
}

/// A configuration without errors, for a comparison with what is live. A text that is not known holds the mark of
/// [`super::unknown`]; no function's folder was looked at.
#[derive(Clone, Debug)]
pub struct Comparable {
    /// Which stack it means, and where its state is.
    pub identity: Identity,
    /// The configuration of the chosen stage.
    pub config: Config,
    /// What works but surprises.
    pub warnings: Vec<Problem>,
    /// The folder that the file's relative paths start from.
    pub directory: PathBuf,
}

/// What an environment variable that is not set means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unset {
    Refused,
    /// A text that is not known, except where it is part of the stack's identity.
    Unknown,
    /// A text that is not known: of a stage that may be deployed elsewhere.
    Elsewhere,
}

/// Whether the functions' folders are needed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folders {
    Checked,
    NotNeeded,
}

/// A document of one stage, with its variables resolved and its names filled in. Its shape is checked.
pub(super) struct Draft {
    pub(super) document: JsonNode,
    pub(super) stages: Vec<JsonMember>,
    pub(super) stage: String,
}

/// Reads a configuration and finds everything that is wrong with it.
///
/// # Errors
///
/// When there is at least one error; the warnings come with it.
pub fn load(path: &Path, selection: &Selection) -> Result<Loaded, Problems> {
    load_with(path, (selection, Unset::Refused), Folders::Checked)
}

/// Reads a configuration whose functions were packaged before: their folders are not needed.
///
/// # Errors
///
/// When there is at least one error; the warnings come with it.
pub fn load_packaged(path: &Path, selection: &Selection) -> Result<Loaded, Problems> {
    load_with(path, (selection, Unset::Refused), Folders::NotNeeded)
}

/// Reads a configuration of a stage that may be deployed elsewhere, where other environment variables are set, and finds
/// everything else that is wrong with it.
///
/// # Errors
///
/// When there is at least one error; the warnings come with it.
pub fn load_elsewhere(path: &Path, selection: &Selection) -> Result<Loaded, Problems> {
    load_with(path, (selection, Unset::Elsewhere), Folders::Checked)
}

fn load_with(path: &Path, (selection, unset): (&Selection, Unset), folders: Folders) -> Result<Loaded, Problems> {
    let (directory, mut findings) = (directory(path), Findings::new(path.display().to_string()));
    let config = draft(path, (selection, unset), &mut findings).and_then(|mut draft| {
        check(&draft, (selection, (folders == Folders::Checked).then_some(&*directory)), &mut findings);
        structure::take_unknown_words(&mut draft.document);
        deserialize(&draft.document, &mut findings)
    });
    match config {
        Some(config) if !findings.has_errors() => {
            let identity = Identity::of_config(&config, path);
            Ok(Loaded { identity, config, warnings: findings.into_problems().0, directory })
        }
        _ => Err(findings.into_problems()),
    }
}

/// Reads a configuration to compare it with what is live: neither the environment variables that it names nor the
/// functions' folders are needed.
///
/// # Errors
///
/// When there is at least one error; the warnings come with it.
pub fn load_to_compare(path: &Path, selection: &Selection) -> Result<Comparable, Problems> {
    let (directory, mut findings) = (directory(path), Findings::new(path.display().to_string()));
    let config = draft(path, (selection, Unset::Unknown), &mut findings).and_then(|mut draft| {
        check(&draft, (selection, None), &mut findings);
        for path in structure::take_unknown_words(&mut draft.document) {
            let problem = Problem::error(path, "the value is not known, so it is taken as left out");
            findings.add(problem.warning());
        }
        deserialize(&draft.document, &mut findings)
    });
    match config {
        Some(config) if !findings.has_errors() => {
            let identity = Identity::of_config(&config, path);
            Ok(Comparable { identity, config, warnings: findings.into_problems().0, directory })
        }
        _ => Err(findings.into_problems()),
    }
}

fn directory(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Reads the file and makes the document of the chosen stage; `None` when that is not possible.
pub(super) fn draft(path: &Path, (selection, unset): (&Selection, Unset), findings: &mut Findings) -> Option<Draft> {
    let text = match file::read(path) {
        Ok(text) => text,
        Err(problem) => {
            findings.add(problem);
            return None;
        }
    };
    let mut document = tree::parse(&text, findings)?;
    structure::check_written(&document, findings);
    let stages = overlay::take_stages(&mut document);
    let stage = make_whole(&mut document, &stages, (selection, unset), findings);
    structure::check_whole(&document, findings);
    Some(Draft { document, stages, stage })
}

/// Applies the rules; those about the functions' folders only where the folder is given that they start from.
fn check(draft: &Draft, (selection, directory): (&Selection, Option<&Path>), findings: &mut Findings) {
    // Lengths are counted with an account in its place: every account's id is as long as this one. So are references.
    let (mut measured, deployment) = (draft.document.clone(), draft.document.get("deployment"));
    let mut replaced = Vec::new();
    measured.each_text(&mut |_, _, text| {
        let long = references::measured(&interpolate::resolve_account(text, "123456789012"), deployment);
        if references::pieces(text).is_some() {
            replaced.push((long.clone(), references::written(text)));
        }
        Ok(long)
    });
    rules::check(&rules::ConfigView::new(&measured, &draft.stages, (directory, selection)), findings);
    for (long, written) in replaced {
        findings.quote(&long, &written);
    }
}

fn deserialize(document: &JsonNode, findings: &mut Findings) -> Option<Config> {
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

/// Lays the stage over the rest and fills in what other values depend on: stage, Region, account, names. Gives the stage.
fn make_whole(
    document: &mut JsonNode,
    stages: &[JsonMember],
    (selection, unset): (&Selection, Unset),
    findings: &mut Findings,
) -> String {
    let environment = &selection.environment;
    let mut variables = Variables { stage: None, region: None, account: Account::Refused, environment, functions: &[] };

    let of_identity = if unset == Unset::Elsewhere { Unset::Unknown } else { Unset::Refused };
    let mut resolve_member = |document: &JsonNode, member: &str, variables: Variables<'_>| {
        let node = document.get("deployment")?.get(member)?;
        resolve_at((node.at, &node.path), node.text()?, (variables, of_identity), findings).ok()
    };
    let stage = selection.stage.clone().or_else(|| resolve_member(document, "stage", variables));
    let stage = stage.unwrap_or_else(|| "dev".to_owned());
    variables.stage = Some(&stage);
    overlay::lay_over(document, stages, &stage);
    set_in_deployment(document, "serviceName", selection.service_name.clone());

    let region = selection.region.clone().or_else(|| resolve_member(document, "region", variables));
    // Where the Region is missing, that is the error; what it leaves unresolved elsewhere is not another one.
    variables.region = Some(region.as_deref().unwrap_or("us-east-1"));

    let account = resolve_member(document, "accountId", variables);
    variables.account = account.as_deref().map_or(Account::Later, Account::Known);

    let functions: Vec<String> = names(document, "functions");
    variables.functions = &functions;
    document.each_text(&mut |at, path, text| {
        // A flag goes before what the file says.
        let overruled = (path.ends_with("deployment.stage") && selection.stage.is_some())
            || (path.ends_with("deployment.region") && selection.region.is_some());
        let part = unset == Unset::Unknown && identity::is_part(path, &stage);
        let refused = !overruled && (unset == Unset::Refused || part);
        resolve_at((at, path), text, (variables, if refused { Unset::Refused } else { Unset::Unknown }), findings)
    });
    set_in_deployment(document, "stage", Some(stage.clone()));
    set_in_deployment(document, "region", region.clone());
    set_in_deployment(document, "accountId", account.clone());
    name_cognitos_parts(document, &stage);
    name_states_object(document, &stage, region);
    stage
}

/// The names in a section.
fn names(document: &JsonNode, section: &str) -> Vec<String> {
    let entries = document.get(section).map(JsonNode::entries).unwrap_or_default();
    entries.iter().map(|entry| entry.name.clone()).collect()
}

/// Gives the user pool and its client names where the file gives none.
fn name_cognitos_parts(document: &mut JsonNode, stage: &str) {
    let Some(deployment) = document.get("deployment") else { return };
    let Some(service) = deployment.text_of("serviceName") else { return };
    let name = format!("{service}-{stage}");
    let unnamed = ["userPoolName", "clientName"].map(|member| deployment.get(member).is_none().then_some(member));
    for member in unnamed.into_iter().flatten() {
        set_in_deployment(document, member, Some(name.clone()));
    }
}

/// Gives the object of the state its key and Region where the file gives none.
fn name_states_object(document: &mut JsonNode, stage: &str, region: Option<String>) {
    let service = document.get("deployment").and_then(|deployment| deployment.text_of("serviceName"));
    let key = service.map(|service| S3Location::usual_key(service, stage));
    let Some(s3) = document.get_mut("state").and_then(|state| state.get_mut("s3")) else { return };
    for (member, text) in [("key", key), ("region", region)] {
        if let (None, Some(text)) = (s3.get(member), text) {
            s3.set_text(member, text);
        }
    }
}

/// Resolves a string.
///
/// # Errors
/// When a part of it has no value: gives the text that stands in for the whole.
fn resolve_at(
    (at, path): (SourcePlace, &str),
    text: &str,
    (variables, unset): (Variables<'_>, Unset),
    findings: &mut Findings,
) -> Result<String, String> {
    let resolved = interpolate::resolve(text, path, variables);
    let missing = resolved.unset.iter().map(|name| interpolate::is_unset(name));
    let reason = missing.clone().next().or(resolved.problems.first().cloned()).map(|problem| problem.message);
    let missing = missing.filter(|_| unset == Unset::Refused);
    for mut problem in resolved.problems.into_iter().chain(missing) {
        path.clone_into(&mut problem.path);
        findings.add(problem.at(at));
    }
    reason.map_or(Ok(resolved.text), |reason| Err(unknown::unknown(&reason)))
}

fn set_in_deployment(document: &mut JsonNode, member: &str, text: Option<String>) {
    if let (Some(deployment), Some(text)) = (document.get_mut("deployment"), text) {
        deployment.set_text(member, text);
    }
}
