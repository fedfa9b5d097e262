//! The bytes of the file, as text.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::problem::Problem;

/// More than any configuration has: ten thousand functions make 2 MB.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Reads the file. A byte order mark at its beginning is left out.
pub(super) fn read(path: &Path) -> Result<String, Problem> {
    let about = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if about.is_dir() {
        let hint = format!("name the file in it, as `--config {}`", path.join("config.json").display());
        return Err(Problem::error("", "it is a folder, not a file").hint(hint));
    }
    if !about.is_file() {
        // A pipe or a device may have no end.
        return Err(Problem::error("", "it is not a regular file").hint("write the configuration to a file first"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Problem::error("", format!("the file has more than {} MB", LARGEST / 1024 / 1024)));
    }
    text(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let message = match error.kind() {
        // Nothing at the end of a path also says that a folder on the way is missing.
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            let hint = "`stackctl init` creates an example project; pass `--config` for another file";
            return Problem::error("", "file not found").hint(hint);
        }
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    };
    let denied = error.kind() == io::ErrorKind::PermissionDenied;
    let hint = denied.then(|| format!("make it readable: `chmod u+r {}`", path.display()));
    Problem::error("", message).maybe_hint(hint)
}

fn text(bytes: Vec<u8>) -> Result<String, Problem> {
    let encoding = match bytes.as_slice() {
        [0xFF, 0xFE, ..] | [b'{', 0, ..] => Some("UTF-16, little-endian"),
        [0xFE, 0xFF, ..] | [0, b'{', ..] => Some("UTF-16, big-endian"),
        _ => None,
    };
    if let Some(encoding) = encoding {
        return Err(Problem::error("", format!("the file is {encoding}, not UTF-8")).hint("save it as UTF-8"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].split(|byte| *byte == b'\n').count();
        Problem::error("", format!("the file is not UTF-8 text: byte {} on line {line}", at + 1))
            .hint("save it as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}
