//! The question before what cannot be taken back.

use super::{app::App, terminal};
use crate::{error::Failure, report::Look};

/// Asks on a terminal, and returns when the answer is yes. `what` is to be confirmed; `hint` tells who is not asked, and
/// how to do without.
///
/// # Errors
/// When the answer is no, or nobody is there to give one.
pub(super) async fn ask(app: &App, what: &str, question: &str, hint: String) -> Result<(), Failure> {
    if app.report.look() == Look::Json || !terminal::is_there() {
        let message = format!("nobody is here to confirm {what}, so nothing was changed");
        return Err(Failure::usage(message).hint(hint));
    }
    match terminal::confirm(app, question).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::failed("not confirmed, so nothing was changed")),
        Err(error) => Err(Failure::io("the answer cannot be read", &error)),
    }
}
