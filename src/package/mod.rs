//! Packages a function's folder as a zip that is bit-identical on every machine for the same files, and as a hash of
//! its contents.
//!
//! The zip's entries are sorted by the bytes of their names and have a fixed time (1980-01-01, the earliest date in a
//! zip). A file is executable (0755) if its owner may execute it; `bootstrap` at the top always is. All other files are
//! 0644, because Lambda runs functions as a user who is neither the owner nor in the group. Other permission bits on
//! disk and the umask are ignored. Symlinks stay symlinks.
//!
//! This module is independent of the config, the state and AWS, except for Lambda's limits and the platforms of its
//! runtimes.

mod cache;
mod collect;
mod compiled;
mod error;
mod ignored;
mod links;
mod needs;
mod target;
mod unfit;
mod wheel;
mod zipped;

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

pub use cache::Packages;
pub use error::{Measure, PackageError};
pub use ignored::may_change;
pub use target::Platform;
pub use unfit::Unfit;

use collect::Entry;
use compiled::Compiled;

/// Lambda's limit for a zip in the request body. Larger packages require an upload to S3.
const MAXIMUM_ZIPPED: u64 = 50 * 1024 * 1024;
/// Lambda's limit for the unzipped package.
const MAXIMUM_UNZIPPED: u64 = 250 * 1024 * 1024;

/// A function's package.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Package {
    pub bytes: Vec<u8>,
    /// The SHA-256 of names, modes and contents, in hexadecimal. It differs if the code has changed.
    pub source_hash: String,
    /// The SHA-256 of the zip, in base64, as Lambda returns it in `CodeSha256`.
    pub code_sha256: String,
    /// The names of the files and symlinks in the zip, with `/` as the separator on every system.
    pub files: Vec<String>,
    /// The total size of the files, in bytes.
    pub unzipped_size: u64,
    /// The names of files and folders excluded because they may contain secrets.
    pub secrets: Vec<String>,
    compiled: Vec<Compiled>,
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

impl Package {
    /// A package of which only the source hash is known. It can be compared, but not uploaded.
    #[must_use]
    pub fn without_content(source_hash: String) -> Self {
        Self { source_hash, ..Self::default() }
    }

    /// A package that was kept as a zip. Its contents are not looked at.
    #[must_use]
    pub fn of_zip(bytes: Vec<u8>, source_hash: String) -> Self {
        Self { code_sha256: STANDARD.encode(Sha256::digest(&bytes)), bytes, source_hash, ..Self::default() }
    }

    /// Finds the compiled files that cannot be loaded in the function's environment. If a package has builds for
    /// several platforms, one matching build is enough. `source` is the folder as written in the config.
    #[must_use]
    pub fn unfit(&self, target: &Platform, source: &str) -> Vec<Unfit> {
        unfit::unfit(&self.compiled, target, source)
    }
}

/// Packages a folder. Excludes the files that `.lambdaignore` lists (in the syntax of `.gitignore`), files that are
/// never code, and files that may contain a secret.
///
/// # Errors
///
/// When the folder is missing or has no files to package, when a symlink leaves the folder, is dangling or points to an
/// excluded file, when a name is not UTF-8, when a file cannot be read, and when the package exceeds Lambda's limits.
pub fn package(source: &Path) -> Result<Package, PackageError> {
    package_within(source, MAXIMUM_ZIPPED, MAXIMUM_UNZIPPED)
}

fn package_within(source: &Path, maximum_zipped: u64, maximum_unzipped: u64) -> Result<Package, PackageError> {
    let collect::Collected { entries, secrets } = collect::collect(source)?;
    if entries.is_empty() {
        return Err(PackageError::Empty { folder: source.to_owned() });
    }
    let check = |measure, size, limit| {
        if size <= limit {
            return Ok(());
        }
        Err(PackageError::TooLarge { folder: source.to_owned(), measure, size, limit, biggest: biggest(&entries) })
    };
    check(Measure::Unzipped, entries.iter().map(Entry::size).sum(), maximum_unzipped)?;
    let zipped = zipped::zip_and_hash(&entries)?;
    // Checked again: a file may have grown before it was read.
    check(Measure::Unzipped, zipped.unzipped_size, maximum_unzipped)?;
    check(Measure::Zipped, zipped.bytes.len() as u64, maximum_zipped)?;
    Ok(Package {
        code_sha256: STANDARD.encode(Sha256::digest(&zipped.bytes)),
        bytes: zipped.bytes,
        source_hash: zipped.source_hash,
        unzipped_size: zipped.unzipped_size,
        compiled: zipped.compiled,
        files: entries.into_iter().map(|entry| entry.name).collect(),
        secrets,
    })
}

/// The five biggest entries, in descending order of size.
fn biggest(entries: &[Entry]) -> Vec<(String, u64)> {
    let mut sizes: Vec<_> = entries.iter().map(|entry| (entry.name.clone(), entry.size())).collect();
    sizes.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    sizes.truncate(5);
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a partial write does no harm in a temporary folder")]
    fn a_zip_over_the_limit_is_rejected_with_its_biggest_files() {
        let folder = tempfile::tempdir().unwrap();
        // Hashes are incompressible.
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
    fn the_limits_match_lambda() {
        assert_eq!((MAXIMUM_ZIPPED, MAXIMUM_UNZIPPED), (52_428_800, 262_144_000));
    }
}
