//! The project: its config as the flags select it, and its functions' packages.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::Run;
use crate::{
    config::{
        self, Comparable, Config, Declared, Identity, Loaded, Outline, Problem, Problems, Selection, Severity, list,
        unknown,
    },
    failure::{Failure, Fault},
    hint::SuggestedCommand,
    package::{Package, PackageError, Packages},
    report::counted,
};

/// Loads the config for a deploy and prints its warnings.
///
/// # Errors
/// When the config is invalid. The failure contains every problem.
pub(crate) fn load(run: &Run) -> Result<Loaded, Failure> {
    let loaded = config::load(&run.options.config, &selection(run)).map_err(|problems| name_sources(run, problems));
    let warnings = match &loaded {
        Ok(loaded) => loaded.warnings.as_slice(),
        Err(problems) => problems.0.as_slice(),
    };
    warn(run, warnings);
    Ok(loaded?)
}

/// Loads the config for a deploy of packages that were made before, and prints its warnings.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_packaged(run: &Run) -> Result<Loaded, Failure> {
    let loaded = config::load_packaged(&run.options.config, &selection(run));
    let loaded = loaded.map_err(|problems| name_sources(run, problems))?;
    warn(run, &loaded.warnings);
    Ok(loaded)
}

/// Loads the config of every stage, or of the selected one, and prints the warnings.
///
/// # Errors
/// When any of them is invalid. The failure contains every problem once.
pub(crate) fn check(run: &Run) -> Result<Vec<Loaded>, Failure> {
    let checked = config::check(&run.options.config, &selection(run));
    let sound = checked.is_sound();
    let problems = name_sources(run, checked.problems);
    warn(run, &problems.0);
    if sound { Ok(checked.stages) } else { Err(problems.into()) }
}

/// Warns of other stages that have errors. They do not prevent this deploy.
pub(crate) fn warn_of_others(run: &Run, loaded: &Loaded) {
    let path = &run.options.config;
    let names = Declared::read(path);
    for stage in names.names().into_iter().filter(|name| *name != loaded.config.deployment.stage) {
        let selection = Selection { stage: Some(stage.to_owned()), ..selection(run) };
        let Err(problems) = config::load_elsewhere(path, &selection) else { continue };
        let errors = problems.0.iter().filter(|problem| problem.severity == Severity::Error).count();
        let fault = Fault::new(format!("{}: stage {stage} has {}", path.display(), counted(errors, "error")));
        let fault = fault.hint(SuggestedCommand::stack("validate").in_stage(stage).then(" shows them"));
        run.report.warn(&fault);
    }
}

/// Prints the warnings among these problems.
pub(crate) fn warn(run: &Run, problems: &[Problem]) {
    for warning in problems.iter().filter(|problem| problem.severity == Severity::Warning) {
        run.report.warn(&Fault::from(warning.clone()));
    }
}

/// Loads the config without printing warnings: they were printed before, or the caller prints them.
///
/// # Errors
/// As [`load`].
pub(crate) fn read(run: &Run) -> Result<Loaded, Failure> {
    Ok(config::load(&run.options.config, &selection(run)).map_err(|problems| name_sources(run, problems))?)
}

/// Loads the config for a comparison with the live settings, and prints its warnings.
///
/// # Errors
/// When the config is invalid.
pub(crate) fn load_to_compare(run: &Run) -> Result<Comparable, Failure> {
    let loaded = config::load_to_compare(&run.options.config, &selection(run));
    let loaded = loaded.map_err(|problems| name_sources(run, problems));
    let warnings = match &loaded {
        Ok(loaded) => loaded.warnings.as_slice(),
        Err(problems) => problems.0.as_slice(),
    };
    warn(run, warnings);
    Ok(loaded?)
}

/// Reads the names and routes of the config, and prints which of them cannot be read.
///
/// # Errors
/// When the stack or the location of its state cannot be read.
pub(crate) fn outline(run: &Run) -> Result<Outline, Failure> {
    let outline = config::outline(&run.options.config, &selection(run));
    let outline = outline.map_err(|problems| name_sources(run, problems))?;
    if !outline.omitted.is_empty() {
        let places: Vec<String> = outline.omitted.iter().map(|place| format!("`{place}`")).collect();
        let message = format!("{}: left out, because of errors: {}", run.options.config.display(), places.join(", "));
        let fault = Fault::new(message).hint(SuggestedCommand::stack("validate").then(" shows them"));
        run.report.warn(&fault);
    }
    Ok(outline)
}

