//! Files of the emulator's folder: private, and never opened through links.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use rustix::fs::OFlags;

/// Creates a folder, or makes an existing one private.
pub(super) fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    no_link(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// Opens a file of the folder. A copied or cloned folder may contain symbolic links, so links are never followed.
pub(super) fn open(path: &Path, options: &mut fs::OpenOptions) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW.bits().cast_signed();
    options.mode(0o600).custom_flags(flags).open(path).map_err(|error| no_link(path).err().unwrap_or(error))
}

/// An error if the path is a symbolic link.
pub(super) fn no_link(path: &Path) -> io::Result<()> {
    let Ok(target) = fs::read_link(path) else { return Ok(()) };
    let (path, target) = (path.display(), target.display());
    Err(io::Error::other(format!(
        "{path} is a symbolic link to {target}: replace it by what it leads to, or remove it"
    )))
}

/// The content of a file, or `None` if there is no such file.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    match open(path, File::options().read(true)) {
        Ok(mut file) => file.read_to_end(&mut bytes).map(|_| Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces a file atomically, even if the machine stops in between.
pub(super) fn replace(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(dir.join(name)).map_err(|error| error.error)?;
    File::open(dir)?.sync_all()
}
