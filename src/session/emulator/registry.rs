//! The emulators of this user that run on this machine: a record for each, in a folder of the user.
//!
//! A record names a folder only. Whether its emulator runs, and where, is asked of the emulator itself.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::{Home, Server, background, probe};
use crate::{filesystem, report::EmulatorRow};

/// The folder of the records.
pub(crate) struct Registry {
    folder: PathBuf,
}

/// The record of an emulator that was started.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// The path of a config file beside the emulator's folder.
    config: PathBuf,
}

/// A record that is deleted when this is dropped.
#[derive(Debug)]
pub(super) struct Listed(PathBuf);

impl Drop for Listed {
    fn drop(&mut self) {
        // A record that stays is found to be stale.
        let _ = fs::remove_file(&self.0);
    }
}

impl Registry {
    /// The folder below `XDG_STATE_HOME`, or else below `HOME`. `None` when neither is an absolute path.
    pub(crate) fn of(environment: &BTreeMap<String, String>) -> Option<Self> {
        let absolute = |name: &str| environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let states = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
        Some(Self { folder: states.join("stackctl/emulators") })
    }

    /// Records the emulator of a folder.
    pub(super) fn add(&self, home: &Home) -> io::Result<Listed> {
        fs::create_dir_all(self.folder.parent().unwrap_or(&self.folder))?;
        filesystem::private_folder(&self.folder)?;
        let config = home.config()?;
        let path = self.folder.join(name(&config));
        let mut file = NamedTempFile::new_in(&self.folder)?;
        file.write_all(&serde_json::to_vec(&Record { config })?)?;
        file.persist(&path)?;
        Ok(Listed(path))
    }

    /// The emulators that run, by folder. Deletes the records of those that have ended.
    pub(crate) async fn running(&self) -> Vec<EmulatorRow> {
        let mut rows = Vec::new();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let bytes = filesystem::read(&path).ok();
            let Some(record) = bytes.and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok()) else { continue };
            let home = Home::beside(&record.config);
            match background::running(&home).await {
                Some(server) => rows.push(row(&record.config, server).await),
                None if !home.is_occupied() => drop(Listed(path)),
                // It starts, stops or does not respond.
                None => {}
            }
        }
        rows.sort_by(|one, other| one.folder.cmp(&other.folder));
        rows
    }
}

async fn row(config: &Path, server: Server) -> EmulatorRow {
    let folder = config.parent().unwrap_or(config).display().to_string();
    let started = probe::status(&server.door).await.ok().map(|status| status.started);
    EmulatorRow { folder, url: server.url, pid: server.pid, started }
}

/// The name of a record, which is the same for each start in a folder.
fn name(config: &Path) -> String {
    format!("{}.json", URL_SAFE_NO_PAD.encode(Sha256::digest(config.as_os_str().as_encoded_bytes())))
}