/// Reads which stack the config names, and where its state is.
///
/// # Errors
/// When that cannot be read.
pub(crate) fn identify(run: &Run) -> Result<Identity, Failure> {
    let identity = config::identify(&run.options.config, &selection(run));
    let identity = identity.map_err(|problems| name_sources(run, problems))?;
    run.report.identified([&identity.service_name, &identity.stage, &identity.region]);
    Ok(identity)
}

/// Reads the identity of every declared stage, the default one first. A stage whose identity cannot be read is left out.
///
/// # Errors
/// When none can be read.
pub(crate) fn identify_all(run: &Run) -> Result<Vec<Identity>, Failure> {
    let path = &run.options.config;
    let declared = Declared::read(path);
    let of = |stage: &&str| Selection { stage: Some((*stage).to_owned()), ..selection(run) };
    let mut identities: Vec<Identity> = Vec::new();
    for stage in declared.names() {
        identities.extend(config::identify(path, &of(&stage)).ok());
    }
    if identities.is_empty() {
        identities.push(identify(run)?);
    }
    Ok(identities)
}

/// Names the environment variable where the value of a flag comes from one.
fn name_sources(run: &Run, mut problems: Problems) -> Problems {
    for problem in &mut problems.0 {
        if let Some(flag) = problem.path.strip_prefix("--") {
            problem.path = run.options.source(flag);
        }
    }
    problems
}

fn selection(run: &Run) -> Selection {
    Selection {
        stage: run.options.stage.clone(),
        region: run.options.region.clone(),
        service_name: run.options.service_name.clone(),
        environment: run.options.environment.clone(),
        today: run.options.today,
    }
}

/// Packages the folder of every function.
///
/// # Errors
/// When folders cannot be packaged. The failure names every such folder.
pub(crate) fn package(loaded: &Loaded) -> Result<BTreeMap<String, Arc<Package>>, Failure> {
    let (made, failed) = package_all(&loaded.config, &loaded.directory);
    if failed.is_empty() {
        return Ok(made);
    }
    let errors = failed.into_values().map(|failed| failed.fault()).collect();
    Err(Failure { exit: crate::exit::Exit::Usage, errors, hints: Vec::new() })
}

/// Packages the folder of every function. A folder that cannot be packaged gets a placeholder without a source hash,
/// which is not compared.
pub(crate) fn package_to_compare(loaded: &Comparable) -> BTreeMap<String, Arc<Package>> {
    let (mut made, failed) = package_all(&loaded.config, &loaded.directory);
    for Unpackaged { functions, error } in failed.into_values() {
        let text = error.to_string();
        let blank = Arc::new(Package::without_content(unknown(text.lines().next().unwrap_or_default())));
        made.extend(functions.into_iter().map(|name| (name, Arc::clone(&blank))));
    }
    made
}

/// A folder that cannot be packaged.
struct Unpackaged {
    functions: Vec<String>,
    error: PackageError,
}

impl Unpackaged {
    fn fault(&self) -> Fault {
        let text = self.error.to_string();
        let mut lines = text.lines();
        let (first, others) = self.functions.split_first().expect("a folder is packaged for at least one function");
        let mut fault = Fault::new(format!("functions.{first}.source: {}", lines.next().unwrap_or_default()));
        fault.details.extend(lines.map(|line| line.trim_start().to_owned()));
        if !others.is_empty() {
            fault.details.push(format!("the same applies to {}", list(others.iter().map(String::as_str))));
        }
        fault.hints.extend(self.error.hint().map(Into::into));
        fault
    }
}

/// Packages each folder once.
fn package_all(config: &Config, directory: &Path) -> (BTreeMap<String, Arc<Package>>, BTreeMap<PathBuf, Unpackaged>) {
    let (mut packages, mut made) = (Packages::default(), BTreeMap::new());
    let mut failed: BTreeMap<PathBuf, Unpackaged> = BTreeMap::new();
    for (name, function) in &config.functions {
        let folder = directory.join(&function.source);
        if let Some(known) = failed.get_mut(&folder) {
            known.functions.push(name.clone());
            continue;
        }
        match packages.get(&folder) {
            Ok(package) => {
                made.insert(name.clone(), package);
            }
            Err(error) => {
                failed.insert(folder, Unpackaged { functions: vec![name.clone()], error });
            }
        }
    }
    (made, failed)
}
