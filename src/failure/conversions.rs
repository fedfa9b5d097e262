//! Conversions of other modules' errors into failures of a command.

use std::fmt::Write as _;

use super::{ErrorCode, Failure, Fault, Place};
use crate::{
    config::{Problem, Problems, Severity},
    engine::{ObserveError, PlanError, Refused, StackMismatch, StoreError},
    exit::Exit,
    hint::Hint,
    http::HttpError,
    state::{StateError, TransferError},
};

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let Problem { file, line, column, path, message, details, hint, severity } = problem;
        let mut whole = String::new();
        if let Some(file) = &file {
            whole.push_str(file);
            if let (Some(line), Some(column)) = (line, column) {
                let _ = write!(whole, ":{line}:{column}");
            }
            whole.push_str(": ");
        }
        if !path.is_empty() {
            whole.push_str(&path);
            whole.push_str(": ");
        }
        whole.push_str(&message);
        let place = Some(Place { file, line, column, path });
        let hints = hint.iter().map(Hint::from).collect();
        let code = (severity == Severity::Error).then_some(ErrorCode::Config);
        Self { code, message: whole, details, hints, place }
    }
}

impl From<Problems> for Failure {
    /// Takes the errors only. Warnings are printed before.
    fn from(problems: Problems) -> Self {
        let errors = problems.0.into_iter().filter(|problem| problem.severity == Severity::Error);
        Self { exit: Exit::Usage, errors: errors.map(Fault::from).collect(), hints: Vec::new() }
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StackMismatch> for Failure {
    fn from(error: StackMismatch) -> Self {
        StateError::from(error).into()
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = if error.contended { Exit::Locked } else { Exit::Failed };
        match &error.call {
            Some(call) => Self { exit, errors: vec![Fault::of(&error, call)], hints: Vec::new() },
            None => Self::new(exit, &error).with_hints(error.hints),
        }
    }
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::State(error) => error.into(),
            error => Self::failed(&error).with_hints(error.hints()),
        }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        Refused::from(error).into()
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let refused = Refused(refused.0.into_iter().map(as_written).collect());
        // A hint that several errors share is printed once, after the hints of single errors.
        let mut hints: Vec<Hint> = Vec::new();
        for hint in refused.0.iter().flat_map(PlanError::hints) {
            hints.retain(|other| *other != hint);
            hints.push(hint);
        }
        Self { exit: Exit::Failed, errors: refused.0.iter().map(refusal).collect(), hints }
    }
}

/// A rejection of the plan, with its code.
fn refusal(error: &PlanError) -> Fault {
    let code = match error {
        PlanError::WouldLoseData { .. } => Some(ErrorCode::DataLoss),
        PlanError::NotOurs { .. } => Some(ErrorCode::Unmanaged),
        _ => None,
    };
    Fault { code, ..Fault::new(error) }
}

/// Replaces the name of a pool's setting with its name in the config, which users know.
fn as_written(error: PlanError) -> PlanError {
    match error {
        PlanError::WouldLoseData { key, field, live, wanted } => {
            let words = [key.kind.as_str(), &field].map(camel_case);
            PlanError::WouldLoseData { key, field: words.join("."), live, wanted }
        }
        error => error,
    }
}

/// The name of a spec's field as spelled in the config.
pub(crate) fn camel_case(snake_case: &str) -> String {
    let mut words = snake_case.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        let capital = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &capital.into_iter().chain(letters).collect::<String>()
    })
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        Self::failed(&error).with_hints(error.hint())
    }
}

impl From<ObserveError> for Failure {
    fn from(error: ObserveError) -> Self {
        Self::resource(format!("{}: cannot be read", error.key), &error.error)
    }
}
