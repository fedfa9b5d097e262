//! The code of functions, unpacked once per zip.

use std::{
    fs,
    io::{self, Cursor, Read as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use tempfile::TempDir;
use tokio::sync::Mutex;
use zip::ZipArchive;

use super::Place;

const PYTHON: &str = include_str!("bootstrap.py");
const NODE: &str = include_str!("bootstrap.mjs");

/// A folder that lives as long as the cloud.
#[derive(Debug, Default)]
pub(super) struct CodeCache {
    folder: OnceLock<TempDir>,
    /// One unpacking at a time, so that no process starts from half a folder.
    unpacking: Arc<Mutex<()>>,
}

impl CodeCache {
    /// Finds or unpacks the zip.
    pub(super) async fn unpack(&self, key: &str, zip: Bytes) -> io::Result<Place> {
        let _alone = self.unpacking.lock().await;
        let root = self.folder()?.to_owned();
        let place = Place {
            task_root: root.join("code").join(folder_name(key)),
            bootstraps: root.join("runtime"),
            scratch: root.join("tmp"),
        };
        if !place.task_root.exists() {
            let task_root = place.task_root.clone();
            tokio::task::spawn_blocking(move || extract(&zip, &task_root)).await.map_err(io::Error::other)??;
        }
        Ok(place)
    }

    fn folder(&self) -> io::Result<&Path> {
        if let Some(folder) = self.folder.get() {
            return Ok(folder.path());
        }
        let folder = tempfile::Builder::new().prefix("stackctl-local-").tempdir()?;
        for name in ["code", "runtime", "tmp"] {
            fs::create_dir(folder.path().join(name))?;
        }
        for (name, text) in [("bootstrap.py", PYTHON), ("bootstrap.mjs", NODE)] {
            fs::File::create_new(folder.path().join("runtime").join(name))?.write_all(text.as_bytes())?;
        }
        Ok(self.folder.get_or_init(|| folder).path())
    }
}

/// Keys of blobs may hold characters that file names may not.
fn folder_name(key: &str) -> String {
    key.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}

fn extract(zip: &[u8], target: &Path) -> io::Result<()> {
    let half = target.with_extension("half");
    if half.exists() {
        fs::remove_dir_all(&half)?;
    }
    fs::create_dir(&half)?;
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(io::Error::other)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(io::Error::other)?;
        let Some(path) = entry.enclosed_name().map(|name| half.join(name)) else { continue };
        if entry.is_dir() {
            fs::create_dir_all(&path)?;
            continue;
        }
        write_file(&path, &mut entry)?;
    }
    fs::rename(&half, target)
}

fn write_file(path: &PathBuf, entry: &mut zip::read::ZipFile<'_, Cursor<&[u8]>>) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut content = Vec::new();
    entry.read_to_end(&mut content)?;
    if entry.is_symlink() {
        let link = String::from_utf8(content).map_err(io::Error::other)?;
        return std::os::unix::fs::symlink(link, path);
    }
    fs::File::create(path)?.write_all(&content)?;
    let executable = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
    fs::set_permissions(path, fs::Permissions::from_mode(if executable { 0o755 } else { 0o644 }))
}
