//! A function's folder as a zip that is bit-identical on every machine for the same files, and as a hash of what went in.
//!
//! The zip's entries are sorted by their bytes and bear one fixed time (1980-01-01, the earliest that zip knows) and one of
//! two modes: 0755 for `bootstrap` at the top, which Lambda runs itself, and 0644 for everything else. The mode is never
//! read from the disk, because Windows and some checkouts have no executable bit, and a package that differs by machine
//! would be deployed again and again.
//!
//! This module knows nothing of the configuration, state or AWS, beyond Lambda's limits.

mod cache;
mod collect;
mod error;
mod ignored;
mod zipped;

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

pub use cache::Packages;
pub use error::{Measure, PackageError};
pub use ignored::may_change;

use collect::SourceFile;

/// Lambda's limit for a zip in the request itself; larger ones would have to come from S3.
const MAXIMUM_ZIPPED: u64 = 50 * 1024 * 1024;
/// Lambda's limit for the unpacked package.
const MAXIMUM_UNZIPPED: u64 = 250 * 1024 * 1024;

/// A function's package.
#[derive(Clone, PartialEq, Eq)]
pub struct Package {
    /// The zip.
    pub bytes: Vec<u8>,
    /// The SHA-256 of what went in (names, modes, contents), in hexadecimal: code has changed when it differs.
    pub source_hash: String,
    /// The SHA-256 of the zip, in base64, as Lambda answers it in `CodeSha256`.
    pub code_sha256: String,
    /// The names of the files in the zip, with `/` on every system.
    pub files: Vec<String>,
    /// The size of the files together, in bytes.
    pub unzipped_size: u64,
}

impl std::fmt::Debug for Package {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Package")
            .field("zipped_size", &self.bytes.len())
            .field("source_hash", &self.source_hash)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// Makes the package of a folder. What `.lambdaignore` names (in the syntax of `.gitignore`) stays out.
///
/// # Errors
///
/// When the folder is missing or has nothing in it, when a symlink leaves it or leads round in a circle, when a name is not
/// UTF-8, when a file cannot be read, and when the package is beyond Lambda's limits.
pub fn package(source: &Path) -> Result<Package, PackageError> {
    package_within(source, MAXIMUM_ZIPPED, MAXIMUM_UNZIPPED)
}

fn package_within(source: &Path, maximum_zipped: u64, maximum_unzipped: u64) -> Result<Package, PackageError> {
    let files = collect::collect(source)?;
    if files.is_empty() {
        return Err(PackageError::Empty { folder: source.to_owned() });
    }
    let too_large = |measure, size, limit| PackageError::TooLarge {
        folder: source.to_owned(),
        measure,
        size,
        limit,
        biggest: biggest(&files),
    };
    let unzipped_size = files.iter().map(|file| file.size).sum();
    if unzipped_size > maximum_unzipped {
        return Err(too_large(Measure::Unzipped, unzipped_size, maximum_unzipped));
    }
    let (bytes, source_hash) = zipped::zip_and_hash(&files)?;
    let zipped_size = bytes.len() as u64;
    if zipped_size > maximum_zipped {
        return Err(too_large(Measure::Zipped, zipped_size, maximum_zipped));
    }
    Ok(Package {
        code_sha256: STANDARD.encode(Sha256::digest(&bytes)),
        source_hash,
        files: files.into_iter().map(|file| file.name).collect(),
        unzipped_size,
        bytes,
    })
}

/// Gives the five biggest files, the biggest first.
fn biggest(files: &[SourceFile]) -> Vec<(String, u64)> {
    let mut sizes: Vec<_> = files.iter().map(|file| (file.name.clone(), file.size)).collect();
    sizes.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    sizes.truncate(5);
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "half a file would not harm a temporary folder")]
    fn a_zip_beyond_the_limit_is_refused_with_its_biggest_files() {
        let folder = tempfile::tempdir().unwrap();
        // Hashes do not compress.
        let noise: Vec<u8> = (0..6000_u32).flat_map(|number| Sha256::digest(number.to_be_bytes())).collect();
        std::fs::write(folder.path().join("noise.bin"), &noise).unwrap();
        std::fs::write(folder.path().join("app.py"), "").unwrap();
        let error = package_within(folder.path(), 100_000, MAXIMUM_UNZIPPED).unwrap_err();
        assert_eq!(
            error.to_string().replace(&folder.path().display().to_string(), "lambdas/test"),
            "the package of `lambdas/test` has 0.2 MB zipped, and Lambda takes 0.1 MB\n  \
             the biggest files are:\n  \
             0.2 MB noise.bin\n  \
             0.0 MB app.py"
        );
        assert!(package_within(folder.path(), 300_000, MAXIMUM_UNZIPPED).is_ok());
    }

    #[test]
    fn the_limits_are_lambdas() {
        assert_eq!((MAXIMUM_ZIPPED, MAXIMUM_UNZIPPED), (52_428_800, 262_144_000));
    }
}
