//! Unpacks the zip of a function, writing nothing outside its folder and no more than the sizes that the zip declares.

use std::{
    fs,
    io::{self, Cursor, Read as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, symlink},
    path::{Component, Path, PathBuf},
};

use zip::{ZipArchive, read::ZipFile};

/// Unpacks into a temporary folder, then renames it to `target`.
pub(super) fn unpack(zip: &[u8], target: &Path) -> io::Result<()> {
    let half = target.with_extension("half");
    if half.exists() {
        fs::remove_dir_all(&half)?;
    }
    fs::create_dir(&half)?;
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(io::Error::other)?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(io::Error::other)?;
        unpack_entry(&half, entry)?;
    }
    fs::rename(&half, target)
}

fn unpack_entry(folder: &Path, mut entry: ZipFile<'_, Cursor<&[u8]>>) -> io::Result<()> {
    let written = entry.name().map_err(io::Error::other)?.into_owned();
    let name = entry.enclosed_name().filter(|_| !written.starts_with('/'));
    let name = name.ok_or_else(|| refused(&written, "leads out of the folder"))?;
    if entry.is_dir() {
        return make_folders(folder, &name).map(|_| ());
    }
    let parent = name.parent().unwrap_or(Path::new(""));
    let path = make_folders(folder, parent)?.join(name.file_name().unwrap_or_default());
    if entry.is_symlink() {
        let mut text = String::new();
        let size = entry.size();
        entry.by_ref().take(size).read_to_string(&mut text)?;
        return symlink(text, path);
    }
    let mode = seen_by_lambda(entry.unix_mode().unwrap_or(0o644));
    // `create_new`: with two entries of one name, the first may be a symlink that the second would be written through.
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    // An entry that is larger than the zip says is an error of the library.
    io::copy(&mut entry, &mut file).map_err(|error| refused(&written, &format!("is damaged: {error}")))?;
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// Creates the folders of a path one by one. A symlink is rejected, wherever it points.
fn make_folders(folder: &Path, name: &Path) -> io::Result<PathBuf> {
    let mut path = folder.to_owned();
    for part in name.components().filter(|part| matches!(part, Component::Normal(_))) {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Ok(there) if there.is_dir() => {}
            Ok(_) => return Err(refused(&name.display().to_string(), "goes through what is no folder")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir(&path)?,
            Err(error) => return Err(error),
        }
    }
    Ok(path)
}

/// Lambda runs a function as a user who neither owns its files nor is in their group. The mode's permissions for others
/// therefore become those of the local user.
fn seen_by_lambda(mode: u32) -> u32 {
    let others = mode & 0o7;
    mode & 0o77 | others << 6
}

fn refused(name: &str, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("`{name}` in its zip {why}"))
}
