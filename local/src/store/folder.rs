//! The emulator's folder: the database, and the blobs, named by their hashes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{
    database::Database,
    files, legacy,
    table::{Change, Changes, Row, restore_in, shallow},
};

/// The path of the row of the world itself, before those of all tables.
const WORLD: &str = "_";

/// The length of a blob's name.
const NAME: usize = 64;

/// The state of an emulator: a row whose tables have the entities.
pub(crate) trait World: Row + Default {
    /// A log event as older versions wrote it.
    type Event: DeserializeOwned;

    /// Takes in the log events of an older version.
    fn restore_events(&mut self, events: Vec<Self::Event>);

    /// Completes what is derived from the rows, once all are there.
    fn restored(&mut self);
}

/// A folder locked by one open emulator.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    database: Database,
    /// The blobs that are not written yet.
    blobs: BTreeMap<String, Bytes>,
    /// The changes that are not written yet.
    unwritten: Vec<Change>,
    /// The world's own row as last written.
    written: Vec<u8>,
    /// Kept open because closing it releases the lock.
    _lock: File,
}

impl Store {
    /// Opens the folder and reads its world.
    pub(crate) fn open<W: World>(dir: &Path) -> io::Result<(Self, W)> {
        files::folder(dir)?;
        files::folder(&dir.join("blobs"))?;
        let lock = files::open(&dir.join("lock"), File::options().write(true).create(true).truncate(false))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::new(
                io::ErrorKind::AddrInUse,
                format!("another local emulator is running in {}", dir.display()),
            ),
            TryLockError::Error(error) => error,
        })?;
        // Read first, so that a folder that is rejected stays as it is.
        let older = legacy::read::<W, W::Event>(dir)?;
        let database = Database::open(dir)?;
        let mut store = Self {
            dir: dir.to_owned(),
            database,
            blobs: BTreeMap::new(),
            unwritten: Vec::new(),
            written: Vec::new(),
            _lock: lock,
        };
        let mut world = match older {
            Some((mut world, events)) if store.database.is_empty()? => {
                world.restore_events(events);
                store.collect(&mut world, &mut BTreeMap::new())?;
                store.write()?;
                world
            }
            _ => store.read()?,
        };
        legacy::remove(dir)?;
        world.restored();
        Ok((store, world))
    }

    /// Reads the rows, and deletes the blobs that none of them names and the leftovers of interrupted writes.
    fn read<W: World>(&mut self) -> io::Result<W> {
        let mut world = W::default();
        let mut named = BTreeSet::new();
        let Self { database, written, .. } = self;
        database.read(|path, value| {
            named.extend(blobs_in(path.as_bytes()).chain(blobs_in(value)));
            if path == WORLD {
                value.clone_into(written);
                world = serde_json::from_slice(value)?;
                return Ok(());
            }
            let path: Vec<&str> = path.split('/').collect();
            Ok(restore_in(world.tables(), &path, value)?)
        })?;
        for (_, table) in world.tables() {
            table.restore(&[], &[])?;
        }
        for entry in fs::read_dir(self.dir.join("blobs"))? {
            let entry = entry?;
            if !named.contains(entry.file_name().as_encoded_bytes()) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(world)
    }

    /// Takes over what has changed, to be written by [`Store::write`].
    pub(crate) fn collect(&mut self, world: &mut impl World, blobs: &mut BTreeMap<String, Bytes>) -> io::Result<()> {
        self.blobs.append(blobs);
        let mut changes = Changes { list: Some(std::mem::take(&mut self.unwritten)) };
        let own = shallow(world)?;
        if own != self.written {
            changes.push(|| Change::Put(WORLD.to_owned(), own.clone()));
            self.written = own;
        }
        let collected =
            world.tables().into_iter().try_for_each(|(name, table)| table.collect(name, false, &mut changes));
        self.unwritten = changes.list.unwrap_or_default();
        Ok(collected?)
    }

    /// Writes the blobs, then the rows that name them. What cannot be written is tried again the next time.
    pub(crate) fn write(&mut self) -> io::Result<()> {
        while let Some((name, bytes)) = self.blobs.first_key_value() {
            if !self.blob_path(name).exists() {
                files::replace(&self.dir.join("blobs"), name, bytes)?;
            }
            self.blobs.pop_first();
        }
        if !self.unwritten.is_empty() {
            self.database.write(&self.unwritten)?;
            self.unwritten.clear();
        }
        Ok(())
    }

    /// The blob of that name.
    pub(crate) fn blob(&self, name: &str) -> Option<Bytes> {
        let pending = self.blobs.get(name).cloned();
        pending.or_else(|| files::read(&self.blob_path(name)).ok().flatten().map(Bytes::from))
    }

    /// All blobs, by name.
    pub(crate) fn blobs(&self) -> io::Result<BTreeMap<String, Bytes>> {
        let mut blobs = self.blobs.clone();
        for entry in fs::read_dir(self.dir.join("blobs"))? {
            let entry = entry?;
            if let Some(bytes) = files::read(&entry.path())? {
                blobs.insert(entry.file_name().to_string_lossy().into_owned(), bytes.into());
            }
        }
        Ok(blobs)
    }

    fn blob_path(&self, name: &str) -> PathBuf {
        self.dir.join("blobs").join(name)
    }
}

/// What is written as the name of a blob in a row.
fn blobs_in(value: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let words = value.split(|byte| !byte.is_ascii_hexdigit());
    words.filter(|word| word.len() == NAME).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::Emulator;

    #[test]
    fn symbolic_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let precious = folder.path().join("precious");
        for name in ["lock", "world.json", "emulator.sqlite3", "emulator.sqlite3-wal", "blobs"] {
            File::create(&precious).unwrap().write_all(b"precious").unwrap();
            let dir = folder.path().join(format!("emulator of {name}"));
            fs::create_dir(&dir).unwrap();
            std::os::unix::fs::symlink(&precious, dir.join(name)).unwrap();
            let error = Emulator::open(&dir, crate::Settings::default()).unwrap_err().to_string();
            let path = dir.join(name);
            let link = format!("{} is a symbolic link to {}", path.display(), precious.display());
            assert!(error.starts_with(&link) || name == "blobs", "{error}");
            assert_eq!(fs::read(&precious).unwrap(), b"precious", "{name}");
        }
    }
}
