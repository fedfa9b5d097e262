//! Folders that cannot be packaged, with the complete error messages.

use std::{
    ffi::OsStr,
    os::unix::{ffi::OsStrExt as _, fs::symlink, net::UnixListener},
    path::Path,
};

use stackctl::package::package;

use super::folder;

/// The error message with its hint, without the folder's own path.
fn rejection(source: &Path) -> String {
    let error = package(source).unwrap_err();
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    format!("{error}{hint}").replace(&source.display().to_string(), "lambdas/test")
}

#[test]
fn a_missing_or_empty_folder_is_rejected() {
    assert_eq!(
        rejection(&folder(&[]).path().join("gone")),
        "folder `lambdas/test` not found\nhint: `source` is relative to the configuration file"
    );
    let expected = "the folder `lambdas/test` has no files to package\n\
                    hint: put the function's code into it, or let `.lambdaignore` leave out less";
    assert_eq!(rejection(folder(&[]).path()), expected);
    assert_eq!(rejection(folder(&[(".lambdaignore", "*\n"), ("a.py", "")]).path()), expected);
}

/// Symlinks below the parent of `app`, with their targets.
type Symlinks = &'static [(&'static str, &'static str)];

/// The symlinks, the contents of `.lambdaignore`, and the error.
const SYMLINKS: &[(Symlinks, &str, &str)] = &[
    (
        &[("app/link", "/dev/null")],
        "",
        "`lambdas/test/link` is a symlink that leaves the folder: it points to `/dev/null`\n\
         hint: put a copy into the folder, or name the symlink in `.lambdaignore`",
    ),
    // A folder whose name only begins like the package's folder.
    (
        &[("app/link", "../app-secrets")],
        "",
        "`lambdas/test/link` is a symlink that leaves the folder: it points to `../app-secrets`\n\
         hint: put a copy into the folder, or name the symlink in `.lambdaignore`",
    ),
    (
        &[("app/a_step", "../shared"), ("app/b.py", "a_step/b.py")],
        "",
        "`lambdas/test/a_step` is a symlink that leaves the folder: it points to `../shared`\n\
         hint: put a copy into the folder, or name the symlink in `.lambdaignore`",
    ),
    (
        &[("app/node_modules/shared", "../../shared")],
        "",
        "`lambdas/test/node_modules/shared` is a symlink that leaves the folder: it points to `../../shared`\n\
         hint: copy the workspace's packages into the folder with `pnpm deploy` or `npm install --install-links`, or name \
         the symlink in `.lambdaignore`",
    ),
    (
        &[("app/back", "there"), ("app/there", "back")],
        "there\n",
        "`lambdas/test/back` is a symlink to `there`, which leads back to it\n\
         hint: remove the symlink, or name it in `.lambdaignore`",
    ),
    (
        &[("app/link.py", "tests/a.py")],
        "tests\n",
        "`lambdas/test/link.py` is a symlink to `tests/a.py`, which is not in the package\n\
         hint: include what it points to by a line `!name` in `.lambdaignore`, or name the symlink there, too",
    ),
    (
        &[("app/link.py", "gone.py")],
        "",
        "`lambdas/test/link.py` is a symlink to `gone.py`, which does not exist\n\
         hint: remove the symlink, or name it in `.lambdaignore`",
    ),
];

#[test]
fn a_symlink_to_a_target_outside_the_package_is_rejected() {
    for (links, ignored, expected) in SYMLINKS {
        let parent = folder(&[
            ("app/a.py", ""),
            ("app/tests/a.py", ""),
            ("app/node_modules/package.json", ""),
            ("app/.lambdaignore", ignored),
            ("app-secrets/b.py", ""),
            ("shared/b.py", ""),
        ]);
        for (link, target) in *links {
            symlink(target, parent.path().join(link)).unwrap();
        }
        assert_eq!(rejection(&parent.path().join("app")), *expected, "{links:?}");
    }
}

#[test]
fn an_excluded_symlink_may_point_anywhere() {
    let source = folder(&[("a.py", ""), (".lambdaignore", "link\ngone\n")]);
    symlink("/", source.path().join("link")).unwrap();
    symlink("nowhere", source.path().join("gone")).unwrap();
    assert_eq!(package(source.path()).unwrap().files, ["a.py"]);
}

#[test]
fn a_name_that_is_not_utf_8_and_a_socket_are_rejected() {
    let source = folder(&[("a.py", "")]);
    std::fs::write(source.path().join(OsStr::from_bytes(b"b\xff.py")), "").unwrap();
    assert_eq!(rejection(source.path()), "the name `lambdas/test/b\u{fffd}.py` is not UTF-8\nhint: rename the file");

    let source = folder(&[("a.py", "")]);
    let _listener = UnixListener::bind(source.path().join("socket")).unwrap();
    assert_eq!(
        rejection(source.path()),
        "`lambdas/test/socket` is neither a file nor a folder\nhint: remove it, or name it in `.lambdaignore`"
    );
}
