//! The emulator's folder: `world.json`, the log events, and the blobs, named by their hashes.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::{emulator::world::World, services::logs::Line};

/// The format of `world.json` that this version writes. It also reads older formats: missing members are empty, and
/// each service reads its own part.
const FORMAT: u32 = 3;

/// The events file is rewritten without expired events after growing by this many bytes.
const LARGEST_GROWTH: usize = 32 * 1024 * 1024;

/// A folder locked by one open emulator.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    /// `world.json` as last written. A save without changes does nothing.
    written: Vec<u8>,
    /// The number of log events at the last save.
    archived: u64,
    /// Bytes appended to the events file since it was last rewritten.
    grown: usize,
    /// Kept open because closing it releases the lock.
    _lock: File,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    world: &'a World,
}

#[derive(Deserialize)]
struct Read {
    format: u32,
    world: World,
}

impl Store {
    /// Opens the folder and reads its world.
    pub(crate) fn open(dir: &Path) -> io::Result<(Self, World)> {
        let blobs = dir.join("blobs");
        fs::create_dir_all(&blobs)?;
        [dir, &blobs].into_iter().try_for_each(no_link)?;
        let lock = open(&dir.join("lock"), File::options().write(true).create(true).truncate(false))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::new(
                io::ErrorKind::AddrInUse,
                format!("another local emulator is running in {}", dir.display()),
            ),
            TryLockError::Error(error) => error,
        })?;
        let (written, mut world) = read(&dir.join("world.json"))?;
        world.logs.restore(read_events(&dir.join("events.jsonl"))?);
        let mut store = Self { dir: dir.to_owned(), written, archived: 0, grown: 0, _lock: lock };
        store.drop_unnamed_blobs()?;
        store.rewrite_events(&world)?;
        Ok((store, world))
    }

    /// Writes the blobs, then the world that names them, then the log events.
    pub(crate) fn save(&mut self, world: &World, blobs: &mut BTreeMap<String, Bytes>) -> io::Result<()> {
        while let Some((name, bytes)) = blobs.first_key_value() {
            if !self.blob_path(name).exists() {
                replace(&self.dir.join("blobs"), name, bytes)?;
            }
            blobs.pop_first();
        }
        let document = serde_json::to_vec(&Written { format: FORMAT, world })?;
        if document != self.written {
            replace(&self.dir, "world.json", &document)?;
            self.written = document;
        }
        self.append_events(world)
    }

    /// Appends the new events. They are not synced: a killed process loses none, a power failure may lose some.
    fn append_events(&mut self, world: &World) -> io::Result<()> {
        let text = lines(world, self.archived)?;
        if !text.is_empty() {
            let path = self.dir.join("events.jsonl");
            open(&path, File::options().append(true).create(true))?.write_all(&text)?;
        }
        self.archived = world.logs.count();
        self.grown += text.len();
        if self.grown > LARGEST_GROWTH { self.rewrite_events(world) } else { Ok(()) }
    }

    fn rewrite_events(&mut self, world: &World) -> io::Result<()> {
        replace(&self.dir, "events.jsonl", &lines(world, 0)?)?;
        self.archived = world.logs.count();
        self.grown = 0;
        Ok(())
    }

    /// The blob of that name.
    pub(crate) fn blob(&self, name: &str) -> Option<Bytes> {
        read_file(&self.blob_path(name)).ok().map(Bytes::from)
    }

    /// All blobs on disk, by name.
    pub(crate) fn blobs(&self) -> io::Result<BTreeMap<String, Bytes>> {
        let entries = fs::read_dir(self.dir.join("blobs"))?.map(|entry| {
            let entry = entry?;
            Ok((entry.file_name().to_string_lossy().into_owned(), Bytes::from(read_file(&entry.path())?)))
        });
        entries.collect()
    }

    fn blob_path(&self, name: &str) -> PathBuf {
        self.dir.join("blobs").join(name)
    }

    /// Deletes the blobs that the world does not reference, and leftovers of interrupted writes.
    fn drop_unnamed_blobs(&self) -> io::Result<()> {
        let world = String::from_utf8_lossy(&self.written);
        for entry in fs::read_dir(self.dir.join("blobs"))? {
            let entry = entry?;
            if !world.contains(&*entry.file_name().to_string_lossy()) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> io::Result<(Vec<u8>, World)> {
    let bytes = match read_file(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), World::default())),
        Err(error) => return Err(error),
    };
    let refused = |why: String| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()));
    let read: Read = serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
    if read.format > FORMAT {
        let newer = read.format;
        return Err(refused(format!("written in form {newer}, this version knows the forms up to {FORMAT}")));
    }
    Ok((bytes, read.world))
}

/// The events after the first `count` as JSON lines.
fn lines(world: &World, count: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for line in world.logs.lines_after(count) {
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Reads the events. A truncated line is skipped.
fn read_events(path: &Path) -> io::Result<Vec<Line>> {
    let text = match read_file(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    Ok(text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

/// Opens a file of the folder. A copied or cloned folder may contain symbolic links, so links are never followed.
fn open(path: &Path, options: &mut fs::OpenOptions) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW.bits().cast_signed();
    options.mode(0o600).custom_flags(flags).open(path).map_err(|error| no_link(path).err().unwrap_or(error))
}

fn no_link(path: &Path) -> io::Result<()> {
    let Ok(target) = fs::read_link(path) else { return Ok(()) };
    let (path, target) = (path.display(), target.display());
    Err(io::Error::other(format!(
        "{path} is a symbolic link to {target}: replace it by what it leads to, or remove it"
    )))
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path, File::options().read(true))?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Replaces a file atomically, even if the machine stops in between.
fn replace(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(dir.join(name)).map_err(|error| error.error)?;
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbolic_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let precious = folder.path().join("precious");
        for name in ["lock", "world.json", "events.jsonl", "blobs"] {
            File::create(&precious).unwrap().write_all(b"precious").unwrap();
            let dir = folder.path().join(format!("emulator of {name}"));
            fs::create_dir(&dir).unwrap();
            std::os::unix::fs::symlink(&precious, dir.join(name)).unwrap();
            let error = Store::open(&dir).unwrap_err().to_string();
            let path = dir.join(name);
            let told = format!("{} is a symbolic link to {}", path.display(), precious.display());
            assert!(error.starts_with(&told) || name == "blobs", "{error}");
            assert_eq!(fs::read(&precious).unwrap(), b"precious", "{name}");
        }
    }
}
