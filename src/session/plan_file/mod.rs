//! Plan files: a plan as data, with digests of everything that it was made from, so that `up FILE` applies this plan or
//! none.
//!
//! `up FILE` never executes what is in the file. It plans anew under the lock and compares: the config, the packages, the
//! state, the live resources and the steps must be those of the file. So a file cannot make a change that `up` itself
//! would not make.

mod differences;
mod digests;
mod document;
mod packages;
#[cfg(test)]
mod tests;
mod text;

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{Run, Session, Survey};
use crate::{
    cli::NewArgs,
    exit::Exit,
    failure::{Failure, Fault},
    filesystem,
    hint::{Hint, SuggestedCommand, for_a_shell},
    stack::FunctionPackages,
};

use digests::Salt;
use document::Sources;
pub(crate) use document::{Basis, PlanFile, table};

/// A plan file that was read, and its path.
pub(crate) struct ReadPlan {
    pub(crate) path: PathBuf,
    pub(crate) file: PlanFile,
}

/// Writes a plan file, and its packages beside it where they are kept.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn save(path: &Path, file: &PlanFile, packages: &FunctionPackages) -> Result<(), Failure> {
    if file.with_packages {
        packages::keep(path, packages)?;
    }
    let written = write(path, text::render(file).as_bytes());
    written.map_err(|error| Failure::io(format!("{} cannot be written", path.display()), &error))
}

/// Writes a file whole or not at all. Only its owner can read it.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

impl ReadPlan {
    /// Reads a plan file.
    ///
    /// # Errors
    /// When there is none, it is damaged, or it is of another format.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let bytes = filesystem::read(path).map_err(|error| {
            let failure = Failure::io(format!("{name}: the plan file cannot be read"), &error);
            Failure { exit: Exit::Usage, ..failure }
        })?;
        let file = text::parse(&bytes, &name).map_err(|failure| failure.hint(again(path)))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// The packages beside the file. `None` when they were not kept.
    ///
    /// # Errors
    /// When one of them is missing or damaged.
    pub(crate) fn packages(&self) -> Result<Option<FunctionPackages>, Failure> {
        self.file.with_packages.then(|| packages::read(&self.path, &self.file)).transpose()
    }

    /// The flags of `plan` that allow a new stage or a new stack.
    pub(crate) fn new_args(&self) -> NewArgs {
        self.file.new
    }

    /// Checks that this run is about the stack of the file.
    ///
    /// # Errors
    /// When stack, stage, Region, endpoint or account are others.
    pub(crate) fn check_target<C>(&self, session: &Session<C>) -> Result<(), Failure> {
        let differences = self.file.target_differences(&session.target());
        if differences.is_empty() {
            return Ok(());
        }
        let message = format!("{}: the plan is for another stack or place. Nothing was changed.", self.path.display());
        let fault = differences.into_iter().fold(Fault::new(message), Fault::detail);
        let stage = &self.file.target.stage;
        let other = (*stage != session.target().stage).then(|| {
            SuggestedCommand::stack("up").args(&format!(" {}", self.word())).in_stage(stage).then(" selects its stage")
        });
        Err(Failure { exit: Exit::Usage, ..Failure::from(fault) }.with_hints(other))
    }

    /// Checks that a survey comes to the plan of the file.
    ///
    /// # Errors
    /// When something has changed since. The failure names each difference.
    pub(crate) fn check(
        &self,
        run: &Run,
        (session, packages): (&Session, &FunctionPackages),
        survey: Result<Survey, Failure>,
    ) -> Result<Survey, Failure> {
        let survey = survey.map_err(|failure| {
            // What the planner rejects now is often what was changed in the config.
            let Sources { config, packages } = Sources::of(Salt(&self.file.id), session, packages);
            match self.file.source_differences(&config, &packages) {
                differences if differences.is_empty() => failure,
                differences => self.refuse(differences).after(failure),
            }
        })?;
        let begun = self.file.is_begun(&survey.state);
        let now = self.file.anew(Basis { session, packages, survey: &survey });
        let differences = self.file.differences(&now, begun);
        if !differences.is_empty() {
            let up = begun.then(|| SuggestedCommand::stack("up").then(" finishes the interrupted run with a new plan"));
            return Err(self.refuse(differences).with_hints(up));
        }
        if begun {
            run.report.note(format!("continuing an interrupted run of {}", self.path.display()));
        }
        Ok(survey)
    }

    fn refuse(&self, differences: Vec<String>) -> Failure {
        let message = format!("{}: the plan does not apply any more. Nothing was changed.", self.path.display());
        let fault = differences.into_iter().fold(Fault::new(message), Fault::detail);
        Failure::from(fault).hint(again(&self.path))
    }

    fn word(&self) -> String {
        for_a_shell(&self.path.display().to_string())
    }
}

/// The hint to make a new plan.
fn again(path: &Path) -> Hint {
    let path = for_a_shell(&path.display().to_string());
    SuggestedCommand::stack("plan").args(&format!(" --out {path}")).then(" writes a new plan")
}
