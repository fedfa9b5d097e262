//! Folders of versions up to 0.1: one JSON document, `world.json`, and the log events in `events.jsonl`.

use std::{fs, io, path::Path};

use serde::{Deserialize, de::DeserializeOwned};

use super::{database::newer_format, files};

/// The last format of `world.json`. Missing members are empty, and each service reads its own older forms.
const FORMAT: u32 = 3;

const WORLD: &str = "world.json";
const EVENTS: &str = "events.jsonl";

#[derive(Deserialize)]
struct Document<W> {
    format: u32,
    world: W,
}

/// The world and the log events of a folder, if it has any.
pub(super) fn read<W: DeserializeOwned, E: DeserializeOwned>(dir: &Path) -> io::Result<Option<(W, Vec<E>)>> {
    let path = dir.join(WORLD);
    let Some(bytes) = files::read(&path)? else { return Ok(None) };
    let invalid = |why| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()));
    let document: Document<W> = serde_json::from_slice(&bytes).map_err(|error| invalid(error.to_string()))?;
    if document.format > FORMAT {
        return Err(newer_format(&path, document.format, FORMAT));
    }
    let events = files::read(&dir.join(EVENTS))?.unwrap_or_default();
    // The last line may be cut.
    let events = events.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    Ok(Some((document.world, events.collect())))
}

/// Removes what has been migrated.
pub(super) fn remove(dir: &Path) -> io::Result<()> {
    for name in [EVENTS, WORLD] {
        match fs::remove_file(dir.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
