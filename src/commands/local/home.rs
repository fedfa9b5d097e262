//! The folder of the local cloud beside the configuration, and what is in it.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

/// `.stackctl/local/`.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    parent: PathBuf,
}

/// Where the server was last, so that it comes back under the same URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub(super) port: u16,
    pub(super) pid: u32,
    pub(super) url: String,
}

impl Home {
    /// The one of a configuration, which need not exist.
    pub(crate) fn beside(config: &Path) -> Self {
        Self { parent: config.with_file_name(".stackctl") }
    }

    /// Makes the folders. The data is the person's own, as are its users' passwords.
    pub(super) fn make(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(self.folder())?;
        let ignore = self.parent.join(".gitignore");
        if !ignore.exists() {
            fs::File::create(ignore)?.write_all(b"*\n")?;
        }
        Ok(())
    }

    /// Any file beside the folder, in full: it tells the server where its home is.
    pub(super) fn config(&self) -> io::Result<PathBuf> {
        let parent = std::path::absolute(&self.parent)?;
        Ok(parent.with_file_name("config.json"))
    }

    /// The states of the stacks on the local cloud. They can never be mixed up with those of stacks on AWS.
    pub(crate) fn states(&self) -> PathBuf {
        self.folder().join("state")
    }

    /// Whether there is anything that a server here may know.
    pub(crate) fn has_data(&self) -> bool {
        self.cloud().exists()
    }

    /// Where the server answers, or did when it last ran.
    pub(crate) fn url(&self) -> Option<String> {
        self.remembered().map(|server| server.url)
    }

    /// The cloud's data.
    pub(super) fn cloud(&self) -> PathBuf {
        self.folder().join("cloud")
    }

    /// What the server writes to its streams.
    pub(super) fn log(&self) -> PathBuf {
        self.folder().join("log")
    }

    /// Opens the file whose lock is held by whoever starts or stops the server.
    pub(super) fn turn(&self) -> io::Result<File> {
        self.make()?;
        File::create(self.folder().join("start.lock"))
    }

    /// Where the server was last; nothing when it never was, or when the file is torn.
    pub(super) fn remembered(&self) -> Option<Remembered> {
        serde_json::from_slice(&fs::read(self.server_file()).ok()?).ok()
    }

    /// Remembers where the server is, whole or not at all.
    pub(super) fn remember(&self, server: &Remembered) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(self.folder())?;
        file.write_all(&serde_json::to_vec(server)?)?;
        file.persist(self.server_file())?;
        Ok(())
    }

    /// The end of the log from `start` on, for an error.
    pub(super) fn log_since(&self, start: u64) -> Vec<String> {
        let mut text = String::new();
        let read = File::open(self.log()).and_then(|mut file| {
            file.seek(SeekFrom::Start(start))?;
            file.read_to_string(&mut text)
        });
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        read.map(|_| lines[lines.len().saturating_sub(10)..].to_vec()).unwrap_or_default()
    }

    fn folder(&self) -> PathBuf {
        self.parent.join("local")
    }

    fn server_file(&self) -> PathBuf {
        self.folder().join("server.json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_memory_counts_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::beside(&folder.path().join("config.json"));
        home.make().unwrap();
        File::create(home.server_file()).unwrap().write_all(b"{\"port\": 80").unwrap();
        assert_eq!(home.remembered(), None);
        let server = Remembered { port: 8080, pid: 7, url: "http://127.0.0.1:8080".into() };
        home.remember(&server).unwrap();
        assert_eq!(home.remembered(), Some(server));
    }

    #[test]
    fn a_config_without_a_folder_has_its_home_here() {
        assert_eq!(Home::beside(Path::new("config.json")).states(), Path::new(".stackctl/local/state"));
    }
}
