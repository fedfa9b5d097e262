//! The same files result in the same bytes.

use std::io::Cursor;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use sha2::{Digest, Sha256};
use stackctl::package::{Packages, package};

use super::{chmod, entries, folder};

/// Files whose zip is pinned: several in a sorted order that differs from the file system's, one compressible enough to
/// show the compressor's choices, one empty, and one executable.
fn fixture() -> tempfile::TempDir {
    let lines: Vec<_> = (0..2000_u32).map(|number| format!("line {number} of {}\n", number * number % 97)).collect();
    let long = lines.concat();
    folder(&[
        ("z.py", "def handler(event, context):\n    return {}\n"),
        ("bootstrap", "#!/bin/sh\n"),
        ("lib/long.txt", &long),
        ("lib/__init__.py", ""),
        ("lib/bootstrap", "not the one that runs\n"),
        ("Ärger.txt", "beyond ASCII\n"),
        ("a.txt", "first\n"),
    ])
}

#[test]
fn the_zip_of_fixed_files_has_a_fixed_hash() {
    let package = package(fixture().path()).unwrap();
    assert_eq!(package.code_sha256, "dt4BSLN0cJw12oTCAdFYVIVuB65ekgMvxZuP/mTxqWM=");
    assert_eq!(package.source_hash, "ca6a7b6557033c8ca060c7e0ddd042fc4bb490d943f8ef6bcff99e0c338ff1e1");
    assert_eq!(package.unzipped_size, 30675);
}

#[test]
fn code_sha256_is_the_base64_digest_of_the_zip_as_in_lambda() {
    let package = package(fixture().path()).unwrap();
    let expected = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&package.bytes));
    assert_eq!(package.code_sha256, expected);
}

#[test]
fn entries_are_sorted_by_bytes_and_only_the_top_level_bootstrap_is_executable() {
    let package = package(fixture().path()).unwrap();
    let shown: Vec<_> = entries(&package).into_iter().map(|(name, mode, _)| format!("{mode:o} {name}")).collect();
    assert_eq!(
        shown,
        [
            "100644 a.txt",
            "100755 bootstrap",
            "100644 lib/__init__.py",
            "100644 lib/bootstrap",
            "100644 lib/long.txt",
            "100644 z.py",
            "100644 Ärger.txt",
        ]
    );
    assert_eq!(
        package.files,
        ["a.txt", "bootstrap", "lib/__init__.py", "lib/bootstrap", "lib/long.txt", "z.py", "Ärger.txt"]
    );
}

#[test]
fn every_entry_has_the_same_time_and_no_extra_field() {
    let package = package(fixture().path()).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(&package.bytes)).unwrap();
    for index in 0..archive.len() {
        let file = archive.by_index(index).unwrap();
        assert_eq!(file.last_modified().unwrap().to_string(), "1980-01-01 00:00:00");
        assert_eq!(file.extra_data().unwrap_or_default(), b"");
        let (major, minor) = file.version_made_by();
        assert_eq!((major, minor, file.unix_mode().is_some()), (2, 0, true));
    }
}

/// A second fixture, so that the hash of the first one stays the same: packages without executables and symlinks have
/// not changed.
#[test]
fn the_zip_of_fixed_modes_and_symlinks_has_a_fixed_hash() {
    let source = folder(&[("bin/tool", "#!/bin/sh\n"), ("app.py", "")]);
    chmod(source.path(), "bin/tool", 0o755);
    symlink("bin/tool", source.path().join("tool")).unwrap();
    let package = package(source.path()).unwrap();
    let shown: Vec<_> =
        entries(&package).into_iter().map(|(name, mode, text)| format!("{mode:o} {name} {text}")).collect();
    assert_eq!(shown, ["100644 app.py ", "100755 bin/tool #!/bin/sh\n", "120777 tool bin/tool"]);
    assert_eq!(package.code_sha256, "TW0dqUorKfHTbHEPoSK1pbhg0BG15a0TDERJ4PMNJGw=");
    assert_eq!(package.source_hash, "8433034aeefa33b708df961dd80570ae0266b3ff47d86a7c67177fa75b777667");
    assert_eq!(package.unzipped_size, 18);
}

#[test]
fn of_the_mode_only_the_owners_execute_bit_makes_a_difference() {
    let plain = package(fixture().path()).unwrap();
    for (mode, same) in [(0o600, true), (0o666, true), (0o654, true), (0o700, false), (0o755, false)] {
        let source = fixture();
        chmod(source.path(), "a.txt", mode);
        let package = package(source.path()).unwrap();
        assert_eq!(package.source_hash == plain.source_hash, same, "{mode:o}");
        assert_eq!(package.code_sha256 == plain.code_sha256, same, "{mode:o}");
    }
}

#[test]
fn times_on_the_disk_make_no_difference() {
    let (one, other) = (fixture(), fixture());
    let file = std::fs::File::options().write(true).open(other.path().join("a.txt")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    assert!(package(one.path()).unwrap() == package(other.path()).unwrap());
}

#[test]
fn a_change_of_content_or_name_or_a_new_file_changes_both_hashes() {
    let before = package(folder(&[("a", "1"), ("b", "2")]).path()).unwrap();
    for files in [
        &[("a", "1"), ("b", "3")][..],
        &[("a", "1"), ("c", "2")],
        &[("a", "1"), ("b", "2"), ("c", "")],
        &[("a", "12"), ("b", "")],
    ] {
        let after = package(folder(files).path()).unwrap();
        assert!(before.source_hash != after.source_hash && before.code_sha256 != after.code_sha256);
    }
}

#[test]
fn functions_that_share_a_folder_share_the_package() {
    let source = folder(&[("functions/test/a.py", "")]);
    let mut packages = Packages::default();
    let one = packages.get(&source.path().join("functions/test")).unwrap();
    let other = packages.get(&source.path().join("functions/../functions/test")).unwrap();
    assert!(Arc::ptr_eq(&one, &other));
    assert!(packages.get(Path::new("nowhere")).is_err());
}
