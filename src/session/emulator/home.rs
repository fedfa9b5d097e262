//! The folder of the local emulator, beside the config file.

use std::{
    fmt,
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use stackctl_local::UserCredentials;
use tempfile::NamedTempFile;
use uuid::Uuid;

use super::probe::Door;
use crate::{
    cli::WeatherName,
    filesystem::{self, FileIdentity},
};

/// `.stackctl/local/`.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    parent: PathBuf,
}

/// The recorded address of the emulator, so that it restarts with the same URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub(super) port: u16,
    pub(super) pid: u32,
    /// For readers of the file only: requests use the port, on this machine.
    url: String,
    /// The folder of this emulator. A copy of the folder has no emulator yet. Files written by older versions lack this
    /// field.
    #[serde(default)]
    home: Option<FileIdentity>,
    /// Seconds without use after which the emulator stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) idle_stop: Option<u64>,
    /// The weather of this run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) weather: Option<WeatherName>,
}

/// The access key that requests to the emulator are signed with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Keys {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    /// The folder of this emulator. A copied or cloned folder gets a key of its own.
    home: FileIdentity,
}

impl Keys {
    /// The proof of knowing the secret, for these parts of a message.
    pub(super) fn proof(&self, parts: &[&str]) -> String {
        UserCredentials::new(&self.access_key_id, &self.secret_access_key).proof(parts)
    }

