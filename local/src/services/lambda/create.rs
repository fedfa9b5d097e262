//! `CreateFunction`.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Function, Version, code, configuration,
    function::{Phase, UNREAD, new_revision},
    members::Members,
    names::Target,
    refusals,
    runtimes::{self, Purpose},
    settings::{self, Settings},
    tags,
};
use crate::{
    emulator::{Emulator, world::World},
    store::table::Table,
    wire::{
        call::Call,
        error::{Answered, AwsError},
    },
};

const FURTHER_MEMBERS: &[&str] = &["Architectures", "Code", "PackageType", "Publish", "Tags"];

pub(super) fn create_function(emulator: &Emulator, call: &Call) -> Answered {
    let members = Members::of(call).only("CreateFunction", &[settings::MEMBERS, FURTHER_MEMBERS].concat())?;
    let target = Target::read(emulator, call)?;
    if target.name.len() > 64 {
        return Err(refusals::invalid(format!(
            "1 validation error detected: Value '{}' at 'functionName' failed to satisfy constraint: Member must have \
             length less than or equal to 64",
            target.name
        )));
    }
    let settings = read_settings(members)?;
    let architecture = code::read_architecture(members).unwrap_or_else(|| "x86_64".into());
    let tags = members.text_map("Tags").unwrap_or_default();
    tags::check(&tags)?;
    let publish = members.flag("Publish");
    let Some(code) = members.structure("Code") else {
        return Err(refusals::invalid("Please provide a source for function code."));
    };
    let package = code::read(call, code)?;
    let now = emulator.now();
    let mut world = emulator.world();
    if world.lambda.functions.contains_key(&target.arn) {
        return Err(refusals::conflict(format!("Function already exist: {}", target.name)));
    }
    check_role(emulator, &world, &settings.role)?;
    let latest = Version {
        label: "$LATEST".into(),
        settings,
        architecture,
        code_size: package.zip.len(),
        blob: emulator.store_blob(&package.zip),
        code_sha256: package.code_sha256,
        last_modified: Timestamp::now().as_millisecond(),
        revision_id: new_revision(),
        source_description: None,
        pending_until: Duration::ZERO,
    };
    let mut function = Function {
        name: target.name,
        arn: target.arn.clone(),
        latest,
        versions: Table::default(),
        published: 0,
        aliases: Table::default(),
        tags,
        policies: Table::default(),
        reserved_concurrency: None,
        pending_until: now + emulator.settings().weather.function_pending,
        updating_until: Duration::ZERO,
        unread_until: now + UNREAD,
    };
    // AWS returns the published version's configuration under the function's ARN.
    let answered = if publish { function.publish(None, function.pending_until) } else { function.latest.clone() };
    let answer = configuration::render_in(Phase::Pending, &function, &answered, None);
    world.lambda.functions.insert(target.arn, function);
    Ok(answer.into())
}

fn read_settings(members: Members<'_>) -> Result<Settings, AwsError> {
    if members.text("PackageType").is_some_and(|kind| kind != "Zip") {
        return Err(AwsError::not_imitated("functions from images"));
    }
    if members.value("Runtime").is_none() || members.value("Handler").is_none() {
        return Err(refusals::invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ));
    }
    let settings = Settings::default().merged(members)?;
    runtimes::check(&settings.runtime, Purpose::Create)?;
    Ok(settings)
}

/// Rejects a role that Lambda cannot assume: unknown, with another trusted principal, or too new.
pub(super) fn check_role(emulator: &Emulator, world: &World, role: &str) -> Result<(), AwsError> {
    if world.iam.role(role).is_some_and(|role| role.assumable_by("lambda.amazonaws.com", emulator.now())) {
        return Ok(());
    }
    Err(refusals::invalid("The role defined for the function cannot be assumed by Lambda."))
}
