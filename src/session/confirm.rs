//! Confirmation prompts: what asks for one and where, in one place, so that help, docs and fact can be held together.

use super::{Run, terminal};
use crate::{
    failure::Failure,
    hint::Hint,
    report::{Look, Target},
};

/// What is confirmed before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act<'a> {
    /// `up`, and the first deploy of `watch`.
    Deploy,
    /// `watch`, for every change of more than code.
    Change,
    /// `down`, of a stack's stage.
    Delete {
        /// Its name.
        stage: &'a str,
    },
    /// `rollback`.
    RollBack,
    /// `recover`.
    Recover,
    /// `unlock`.
    ForceRelease,
    /// `user delete`.
    DeleteUser,
}

/// What is typed to confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer<'a> {
    /// `y`, or `yes`.
    Yes,
    /// The name of the stage: for what one letter is too little.
    StageName(&'a str),
}

impl<'a> Act<'a> {
    /// What is to be typed before it is done; nothing where it is done at once: with `--local` only what cannot be undone
    /// is confirmed, and `watch` shows every change of more than code.
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
    /// What is about to be done.
    pub(crate) act: Act<'a>,
    /// The action with its object and its place, as in `Deploy shop, stage dev, to account 123456789012 in eu-west-1`.
    pub(crate) text: String,
    /// How to do without.
    pub(crate) hint: Hint,
}

/// Whether this run asks before it does this.
pub(crate) fn is_due(run: &Run, act: Act<'_>) -> bool {
    !run.options.yes && act.answer(run.options.local).is_some()
}

/// Shows where the stack is, also with `--quiet`: nothing is confirmed that is not in sight.
pub(crate) fn show_target(run: &Run, target: &Target) {
    if run.options.quiet {
        run.report.insist(target);
    }
}

/// Asks where that is due, and returns when it is confirmed.
///
/// # Errors
/// When it is not confirmed, or there is no terminal to ask at.
pub(crate) async fn ask(run: &Run, question: &Question<'_>) -> Result<(), Failure> {
    let Question { act, text, hint } = question;
    let Some(answer) = act.answer(run.options.local).filter(|_| !run.options.yes) else { return Ok(()) };
    if !terminal::is_there() {
        return Err(cannot_ask("not a terminal").hint(hint.clone()));
    }
    if run.report.look() == Look::Json {
        return Err(cannot_ask("`--json` prints nothing but events").hint(hint.clone()));
    }
    let unreadable = |error| Failure::io("the answer cannot be read", &error);
    match answer {
        Answer::Yes if terminal::confirm(run, &format!("{text}?")).await.map_err(unreadable)? => Ok(()),
        Answer::Yes => Err(not_confirmed("")),
        Answer::StageName(stage) => {
            let question = format!("\n{text}?\nType the stage's name to confirm: ");
            named(stage, terminal::answer(run, &question).await.map_err(unreadable)?.trim())
        }
    }
}

/// Compares what was typed with the name that confirms.
fn named(stage: &str, typed: &str) -> Result<(), Failure> {
    match typed {
        _ if typed == stage => Ok(()),
        "" => Err(not_confirmed("")),
        _ => Err(not_confirmed(&format!(": expected the stage's name `{stage}`, found `{typed}`"))),
    }
}

fn cannot_ask(why: &str) -> Failure {
    Failure::usage(format!("cannot ask for confirmation: {why}. Nothing was changed."))
}

fn not_confirmed(why: &str) -> Failure {
    Failure::failed(format!("not confirmed{why}. Nothing was changed."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_on_aws_is_deleted_by_its_stages_whole_name() {
        assert_eq!(named("prod", "prod"), Ok(()));
        assert_eq!(named("prod", ""), Err(Failure::failed("not confirmed. Nothing was changed.")));
        for typed in ["y", "yes", "PROD", "pro"] {
            let message =
                format!("not confirmed: expected the stage's name `prod`, found `{typed}`. Nothing was changed.");
            assert_eq!(named("prod", typed), Err(Failure::failed(message)));
        }
    }
}
