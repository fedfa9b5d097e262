//! The cloud's folder: `world.json`, and beside it the blobs under the names of their hashes and the log events.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{logs::Line, world::World};

/// The form of `world.json` that this version writes. It reads older ones too: what they lack is empty, and each
/// service reads its own part of them.
const FORMAT: u32 = 3;

/// The events file is written anew, without what is no longer kept, when it has grown by this.
const LARGEST_GROWTH: usize = 32 * 1024 * 1024;

/// A folder that belongs to one open cloud.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    /// `world.json` as last written; a save that would write the same does nothing.
    written: Vec<u8>,
    /// How many log events there had been at the last save.
    archived: u64,
    /// Bytes appended to the events file since it was written anew.
    grown: usize,
    /// Held open, because closing it gives up the lock.
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
    /// Opens the folder and reads the world in it.
    pub(crate) fn open(dir: &Path) -> io::Result<(Self, World)> {
        fs::create_dir_all(dir.join("blobs"))?;
        let lock = File::create(dir.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                io::Error::new(io::ErrorKind::AddrInUse, format!("another local cloud is running in {}", dir.display()))
            }
            TryLockError::Error(error) => error,
        })?;
        let (written, mut world) = read(&dir.join("world.json"))?;
        world.logs.restore(read_events(&dir.join("events.jsonl"))?);
        let mut store = Self { dir: dir.to_owned(), written, archived: 0, grown: 0, _lock: lock };
        store.drop_unnamed_blobs()?;
        store.rewrite_events(&world)?;
        Ok((store, world))
    }

    /// Writes the blobs, then the world that names them, then the events of its log groups.
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

    /// Appends the new events. They are not synced: a killed process loses none, and a machine that stops loses logs.
    fn append_events(&mut self, world: &World) -> io::Result<()> {
        let text = lines(world, self.archived)?;
        if !text.is_empty() {
            File::options().append(true).create(true).open(self.dir.join("events.jsonl"))?.write_all(&text)?;
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

    /// The bytes of that name.
    pub(crate) fn blob(&self, name: &str) -> Option<Bytes> {
        fs::read(self.blob_path(name)).ok().map(Bytes::from)
    }

    /// All blobs on disk, by name.
    pub(crate) fn blobs(&self) -> io::Result<BTreeMap<String, Bytes>> {
        let entries = fs::read_dir(self.dir.join("blobs"))?.map(|entry| {
            let entry = entry?;
            Ok((entry.file_name().to_string_lossy().into_owned(), Bytes::from(fs::read(entry.path())?)))
        });
        entries.collect()
    }

    fn blob_path(&self, name: &str) -> PathBuf {
        self.dir.join("blobs").join(name)
    }

    /// Deletes the blobs that nothing in the world names any more, and what an interrupted write left.
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
    let bytes = match fs::read(path) {
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

/// The events after the first `count` as lines of JSON.
fn lines(world: &World, count: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for line in world.logs.lines_after(count) {
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Reads the events; a line that a kill cut off is not one.
fn read_events(path: &Path) -> io::Result<Vec<Line>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    Ok(text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

/// Puts a whole file in place, or leaves the old one: also when the machine stops in between.
fn replace(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(dir.join(name)).map_err(|error| error.error)?;
    File::open(dir)?.sync_all()
}
