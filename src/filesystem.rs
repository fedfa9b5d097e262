//! Opens and creates the files and folders that stackctl writes: never through a symbolic link, which a cloned
//! repository can contain, and, in private folders, never a file of another user. Callers choose the file names.

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions},
    io::{self, Read as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

/// A file or folder that is not safe to use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {reason}", path.display())]
pub struct Unsafe {
    pub path: PathBuf,
    /// What is wrong with the file or folder.
    pub reason: Reason,
}

/// What is wrong with the file or folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("is a symbolic link to `{}`, and stackctl writes through none", .0.display())]
    Link(PathBuf),
    #[error("is not a regular file")]
    NoFile,
    #[error("is not a folder")]
    NoFolder,
    /// Owned by another user, with the user ID. The contents cannot be trusted.
    #[error("belongs to another user (uid {0})")]
    OtherOwner(u32),
}

impl Unsafe {
    /// How to fix the problem.
    #[must_use]
    pub fn hint(&self) -> String {
        let path = self.path.display();
        match self.reason {
            Reason::Link(_) => format!("replace the link by what it leads to, or remove it: `rm {path}`"),
            Reason::NoFile | Reason::NoFolder => format!("move `{path}` away, then run the command again"),
            Reason::OtherOwner(_) => {
                format!("check its contents, then delete it or take its ownership: `chown $USER {path}`")
            }
        }
    }

    /// The [`Unsafe`] inside an I/O error, if there is one.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    fn error(path: &Path, reason: Reason) -> io::Error {
        io::Error::other(Self { path: path.to_owned(), reason })
    }
}

/// The identity of a file or folder while it exists: device and inode. A copy has a different identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileIdentity {
    device: u64,
    inode: u64,
}

impl FileIdentity {
    /// The identity of the file or folder at a path.
    ///
    /// # Errors
    /// When the path does not exist or its metadata cannot be read.
    pub fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|metadata| Self { device: metadata.dev(), inode: metadata.ino() })
    }
}

/// Opens a file for locking and creates it if it is missing. Keeps its contents.
///
/// # Errors
/// [`Unsafe`] when the path is a symbolic link or not a regular file; otherwise the error of the operating system.
pub fn open_to_lock(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().read(true).write(true).create(true).truncate(false))
}

/// Opens a file for appending and creates it if it is missing.
///
/// # Errors
/// As [`open_to_lock`].
pub fn open_to_append(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().append(true).create(true))
}

/// Reads a whole file.
///
/// # Errors
/// As [`open_to_lock`].
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path, OpenOptions::new().read(true))?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a file. Only the owner can read and write a file that this creates.
///
/// # Errors
/// As [`open_to_lock`].
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Without `NONBLOCK`, opening a named pipe blocks.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let opened = options.mode(0o600).custom_flags(flags).open(path);
    let file = opened.map_err(|error| link(path).unwrap_or(error))?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(Unsafe::error(path, Reason::NoFile)) }
}

/// Checks that a folder is not a symbolic link. A missing folder is fine.
///
/// # Errors
/// [`Unsafe`] when it is a symbolic link.
pub fn no_link(folder: &Path) -> io::Result<()> {
    link(folder).map_or(Ok(()), Err)
}

/// Creates a folder that only its owner can enter. An existing folder must belong to the user; its permissions are
/// restricted to the owner.
///
/// # Errors
/// [`Unsafe`] when the path is a symbolic link, not a folder, or owned by another user; otherwise the error of the
/// operating system.
pub fn private_folder(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made,
    }
    no_link(path)?;
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_dir() {
        return Err(Unsafe::error(path, Reason::NoFolder));
    }
    owned(path, &metadata)?;
    // On file systems without modes this has no effect.
    if metadata.mode() & 0o077 != 0 { fs::set_permissions(path, Permissions::from_mode(0o700)) } else { Ok(()) }
}

/// Returns an open file if it belongs to the user.
///
/// # Errors
/// [`Unsafe`] when it belongs to another user, who may have created it while the folder was writable for all.
pub fn own(path: &Path, file: File) -> io::Result<File> {
    owned(path, &file.metadata()?)?;
    Ok(file)
}

/// Checks the owner. Root may use the folders of all users, as in a container.
fn owned(path: &Path, metadata: &Metadata) -> io::Result<()> {
    let user = rustix::process::geteuid();
    let own = user.is_root() || metadata.uid() == user.as_raw();
    if own { Ok(()) } else { Err(Unsafe::error(path, Reason::OtherOwner(metadata.uid()))) }
}

fn link(path: &Path) -> Option<io::Error> {
    fs::read_link(path).ok().map(|target| Unsafe::error(path, Reason::Link(target)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn reason<T: std::fmt::Debug>(result: io::Result<T>) -> Reason {
        let error = result.expect_err("it is rejected");
        Unsafe::of(&error).unwrap_or_else(|| panic!("{error}")).reason.clone()
    }

    #[test]
    fn symbolic_links_are_rejected_and_their_targets_are_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let (target, path) = (folder.path().join("target"), folder.path().join("link"));
        File::create(&target).and_then(|mut file| io::Write::write_all(&mut file, b"precious")).unwrap();
        symlink(&target, &path).unwrap();
        let linked = Reason::Link(target.clone());
        assert_eq!(reason(open_to_lock(&path)), linked);
        assert_eq!(reason(open_to_append(&path)), linked);
        assert_eq!(reason(read(&path)), linked);
        assert_eq!(reason(private_folder(&path)), linked);
        assert_eq!(fs::read(&target).unwrap(), b"precious");
        assert_eq!(
            fs::read(open_to_lock(&target).map(|_| &target).unwrap()).unwrap(),
            b"precious",
            "opening does not truncate"
        );
        fs::remove_file(&target).unwrap();
        assert_eq!(reason(open_to_lock(&path)), linked, "a dangling link is rejected too");
        assert!(!target.exists());
    }

    #[test]
    fn folders_and_pipes_are_not_regular_files() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(reason(read(folder.path())), Reason::NoFile);
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(reason(read(&pipe)), Reason::NoFile);
        assert_eq!(reason(private_folder(&pipe)), Reason::NoFolder);
    }

    #[test]
    fn private_folders_and_new_files_are_accessible_only_to_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let private = folder.path().join("private");
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        private_folder(&private).unwrap();
        assert_eq!(mode(&private), 0o700);
        fs::set_permissions(&private, Permissions::from_mode(0o777)).unwrap();
        private_folder(&private).unwrap();
        assert_eq!(mode(&private), 0o700);
        open_to_append(&private.join("log")).unwrap();
        assert_eq!(mode(&private.join("log")), 0o600);
    }

    #[test]
    fn an_error_names_the_path_and_hints_at_the_fix() {
        let message = |reason: Reason| {
            let one = Unsafe { path: "/p/x".into(), reason };
            [one.to_string(), one.hint()]
        };
        assert_eq!(
            message(Reason::Link("/etc/x".into())),
            [
                "`/p/x` is a symbolic link to `/etc/x`, and stackctl writes through none",
                "replace the link by what it leads to, or remove it: `rm /p/x`"
            ]
        );
        assert_eq!(
            message(Reason::OtherOwner(7)),
            [
                "`/p/x` belongs to another user (uid 7)",
                "check its contents, then delete it or take its ownership: `chown $USER /p/x`"
            ]
        );
        assert_eq!(message(Reason::NoFile)[0], "`/p/x` is not a regular file");
        assert_eq!(
            message(Reason::NoFolder),
            ["`/p/x` is not a folder", "move `/p/x` away, then run the command again"]
        );
    }
}
