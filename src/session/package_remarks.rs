//! Notes about the functions' packages before a deploy: secrets that are left out, and compiled files that Lambda
//! cannot load.

use std::sync::Arc;

use super::Run;
use crate::{
    config::{Config, list},
    exit::Exit,
    failure::{Failure, Fault},
    hint::Hint,
    package::{Package, Platform, Unfit},
    stack::FunctionPackages,
};

/// How many secrets are named.
const NAMED: usize = 5;

/// Prints the notes and warnings about packages.
///
/// # Errors
/// When a function cannot answer any request.
pub(crate) fn tell(run: &Run, config: &Config, packages: &FunctionPackages) -> Result<(), Failure> {
    Remarks::of(run, config, packages).tell(run, &Remarks::default())
}

/// Notes, warnings and errors about packages.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Remarks {
    notes: Vec<String>,
    warnings: Vec<Fault>,
    errors: Vec<Fault>,
}

impl Remarks {
    /// Finds what there is to tell, of each package once.
    pub(crate) fn of(run: &Run, config: &Config, packages: &FunctionPackages) -> Self {
        let mut remarks = Self::default();
        let mut seen: Vec<&Arc<Package>> = Vec::new();
        for (name, function) in &config.functions {
            let Some(package) = packages.get(name) else { continue };
            if !package.secrets.is_empty() && !seen.iter().any(|other| Arc::ptr_eq(other, package)) {
                remarks.notes.push(secrets(&function.source, &package.secrets));
            }
            seen.push(package);
            let target = Platform::new(&function.runtime, &function.architecture.to_string());
            for unfit in package.unfit(&target, &function.source) {
                remarks.add(run, name, unfit);
            }
        }
        remarks
    }

    /// Adds a problem of a function's package. A file that Lambda cannot load is only a warning with `--local`.
    fn add(&mut self, run: &Run, function: &str, unfit: Unfit) {
        let faults = if unfit.fatal && !run.options.local { &mut self.errors } else { &mut self.warnings };
        let Unfit { message, details, hints, .. } = unfit;
        let same = |fault: &&mut Fault| {
            fault.message.ends_with(&message) && fault.details.starts_with(&details) && fault.hints == hints[..]
        };
        if let Some(known) = faults.iter_mut().find(same) {
            return known.details.push(format!("also in the package of `{function}`"));
        }
        let message = format!("functions.{function}.source: {message}");
        faults.push(Fault { message, details, hints: hints.iter().map(Hint::from).collect(), ..Fault::default() });
    }

    /// Prints what is not among the remarks `before`.
    ///
    /// # Errors
    /// When a function cannot run on Lambda.
    pub(crate) fn tell(&self, run: &Run, before: &Self) -> Result<(), Failure> {
        let notes = self.notes.iter().filter(|note| !before.notes.contains(note));
        notes.for_each(|message| run.report.note(message));
        let warnings = self.warnings.iter().filter(|warning| !before.warnings.contains(warning));
        warnings.for_each(|warning| run.report.warn(warning));
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(Failure { exit: Exit::Usage, errors: self.errors.clone(), hints: Vec::new() })
    }
}

fn secrets(source: &str, secrets: &[String]) -> String {
    let quoted: Vec<_> = secrets.iter().take(NAMED).map(|secret| format!("`{secret}`")).collect();
    let shown = list(quoted.iter().map(String::as_str));
    let more = secrets.len().checked_sub(NAMED).filter(|more| *more > 0);
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    format!(
        "left out of the package of `{source}`, because they may contain secrets: {shown}{more}; a line `!{}` in \
         `{source}/.lambdaignore` includes it",
        secrets[0]
    )
}
