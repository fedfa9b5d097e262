//! `PublishVersion`.

use super::{configuration, function::check_revision, members::Members, names::Target, refusals};
use crate::{
    emulator::Emulator,
    wire::{call::Call, error::Answered},
};

pub(super) fn publish_version(emulator: &Emulator, call: &Call) -> Answered {
    let members =
        Members::of(call).only("PublishVersion", &["CodeSha256", "Description", "FunctionName", "RevisionId"])?;
    let target = Target::read(emulator, call)?;
    let description = members.text("Description");
    let now = emulator.now();
    let mut world = emulator.world();
    let function = target.function_mut(&mut world.lambda)?;
    function.check_changeable(now)?;
    check_revision(members.text("RevisionId"), &function.latest.revision_id)?;
    if members.text("CodeSha256").is_some_and(|wanted| wanted != function.latest.code_sha256) {
        return Err(refusals::invalid(format!(
            "CodeSHA256 ({}) is different from current CodeSHA256 in $LATEST ({}). Please try again with the \
             CodeSHA256 in $LATEST.",
            members.text("CodeSha256").unwrap_or_default(),
            function.latest.code_sha256
        )));
    }
    // Recorded: the version of an active function is active at once.
    let version = function.publish(description, now);
    Ok(configuration::render(function, &version, Some(&version.label), now).into())
}
