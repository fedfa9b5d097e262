//! Errors of packaging a folder.

use std::fmt;
use std::path::PathBuf;

/// Why a folder cannot be packaged. [`PackageError::hint`] says how to fix it.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error("folder `{}` not found", folder.display())]
    NoFolder { folder: PathBuf },
    #[error("the folder `{}` has no files to package", folder.display())]
    Empty { folder: PathBuf },
    #[error("`{}` is a symlink that leaves the folder: it points to `{}`", link.display(), target.display())]
    LeavesFolder { link: PathBuf, target: PathBuf },
    #[error("`{}` is a symlink to `{}`, which leads back to it", link.display(), target.display())]
    Circle { link: PathBuf, target: PathBuf },
    #[error("`{}` is a symlink to `{}`, which does not exist", link.display(), target.display())]
    Dangling { link: PathBuf, target: PathBuf },
    #[error("`{}` is a symlink to `{}`, which is not in the package", link.display(), target.display())]
    LeftOut { link: PathBuf, target: PathBuf },
    /// A file name is not UTF-8, so it is not portable in a zip.
    #[error("the name `{}` is not UTF-8", path.display())]
    NotUtf8 { path: PathBuf },
    #[error("`{}` is neither a file nor a folder", path.display())]
    Special { path: PathBuf },
    #[error("`{}` cannot be understood: {reason}", path.display())]
    Ignore {
        /// The `.lambdaignore`.
        path: PathBuf,
        reason: String,
    },
    #[error("{}", too_large(folder, *measure, *size, *limit, biggest))]
    TooLarge {
        folder: PathBuf,
        measure: Measure,
        /// The size, in bytes.
        size: u64,
        /// The limit, in bytes.
        limit: u64,
        /// The biggest files and their sizes in bytes.
        biggest: Vec<(String, u64)>,
    },
    #[error("`{}` cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the zip file cannot be created: {0}")]
    Zip(#[from] zip::result::ZipError),
}

impl PackageError {
    /// How to fix the problem, if known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoFolder { .. } => Some("`source` is relative to the configuration file"),
            Self::Empty { .. } => Some("put the function's code into it, or let `.lambdaignore` leave out less"),
            Self::LeavesFolder { link, .. } if link.iter().any(|part| part == "node_modules") => Some(
                "copy the workspace's packages into the folder with `pnpm deploy` or `npm install --install-links`, or name \
                 the symlink in `.lambdaignore`",
            ),
            Self::LeavesFolder { .. } => Some("put a copy into the folder, or name the symlink in `.lambdaignore`"),
            Self::LeftOut { .. } => {
                Some("include what it points to by a line `!name` in `.lambdaignore`, or name the symlink there, too")
            }
            Self::Circle { .. } | Self::Dangling { .. } => Some("remove the symlink, or name it in `.lambdaignore`"),
            Self::NotUtf8 { .. } => Some("rename the file"),
            Self::Special { .. } => Some("remove it, or name it in `.lambdaignore`"),
            Self::TooLarge { .. } => Some("leave out what the function does not need, by naming it in `.lambdaignore`"),
            Self::Ignore { .. } | Self::Unreadable { .. } | Self::Zip(_) => None,
        }
    }
}

/// One of the two package sizes that Lambda limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The zip itself.
    Zipped,
    /// The total size of the files.
    Unzipped,
}

impl fmt::Display for Measure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Zipped => "zipped",
            Self::Unzipped => "unzipped",
        })
    }
}

fn too_large(folder: &std::path::Path, measure: Measure, size: u64, limit: u64, biggest: &[(String, u64)]) -> String {
    let (size, limit) = (megabytes(size), megabytes(limit));
    let files: Vec<_> = biggest.iter().map(|(name, size)| format!("\n  {} {name}", megabytes(*size))).collect();
    format!(
        "the package of `{}` has {size} {measure}, and Lambda takes {limit}\n  the biggest files are:{}",
        folder.display(),
        files.concat()
    )
}

/// Formats a size with one decimal, in MB of 1024 × 1024 bytes, as in Lambda's limits.
fn megabytes(bytes: u64) -> String {
    // Rounded up, so that a size just over a limit is not shown as the limit.
    let tenths = (bytes * 10).div_ceil(1024 * 1024);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