    fn random(home: FileIdentity) -> Self {
        let [id, first, second] = std::array::from_fn(|_| Uuid::new_v4().simple().to_string());
        Self {
            access_key_id: format!("AKIA{}", id[..16].to_uppercase()),
            secret_access_key: format!("{first}{second}")[..40].to_owned(),
            home,
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

impl Remembered {
    /// The URL, made from the port. The `url` of the file is not used.
    pub(super) fn url(&self) -> String {
        url(self.port)
    }
}

fn url(port: u16) -> String {
    format!("http://{}:{port}", Ipv4Addr::LOCALHOST)
}

impl Home {
    /// The folder for a config file, which need not exist.
    pub(crate) fn beside(config: &Path) -> Self {
        Self { parent: config.with_file_name(".stackctl") }
    }

    /// Creates the folders, private to the user: the data contains passwords.
    pub(super) fn make(&self) -> io::Result<()> {
        if let Some(project) = self.parent.parent() {
            fs::create_dir_all(project)?;
        }
        for folder in [&self.parent, &self.folder(), &self.cloud(), &self.states()] {
            filesystem::private_folder(folder)?;
        }
        match File::create_new(self.parent.join(".gitignore")) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made?.write_all(b"*\n"),
        }
    }

    /// The absolute path of a file beside the folder. It passes the location of the folder to the emulator.
    pub(super) fn config(&self) -> io::Result<PathBuf> {
        let parent = std::path::absolute(&self.parent)?;
        Ok(parent.with_file_name("config.json"))
    }

    /// The folder of the states of stacks on the local emulator. It is separate from that of stacks on AWS.
    pub(crate) fn states(&self) -> PathBuf {
        self.folder().join("state")
    }

    /// The folder of the emulator, to show.
    pub(crate) fn shown(&self) -> String {
        self.folder().display().to_string()
    }

    /// The size of the emulator's data on disk.
    pub(crate) fn data_bytes(&self) -> u64 {
        size_of(&self.cloud())
    }

    /// Deletes the emulator's data and the states of its stacks.
    pub(super) fn clear(&self) -> io::Result<()> {
        filesystem::no_link(&self.parent)?;
        filesystem::no_link(&self.folder())?;
        for folder in [self.states(), self.cloud()] {
            filesystem::no_link(&folder)?;
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the emulator has any data.
    pub(crate) fn has_data(&self) -> bool {
        self.cloud().exists()
    }

    /// The URL of the emulator, or of its last run.
    pub(crate) fn url(&self) -> Option<String> {
        self.remembered().map(|server| server.url())
    }

    /// Seconds without use after which the emulator stops.
    pub(crate) fn idle_stop(&self) -> Option<u64> {
        self.remembered()?.idle_stop
    }

    /// The way to the emulator that was recorded last.
    pub(crate) fn door(&self) -> Option<Door> {
        self.remembered().map(|server| Door { port: server.port, keys: self.keys() })
    }

    /// The access key of the emulator; `None` before its first start.
    pub(crate) fn keys(&self) -> Option<Keys> {
        let keys: Keys = serde_json::from_slice(&filesystem::read(&self.keys_file()).ok()?).ok()?;
        (FileIdentity::of(&self.folder()).ok() == Some(keys.home)).then_some(keys)
    }

    /// The access key of the emulator. Creates one at its first start.
    pub(super) fn make_keys(&self) -> io::Result<Keys> {
        if let Some(keys) = self.keys() {
            return Ok(keys);
        }
        let keys = Keys::random(FileIdentity::of(&self.folder())?);
        let mut file = NamedTempFile::new_in(self.folder())?;
        file.write_all(&serde_json::to_vec(&keys)?)?;
        file.persist(self.keys_file())?;
        Ok(keys)
    }

    /// The folder of the emulator's data.
    pub(super) fn cloud(&self) -> PathBuf {
        self.folder().join("cloud")
    }

    /// The file with the emulator's stdout and stderr.
    pub(super) fn log(&self) -> PathBuf {
        self.folder().join("log")
    }

    /// Opens the file that is locked while the emulator is started or stopped.
    pub(super) fn turn(&self) -> io::Result<File> {
        self.make()?;
        let path = self.folder().join("start.lock");
        filesystem::own(&path, filesystem::open_to_lock(&path)?)
    }

    /// Opens the file that the emulator keeps locked as long as its process runs.
    pub(super) fn process_lock(&self) -> io::Result<File> {
        let path = self.folder().join("process.lock");
        filesystem::own(&path, filesystem::open_to_lock(&path)?)
    }

    /// Whether the process of the emulator runs, even when it does not respond.
    pub(super) fn is_occupied(&self) -> bool {
        self.folder().exists()
            && self.process_lock().is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Opens the file for the emulator's stdout and stderr.
    pub(super) fn open_log(&self) -> io::Result<File> {
        filesystem::own(&self.log(), filesystem::open_to_append(&self.log())?)
    }

    /// The record of the emulator of this folder, for other commands.
    pub(super) fn server(
        &self,
        port: u16,
        (idle_stop, weather): (Option<Duration>, Option<WeatherName>),
    ) -> io::Result<Remembered> {
        let (home, idle_stop) = (Some(FileIdentity::of(&self.folder())?), idle_stop.map(|idle| idle.as_secs()));
        Ok(Remembered { port, pid: std::process::id(), url: url(port), home, idle_stop, weather })
    }

    /// The weather of the emulator that was recorded last.
    pub(crate) fn weather(&self) -> Option<WeatherName> {
        self.remembered()?.weather
    }

    /// The recorded address of the emulator. `None` when there is none, when the file is damaged, or when it belongs to
    /// the folder that this one was copied from.
    pub(super) fn remembered(&self) -> Option<Remembered> {
        let server: Remembered = serde_json::from_slice(&filesystem::read(&self.server_file()).ok()?).ok()?;
        let here = FileIdentity::of(&self.folder()).ok();
        (server.home.is_none() || server.home == here).then_some(server)
    }

    /// Records the address of the emulator atomically.
    pub(super) fn remember(&self, server: &Remembered) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(self.folder())?;
        file.write_all(&serde_json::to_vec(server)?)?;
        file.persist(self.server_file())?;
        Ok(())
    }

    /// The end of the log from the offset `start`, for an error.
    pub(super) fn log_since(&self, start: u64) -> Vec<String> {
        let log = filesystem::read(&self.log()).unwrap_or_default();
        let start = usize::try_from(start).unwrap_or(usize::MAX).min(log.len());
        let text = String::from_utf8_lossy(&log[start..]);
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[lines.len().saturating_sub(10)..].to_vec()
    }

    fn folder(&self) -> PathBuf {
        self.parent.join("local")
    }

    fn keys_file(&self) -> PathBuf {
        self.folder().join("credentials.json")
    }

    fn server_file(&self) -> PathBuf {
        self.folder().join("server.json")
    }
}

/// The size of the files below a folder.
fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|entry| {
        let metadata = entry.metadata().ok()?;
        Some(if metadata.is_dir() { size_of(&entry.path()) } else { metadata.len() })
    });
    sizes.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_server_file_counts_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::beside(&folder.path().join("config.json"));
        home.make().unwrap();
        File::create(home.server_file()).unwrap().write_all(b"{\"port\": 80").unwrap();
        assert_eq!(home.remembered(), None);
        let server = home.server(8080, (None, None)).unwrap();
        home.remember(&server).unwrap();
        assert_eq!((home.url(), home.remembered()), (Some("http://127.0.0.1:8080".into()), Some(server)));
    }

    #[test]
    fn a_copied_folder_has_no_recorded_server() {
        let folder = tempfile::tempdir().unwrap();
        let home = |name: &str| Home::beside(&folder.path().join(name).join("config.json"));
        let (original, copy) = (home("original"), home("copy"));
        original.make().unwrap();
        original.remember(&original.server(8080, (None, None)).unwrap()).unwrap();
        copy.make().unwrap();
        fs::copy(original.server_file(), copy.server_file()).unwrap();
        assert_eq!((copy.url(), copy.remembered()), (None, None));
        fs::rename(folder.path().join("original"), folder.path().join("moved")).unwrap();
        assert_eq!(home("moved").url(), Some("http://127.0.0.1:8080".into()), "a moved folder keeps its server");
    }

    #[test]
    fn the_folder_of_a_config_without_a_parent_is_in_the_current_folder() {
        assert_eq!(Home::beside(Path::new("config.json")).states(), Path::new(".stackctl/local/state"));
    }
}
