//! `stackctl state migrate`: moves the state to the place that the config names.

use crate::{
    cli::{MigrateArgs, StatePlace},
    config::{Identity, S3Location, StateLocation},
    exit::Exit,
    failure::Failure,
    hint::{Hint, SuggestedCommand},
    report::StateMoved,
    session::{OnInterrupt, Run, connection, lock, project},
    state::{Backend, StateError, Transferred, nothing_to_move, transfer},
};

pub(super) async fn run(run: &Run, arguments: &MigrateArgs) -> Result<Exit, Failure> {
    if run.options.local {
        return Err(Failure::usage("the states of the local emulator are always in `.stackctl/`: nothing to move")
            .hint("leave out `--local`"));
    }
    let identity = project::identify(run)?;
    let (from, to) = (source(run, &identity, arguments).await?, connection::store(run, &identity).await?);
    if from.address() == to.address() {
        return Err(Failure::usage(format!("{} is where the configuration keeps the state", to.place()))
            .hint("`--from` names the place that it is to come from"));
    }
    if from.document().await.map_err(unreadable)?.is_none() {
        // Taking a lock creates a folder. Without the lock, a state that is saved meanwhile is not moved.
        return Err(nothing_to_move(&*from, &*to).await?.into());
    }
    let _locks = (lock::take_elsewhere(run, &*from).await?, lock::take(run, &*to).await?);
    run.cancel.on_interrupt(OnInterrupt::Leave);
    let Transferred { saves } = transfer(&*from, &*to, (&identity.service_name, &identity.stage)).await?;
    run.meter.count_saves(saves);
    run.report.tell(&StateMoved { from: from.place(), to: to.place(), moved: saves > 0 });
    Ok(Exit::Done)
}

/// The failure when there is nothing to read at the old place. A missing bucket is not created there.
fn unreadable(error: StateError) -> Failure {
    let missing = matches!(&error, StateError::Bucket { error, .. } if error.code.as_deref() == Some("NoSuchBucket"));
    let mut failure = Failure::from(error);
    if missing {
        for fault in &mut failure.errors {
            fault.hints = vec!["`--from` names the bucket in which the state is now".into()];
        }
    }
    failure
}

/// The current place of the state: that of `--from`, or else the folder that is used when the config names none.
async fn source(run: &Run, identity: &Identity, arguments: &MigrateArgs) -> Result<Box<dyn Backend>, Failure> {
    let StateLocation { path, s3 } = &identity.state;
    match &arguments.from {
        Some(StatePlace::Folder(folder)) => {
            check_folder(folder, arguments)?;
            Ok(Box::new(connection::in_folder(identity, folder)))
        }
        Some(StatePlace::Bucket { bucket, key }) => {
            let Identity { service_name, stage, region, .. } = identity;
            let region = arguments.from_region.as_ref().unwrap_or(region).clone();
            let (bucket, owner) = (bucket.clone(), arguments.from_owner.clone());
            let key = key.clone().unwrap_or_else(|| S3Location::usual_key(service_name, stage));
            connection::in_bucket(run, identity, &S3Location { bucket, key, region, owner }).await
        }
        None if s3.is_some() => Ok(Box::new(connection::in_folder(identity, &identity.path.with_file_name(path)))),
        None => Err(Failure::usage("it is not said where the state is to come from").hint(
            Hint::from("name the place, as ")
                .run(SuggestedCommand::stack("state migrate --from s3://BUCKET/KEY"))
                .text(" or `--from FOLDER`"),
        )),
    }
}

fn check_folder(folder: &std::path::Path, arguments: &MigrateArgs) -> Result<(), Failure> {
    if arguments.from_region.is_some() || arguments.from_owner.is_some() {
        return Err(Failure::usage("`--from-region` and `--from-owner` speak of a bucket, and `--from` of a folder"));
    }
    if folder.is_file() {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.map_or_else(|| ".".into(), |parent| parent.display().to_string());
        return Err(Failure::usage(format!("{} is a file, and `--from` names its folder", folder.display()))
            .hint(format!("`--from {parent}`")));
    }
    Ok(())
}
