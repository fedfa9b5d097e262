//! The folder of the local cloud beside the configuration, and what is in it.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    net::Ipv4Addr,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::filesystem::{self, Identity};

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
    /// For people who look into the file: what is asked is the port, on this machine.
    url: String,
    /// The folder whose server it is: a copy of the folder has none yet. Servers of before this was recorded have none.
    #[serde(default)]
    home: Option<Identity>,
}

impl Remembered {
    /// Where it answers, whatever the file says.
    pub(super) fn url(&self) -> String {
        url(self.port)
    }
}

fn url(port: u16) -> String {
    format!("http://{}:{port}", Ipv4Addr::LOCALHOST)
}

impl Home {
    /// The one of a configuration, which need not exist.
    pub(crate) fn beside(config: &Path) -> Self {
        Self { parent: config.with_file_name(".stackctl") }
    }

    /// Makes the folders. The data is the person's own, as are its users' passwords.
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
        self.remembered().map(|server| server.url())
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
        let path = self.folder().join("start.lock");
        filesystem::own(&path, filesystem::open_to_lock(&path)?)
    }

    /// Opens what the server writes its streams to.
    pub(super) fn open_log(&self) -> io::Result<File> {
        filesystem::own(&self.log(), filesystem::open_to_append(&self.log())?)
    }

    /// A server of this folder, for the others to find.
    pub(super) fn server(&self, port: u16) -> io::Result<Remembered> {
        Ok(Remembered { port, pid: std::process::id(), url: url(port), home: Some(Identity::of(&self.folder())?) })
    }

    /// Where the server was last; nothing when it never was, when the file is torn, or when it is about the server of the
    /// folder from which this one was copied.
    pub(super) fn remembered(&self) -> Option<Remembered> {
        let server: Remembered = serde_json::from_slice(&filesystem::read(&self.server_file()).ok()?).ok()?;
        let here = Identity::of(&self.folder()).ok();
        (server.home.is_none() || server.home == here).then_some(server)
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
        let log = filesystem::read(&self.log()).unwrap_or_default();
        let start = usize::try_from(start).unwrap_or(usize::MAX).min(log.len());
        let text = String::from_utf8_lossy(&log[start..]);
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[lines.len().saturating_sub(10)..].to_vec()
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
        let server = home.server(8080).unwrap();
        home.remember(&server).unwrap();
        assert_eq!((home.url(), home.remembered()), (Some("http://127.0.0.1:8080".into()), Some(server)));
    }

    #[test]
    fn a_copied_folder_remembers_no_server() {
        let folder = tempfile::tempdir().unwrap();
        let home = |name: &str| Home::beside(&folder.path().join(name).join("config.json"));
        let (original, copy) = (home("original"), home("copy"));
        original.make().unwrap();
        original.remember(&original.server(8080).unwrap()).unwrap();
        copy.make().unwrap();
        fs::copy(original.server_file(), copy.server_file()).unwrap();
        assert_eq!((copy.url(), copy.remembered()), (None, None));
        fs::rename(folder.path().join("original"), folder.path().join("moved")).unwrap();
        assert_eq!(home("moved").url(), Some("http://127.0.0.1:8080".into()), "one that was moved is still the same");
    }

    #[test]
    fn a_config_without_a_folder_has_its_home_here() {
        assert_eq!(Home::beside(Path::new("config.json")).states(), Path::new(".stackctl/local/state"));
    }
}
