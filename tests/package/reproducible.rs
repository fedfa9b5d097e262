//! The same files give the same bytes.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use sha2::{Digest, Sha256};
use stackctl::package::{Packages, may_change, package};

use super::{entries, folder, write};

/// Files whose zip is pinned: several in a sorted order that differs from the file system's, one compressible enough to
/// show the compressor's choices, one empty, one that may be executed.
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
fn code_sha256_is_that_of_the_zips_bytes_as_lambda_writes_it() {
    let package = package(fixture().path()).unwrap();
    let expected = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&package.bytes));
    assert_eq!(package.code_sha256, expected);
}

#[test]
fn entries_are_sorted_by_bytes_and_only_the_bootstrap_that_runs_is_executable() {
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

#[cfg(unix)]
#[test]
fn modes_and_times_on_the_disk_make_no_difference() {
    use std::os::unix::fs::PermissionsExt;
    let (one, other) = (fixture(), fixture());
    let path = other.path().join("a.txt");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    assert!(package(one.path()).unwrap() == package(other.path()).unwrap());
}

#[test]
fn a_content_a_name_or_a_file_more_changes_both_hashes() {
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

#[test]
fn lambdaignore_leaves_out_what_gitignore_would() {
    let source = folder(&[
        (".lambdaignore", "# tests\ntests/\n*.log\n!keep.log\n/build\n"),
        (".gitignore", "app.py\n"),
        ("app.py", ""),
        ("keep.log", ""),
        ("drop.log", ""),
        ("tests/test_app.py", ""),
        ("deep/tests/more.py", ""),
        ("build", ""),
        ("deep/build", ""),
    ]);
    assert_eq!(package(source.path()).unwrap().files, [".gitignore", "app.py", "deep/build", "keep.log"]);
}

#[test]
fn what_is_never_code_stays_out() {
    let source = folder(&[
        ("app.py", ""),
        ("__pycache__/app.pyc", ""),
        ("deep/__pycache__/app.pyc", ""),
        (".git/config", ""),
        (".DS_Store", ""),
        ("deep/.DS_Store", ""),
        (".lambdaignore", ""),
    ]);
    write(source.path(), "deep/app.py", b"");
    assert_eq!(package(source.path()).unwrap().files, ["app.py", "deep/app.py"]);
}

#[test]
fn what_editors_leave_stays_out() {
    let source = folder(&[
        ("app.py", ""),
        (".app.py.swp", ""),
        ("app.py~", ""),
        ("#app.py#", ""),
        ("app.py___jb_tmp___", ""),
        ("deep/.app.py.swx", ""),
        (".env", ""),
        ("swp", ""),
    ]);
    // Emacs locks a file by a symlink that leads nowhere.
    std::os::unix::fs::symlink("ann@machine.1234:1700000000", source.path().join(".#app.py")).unwrap();
    assert_eq!(package(source.path()).unwrap().files, [".env", "app.py", "swp"]);
}

#[test]
fn a_change_of_what_stays_out_changes_nothing() {
    let source = folder(&[("app.py", ""), (".lambdaignore", "/build/\n*.log\n"), ("build/deep/x.py", "")]);
    let may_change = |name: &str| may_change(source.path(), &source.path().join(name));
    for name in ["app.py", "new.py", "deep/new.py", ".lambdaignore", ""] {
        assert!(may_change(name), "{name}");
    }
    for name in ["build/deep/x.py", "build", "a.log", "deep/a.log", "__pycache__/app.pyc", "deep/.app.py.swp"] {
        assert!(!may_change(name), "{name}");
    }
    write(source.path(), ".lambdaignore", b"[z-a]");
    assert!(may_change("a.log"), "what is wrong with the file has to be told");
}

#[cfg(unix)]
#[test]
fn symlinks_within_the_folder_are_followed() {
    let source = folder(&[("real/a.py", "code"), ("b.py", "more")]);
    std::os::unix::fs::symlink("real", source.path().join("linked")).unwrap();
    std::os::unix::fs::symlink("../b.py", source.path().join("real/b.py")).unwrap();
    let package = package(source.path()).unwrap();
    let shown: Vec<_> = entries(&package).into_iter().map(|(name, _, content)| format!("{name}: {content}")).collect();
    assert_eq!(shown, ["b.py: more", "linked/a.py: code", "linked/b.py: more", "real/a.py: code", "real/b.py: more"]);
}
