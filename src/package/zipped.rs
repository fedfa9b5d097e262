//! Writes the zip, hashes the contents and inspects compiled files. Each file is read once.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::PackageError;
use super::collect::{Entry, Kind, unreadable};
use super::compiled::Compiled;

/// The default level of Deflate. It is explicit because another level changes the zip, and with it every function.
const LEVEL: i64 = 6;

/// The Unix mode of a symlink: its type and all permissions.
const SYMLINK: u32 = 0o120_777;

/// A zip and facts about its contents.
pub(super) struct Zipped {
    pub(super) bytes: Vec<u8>,
    /// The hash of names, modes, contents and symlink targets.
    pub(super) source_hash: String,
    /// The total number of bytes read.
    pub(super) unzipped_size: u64,
    pub(super) compiled: Vec<Compiled>,
}

/// Creates the zip of the entries.
pub(super) fn zip_and_hash(entries: &[Entry]) -> Result<Zipped, PackageError> {
    let mut hash = Sha256::new();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let (mut unzipped_size, mut compiled) = (0, Vec::new());
    for Entry { name, path, kind } in entries {
        match kind {
            Kind::Link { target } => {
                hash_entry(&mut hash, name, SYMLINK, target.as_bytes());
                zip.add_symlink(name.as_str(), target.as_str(), options(SYMLINK))?;
                unzipped_size += target.len() as u64;
            }
            Kind::File { executable, .. } => {
                let content = fs::read(path).map_err(|error| unreadable(path, error))?;
                let mode = if *executable { 0o755 } else { 0o644 };
                hash_entry(&mut hash, name, mode, &content);
                zip.start_file(name.as_str(), options(mode))?;
                // Written in one piece, because the compressor's output depends on the chunks.
                zip.write_all(&content).map_err(zip::result::ZipError::from)?;
                unzipped_size += content.len() as u64;
                compiled.extend(Compiled::of(name, &content));
            }
        }
    }
    let bytes = zip.finish()?.into_inner();
    Ok(Zipped { bytes, source_hash: hexadecimal(&hash.finalize()), unzipped_size, compiled })
}

fn options(mode: u32) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .last_modified_time(DateTime::default())
        .unix_permissions(mode)
}

/// Hashes an entry. Lengths precede names and contents, so that different entries never produce the same input.
fn hash_entry(hash: &mut Sha256, name: &str, mode: u32, content: &[u8]) {
    hash.update((name.len() as u64).to_be_bytes());
    hash.update(name);
    hash.update(mode.to_be_bytes());
    hash.update((content.len() as u64).to_be_bytes());
    hash.update(content);
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
