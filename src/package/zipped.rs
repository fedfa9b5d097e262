//! Writes the zip and hashes what goes in, reading each file once.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::PackageError;
use super::collect::{SourceFile, unreadable};

/// Deflate's own default. It is named because a zip of another level is another zip, and every function would change.
const LEVEL: i64 = 6;

/// Gives the zip of the files and the hash of names, modes and contents.
pub(super) fn zip_and_hash(files: &[SourceFile]) -> Result<(Vec<u8>, String), PackageError> {
    let mut hash = Sha256::new();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        let content = fs::read(&file.path).map_err(|error| unreadable(&file.path, error))?;
        let mode = mode(&file.name);
        hash_file(&mut hash, &file.name, mode, &content);
        zip.start_file(file.name.as_str(), options(mode))?;
        // In one piece, because the compressor's choices depend on where the pieces end.
        zip.write_all(&content).map_err(zip::result::ZipError::from)?;
    }
    let bytes = zip.finish()?.into_inner();
    Ok((bytes, hexadecimal(&hash.finalize())))
}

fn mode(name: &str) -> u32 {
    if name == "bootstrap" { 0o755 } else { 0o644 }
}

fn options(mode: u32) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .last_modified_time(DateTime::default())
        .unix_permissions(mode)
}

/// Lengths go in before what they measure, so that no two sets of files are hashed alike.
fn hash_file(hash: &mut Sha256, name: &str, mode: u32, content: &[u8]) {
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
