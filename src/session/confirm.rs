//! Confirmation prompts. All rules about when to ask are here, so that help, docs and behavior can be compared.

use super::{Run, terminal};
use crate::{
    failure::{ErrorCode, Failure},
    hint::Hint,
    report::{Look, Target},
};

/// An action that requires confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act<'a> {
    /// `up`, and the first deploy of `watch`.
    Deploy,
    /// `watch`, for every change other than code.
    Change,
    /// `down`.
    Delete { stage: &'a str },
    /// `rollback`.
    RollBack,
    /// `recover`.
    Recover,
    /// `unlock`.
    ForceRelease,
    /// `user delete`.
    DeleteUser,
    /// `local reset`.
    ResetEmulator,
}

/// What to type to confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer<'a> {
    /// `y`, or `yes`.
    Yes,
    /// The name of the stage, where one letter is not safe enough.
    StageName(&'a str),
}

impl<'a> Act<'a> {
    /// What to type to confirm this action. `None` where no confirmation is required: with `--local`, only actions that
    /// cannot be undone and the changes of `watch` other than code are confirmed.
    fn answer(self, local: bool) -> Option<Answer<'a>> {
        match (self, local) {
            (Self::Deploy | Self::RollBack | Self::Recover, true) => None,
            (Self::Delete { stage }, false) => Some(Answer::StageName(stage)),
            _ => Some(Answer::Yes),
        }
    }
}

/// A confirmation prompt.
pub(crate) struct Question<'a> {
    /// The action to confirm.
    pub(crate) act: Act<'a>,
    /// The action, its object and its location, as in `Deploy shop, stage dev, to account 123456789012 in eu-west-1`.
    pub(crate) text: String,
    /// How to run without a prompt.
    pub(crate) hint: Hint,
}

/// Whether this run asks for confirmation of this action.
pub(crate) fn is_due(run: &Run, act: Act<'_>) -> bool {
    !run.options.yes && act.answer(run.options.local).is_some()
}

/// Shows the target of the stack, also with `--quiet`: a prompt always shows what it is about.
pub(crate) fn show_target(run: &Run, target: &Target) {
    if run.options.quiet {
        run.report.insist(target);
    }
}

/// Asks for confirmation where it is required.
///
/// # Errors
/// When it is not confirmed, or stdin is not a terminal.
pub(crate) async fn ask(run: &Run, question: &Question<'_>) -> Result<(), Failure> {
    let Question { act, text, hint } = question;
    let Some(answer) = act.answer(run.options.local).filter(|_| !run.options.yes) else { return Ok(()) };
    if !terminal::is_there(run) {
        return Err(cannot_ask("not a terminal").hint(hint.clone()));
    }
    if run.report.look() == Look::Json {
        return Err(cannot_ask("`--json` prints nothing but events").hint(hint.clone()));
    }
    let unreadable = |error| Failure::io("the input cannot be read", &error);
    match answer {
        Answer::Yes if terminal::confirm(run, &format!("{text}?")).await.map_err(unreadable)? => Ok(()),
        Answer::Yes => Err(not_confirmed("")),
        Answer::StageName(stage) => {
            let question = format!("\n{text}?\nType the stage's name to confirm: ");
            named(stage, terminal::answer(run, &question).await.map_err(unreadable)?.trim())
        }
    }
}

/// Compares the typed text with the stage name.
fn named(stage: &str, typed: &str) -> Result<(), Failure> {
    match typed {
        _ if typed == stage => Ok(()),
        "" => Err(not_confirmed("")),
        _ => Err(not_confirmed(&format!(": expected the stage's name `{stage}`, found `{typed}`"))),
    }
}

fn cannot_ask(why: &str) -> Failure {
    Failure::usage(format!("cannot ask for confirmation: {why}. Nothing was changed."))
        .code(ErrorCode::ConfirmationRequired)
}

fn not_confirmed(why: &str) -> Failure {
    Failure::failed(format!("not confirmed{why}. Nothing was changed.")).code(ErrorCode::NotConfirmed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn deleting_a_stack_on_aws_requires_its_full_stage_name() {
        assert_eq!(named("prod", "prod"), Ok(()));
        assert_eq!(named("prod", ""), Err(not_confirmed("")));
        for typed in ["y", "yes", "PROD", "pro"] {
            let failure = named("prod", typed).unwrap_err();
            let message =
                format!("not confirmed: expected the stage's name `prod`, found `{typed}`. Nothing was changed.");
            assert_eq!((&*failure.errors[0].message, failure.exit), (&*message, Exit::Failed));
        }
    }
}
