//! The database of the emulator's folder: rows by path, in `SQLite`.
//!
//! `SQLite`, because a transaction that it has committed is in the system's hands without a sync: a process that is killed
//! loses nothing. Of the embedded databases in Rust, redb keeps unsynced transactions in its own memory, and a sync per
//! request is 100 times slower. After a power failure, the last transactions may be missing; the database is intact.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, params};

use super::{files, table::Change};

/// The format of the rows that this version writes. Formats up to 3 were one JSON document (`legacy`).
const FORMAT: u32 = 4;

/// The pages of the write-ahead log at which it is moved into the database, which syncs. 40 MB.
const LARGEST_LOG: u32 = 10_000;

/// An open database.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    path: PathBuf,
}

impl Database {
    /// Opens the database of a folder, or creates an empty one.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        let path = dir.join("emulator.sqlite3");
        for suffix in ["-wal", "-journal", "-shm"] {
            files::no_link(&dir.join(format!("emulator.sqlite3{suffix}")))?;
        }
        // SQLite gives its other files the permissions of this one.
        files::open(&path, File::options().write(true).create(true).truncate(false))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&path, flags).and_then(|connection| {
            // One process has the folder, so the index of the log can be in its memory.
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            connection.pragma_update(None, "wal_autocheckpoint", LARGEST_LOG)?;
            Ok(connection)
        });
        let database = Self { connection: opened.map_err(|error| damaged(&path, &error))?, path };
        database.check_format()?;
        Ok(database)
    }

    fn check_format(&self) -> io::Result<()> {
        let format: u32 =
            self.ask(|connection| connection.pragma_query_value(None, "user_version", |row| row.get(0)))?;
        match format {
            0 => self.ask(|connection| {
                let table = "CREATE TABLE rows (path TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID";
                connection.execute_batch(&format!("BEGIN; {table}; PRAGMA user_version = {FORMAT}; COMMIT"))
            }),
            FORMAT => Ok(()),
            newer => Err(newer_format(&self.path, newer, FORMAT)),
        }
    }

    fn ask<T>(&self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> io::Result<T> {
        question(&self.connection).map_err(|error| damaged(&self.path, &error))
    }

    /// Passes every row to `see`, a row before those below it.
    pub(super) fn read(&self, mut see: impl FnMut(&str, &[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut read = Ok(());
        self.ask(|connection| {
            let mut rows = connection.prepare("SELECT path, value FROM rows ORDER BY path")?;
            let mut rows = rows.query([])?;
            while let Some(row) = rows.next()? {
                read = see(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_blob()?);
                if read.is_err() {
                    break;
                }
            }
            Ok(())
        })?;
        read
    }

    pub(super) fn is_empty(&self) -> io::Result<bool> {
        self.ask(|connection| connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM rows)", [], |row| row.get(0)))
    }

    #[cfg(test)]
    pub(super) fn limit_pages(&self, most: u32) {
        self.connection.pragma_update_and_check(None, "max_page_count", most, |_| Ok(())).unwrap();
    }

    /// Makes these changes in one transaction.
    pub(super) fn write(&mut self, changes: &[Change]) -> io::Result<()> {
        let written = self.connection.transaction().and_then(|transaction| {
            for change in changes {
                apply(&transaction, change)?;
            }
            transaction.commit()
        });
        written.map_err(|error| io::Error::other(format!("{}: {error}", self.path.display())))
    }
}

fn apply(connection: &Connection, change: &Change) -> rusqlite::Result<usize> {
    match change {
        Change::Put(path, value) => {
            // A row that is touched but equal is not written.
            let sql = "INSERT INTO rows VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value \
                       WHERE value IS NOT excluded.value";
            connection.prepare_cached(sql)?.execute(params![path, value])
        }
        Change::Remove(path) => {
            connection.prepare_cached("DELETE FROM rows WHERE path = ?1")?.execute([path])?;
            apply(connection, &Change::Clear(path.clone()))
        }
        Change::Clear(path) => {
            // The character after `/` is `0`.
            let sql = "DELETE FROM rows WHERE path > ?1 || '/' AND path < ?1 || '0'";
            connection.prepare_cached(sql)?.execute([path])
        }
    }
}

fn damaged(path: &Path, error: &rusqlite::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
}

/// The error for data of a newer version.
pub(super) fn newer_format(path: &Path, newer: u32, known: u32) -> io::Error {
    let path = path.display();
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!(
            "{path}: written in format {newer}, but this version reads formats up to {known}: use the newer version of \
             stackctl, or remove the folder to start with an empty emulator"
        ),
    )
}
