//! Writes the zip, hashes what goes in and looks at what is compiled, reading each file once.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::PackageError;
use super::collect::{Entry, Kind, unreadable};
use super::compiled::Compiled;

/// Deflate's own default. It is named because a zip of another level is another zip, and every function would change.
const LEVEL: i64 = 6;

/// The type of a symlink in a Unix mode, and all its permissions.
const SYMLINK: u32 = 0o120_777;

/// A zip and what went in.
pub(super) struct Zipped {
    pub(super) bytes: Vec<u8>,
    /// Of names, modes, contents and the targets of symlinks.
    pub(super) source_hash: String,
    /// The bytes that were read.
    pub(super) unzipped_size: u64,
    pub(super) compiled: Vec<Compiled>,
}

/// Gives the zip of the entries.
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
                // In one piece, because the compressor's choices depend on where the pieces end.
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

/// Lengths go in before what they measure, so that no two sets of entries are hashed alike.
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
