//! `UpdateFunctionCode` and `UpdateFunctionConfiguration`.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Function, code, configuration, create,
    function::{Phase, UNREAD, check_revision, new_revision},
    members::Members,
    names::Target,
    refusals,
    runtimes::{self, Purpose},
    settings,
};
use crate::{
    emulator::Emulator,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

const CODE_MEMBERS: &[&str] =
    &["Architectures", "DryRun", "FunctionName", "ImageUri", "Publish", "RevisionId", "S3Bucket", "S3Key", "ZipFile"];

pub(super) fn update_function_code(emulator: &Emulator, call: &Call) -> Answered {
    let members = Members::of(call).only("UpdateFunctionCode", CODE_MEMBERS)?;
    let target = Target::read(emulator, call)?;
    let package = code::read(call, members)?;
    let architecture = code::read_architecture(members);
    let (dry_run, publish) = (members.flag("DryRun"), members.flag("Publish"));
    let now = emulator.now();
    let mut world = emulator.world();
    let function = target.function_mut(&mut world.lambda)?;
    check_latest(&target)?;
    function.check_updatable(now)?;
    check_revision(members.text("RevisionId"), &function.latest.revision_id)?;
    runtimes::check(&function.latest.settings.runtime, Purpose::Update)?;
    let mut latest = function.latest.clone();
    latest.code_sha256 = package.code_sha256;
    latest.code_size = package.zip.len();
    latest.architecture = architecture.unwrap_or(latest.architecture);
    if dry_run {
        return Ok(configuration::render(function, &latest, None, now).into());
    }
    latest.blob = emulator.store_blob(&package.zip);
    function.latest = latest;
    begin_update(emulator, function, now);
    if publish {
        let version = function.publish(None, now + emulator.settings().weather.function_pending);
        return Ok(configuration::render_in(Phase::Pending, function, &version, Some(&version.label)).into());
    }
    Ok(configuration::render_in(Phase::Updating, function, &function.latest, None).into())
}

pub(super) fn update_function_configuration(emulator: &Emulator, call: &Call) -> Answered {
    let known = [settings::MEMBERS, &["RevisionId"]].concat();
    let members = Members::of(call).only("UpdateFunctionConfiguration", &known)?;
    let target = Target::read(emulator, call)?;
    let now = emulator.now();
    let mut world = emulator.world();
    let function = target.function(&world.lambda)?;
    check_latest(&target)?;
    let settings = function.latest.settings.merged(members)?;
    function.check_updatable(now)?;
    check_revision(members.text("RevisionId"), &function.latest.revision_id)?;
    runtimes::check(&settings.runtime, Purpose::Update)?;
    if members.value("Role").is_some() {
        create::check_role(emulator, &world, &settings.role)?;
    }
    let function = target.function_mut(&mut world.lambda)?;
    function.latest.settings = settings;
    begin_update(emulator, function, now);
    Ok(configuration::render_in(Phase::Updating, function, &function.latest, None).into())
}

fn begin_update(emulator: &Emulator, function: &mut Function, now: Duration) {
    function.latest.last_modified = Timestamp::now().as_millisecond();
    function.latest.revision_id = new_revision();
    function.unread_until = now + UNREAD;
    function.updating_until = now + emulator.settings().weather.update_in_progress;
}

/// Published versions never change.
pub(super) fn check_latest(target: &Target) -> Result<(), AwsError> {
    if target.qualifier.as_deref().is_none_or(|qualifier| qualifier == "$LATEST") {
        return Ok(());
    }
    Err(refusals::invalid(
        "This operation is permitted on Lambda functions only. Aliases and versions do not support \
                           this operation. Please specify either a function name or an unqualified function ARN.",
    ))
}
