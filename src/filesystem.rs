//! Opens and makes what stackctl itself writes: never through a symbolic link, which a cloned repository can hold, and,
//! where nobody else has any business, never what belongs to another user. It knows no names of files.

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions},
    io::{self, Read as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

/// Why a file or folder is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {reason}", path.display())]
pub struct Unsafe {
    /// Which one.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a file or folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It leads elsewhere.
    #[error("is a symbolic link to `{}`, and stackctl writes through none", .0.display())]
    Link(PathBuf),
    /// It is something else than a file.
    #[error("is not a regular file")]
    NoFile,
    /// It is something else than a folder.
    #[error("is not a folder")]
    NoFolder,
    /// Whoever owns it may have put anything into it.
    #[error("belongs to another user (uid {0})")]
    Foreign(u32),
}

impl Unsafe {
    /// The way out.
    #[must_use]
    pub fn hint(&self) -> String {
        let path = self.path.display();
        match self.reason {
            Reason::Link(_) => format!("replace the link by what it leads to, or remove it: `rm {path}`"),
            Reason::NoFile | Reason::NoFolder => format!("move `{path}` away, then run the command again"),
            Reason::Foreign(_) => {
                format!("look at what is in it, then remove it or make it yours: `chown $USER {path}`")
            }
        }
    }

    /// The refusal in an error of the system, when it is one.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    fn error(path: &Path, reason: Reason) -> io::Error {
        io::Error::other(Self { path: path.to_owned(), reason })
    }
}

/// What tells a file or folder from every other one for as long as it is there: device and inode. A copy has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    /// That of what is at a path.
    ///
    /// # Errors
    /// When there is nothing, or it cannot be looked at.
    pub fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|metadata| Self { device: metadata.dev(), inode: metadata.ino() })
    }
}

/// Opens a file to lock it, and makes it when there is none. What is in it stays.
///
/// # Errors
/// [`Unsafe`] when it is a link or no file, and whatever the system says.
pub fn open_to_lock(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().read(true).write(true).create(true).truncate(false))
}

/// Opens a file to add to its end, and makes it when there is none.
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

/// Opens a file; one that is made is its owner's alone.
///
/// # Errors
/// As [`open_to_lock`].
pub fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Without `NONBLOCK`, a named pipe would be waited for.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let opened = options.mode(0o600).custom_flags(flags).open(path);
    let file = opened.map_err(|error| link(path).unwrap_or(error))?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(Unsafe::error(path, Reason::NoFile)) }
}

/// Makes sure that a folder, when there is one, is no link.
///
/// # Errors
/// [`Unsafe`] when it is one.
pub fn no_link(folder: &Path) -> io::Result<()> {
    link(folder).map_or(Ok(()), Err)
}

/// Makes a folder that only its owner may enter. One that is there must be the user's own, and is closed to everybody else.
///
/// # Errors
/// [`Unsafe`] when it is a link, no folder or another user's, and whatever the system says.
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
    // Where the file system knows no modes this changes nothing.
    if metadata.mode() & 0o077 != 0 { fs::set_permissions(path, Permissions::from_mode(0o700)) } else { Ok(()) }
}

/// An open file that is the user's own.
///
/// # Errors
/// [`Unsafe`] when it belongs to another user: it was put there while the folder was open to everybody.
pub fn own(path: &Path, file: File) -> io::Result<File> {
    owned(path, &file.metadata()?)?;
    Ok(file)
}

/// The superuser works in everybody's folders, as in a container.
fn owned(path: &Path, metadata: &Metadata) -> io::Result<()> {
    let user = rustix::process::geteuid();
    let own = user.is_root() || metadata.uid() == user.as_raw();
    if own { Ok(()) } else { Err(Unsafe::error(path, Reason::Foreign(metadata.uid()))) }
}

fn link(path: &Path) -> Option<io::Error> {
    fs::read_link(path).ok().map(|target| Unsafe::error(path, Reason::Link(target)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn reason<T: std::fmt::Debug>(result: io::Result<T>) -> Reason {
        let error = result.expect_err("it is refused");
        Unsafe::of(&error).unwrap_or_else(|| panic!("{error}")).reason.clone()
    }

    #[test]
    fn nothing_is_opened_through_a_link_and_what_it_leads_to_stays() {
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
            "nor is it emptied"
        );
        fs::remove_file(&target).unwrap();
        assert_eq!(reason(open_to_lock(&path)), linked, "one that leads nowhere is a link all the same");
        assert!(!target.exists());
    }

    #[test]
    fn folders_and_pipes_are_no_files() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(reason(read(folder.path())), Reason::NoFile);
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(reason(read(&pipe)), Reason::NoFile);
        assert_eq!(reason(private_folder(&pipe)), Reason::NoFolder);
    }

    #[test]
    fn a_private_folder_is_closed_to_others_and_so_are_new_files() {
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
    fn a_refusal_names_the_path_and_the_way_out() {
        let told = |reason: Reason| {
            let one = Unsafe { path: "/p/x".into(), reason };
            [one.to_string(), one.hint()]
        };
        assert_eq!(
            told(Reason::Link("/etc/x".into())),
            [
                "`/p/x` is a symbolic link to `/etc/x`, and stackctl writes through none",
                "replace the link by what it leads to, or remove it: `rm /p/x`"
            ]
        );
        assert_eq!(
            told(Reason::Foreign(7)),
            [
                "`/p/x` belongs to another user (uid 7)",
                "look at what is in it, then remove it or make it yours: `chown $USER /p/x`"
            ]
        );
        assert_eq!(told(Reason::NoFile)[0], "`/p/x` is not a regular file");
        assert_eq!(told(Reason::NoFolder), ["`/p/x` is not a folder", "move `/p/x` away, then run the command again"]);
    }
}
