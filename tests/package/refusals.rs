//! Folders that cannot become packages, with the whole text of the refusal.

use std::path::Path;

use stackctl::package::package;

use super::folder;

/// Gives the refusal with its hint, without the folder's own path.
fn refusal(source: &Path) -> String {
    let error = package(source).unwrap_err();
    let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    format!("{error}{hint}").replace(&source.display().to_string(), "lambdas/test")
}

#[test]
fn a_missing_folder_is_refused() {
    let source = folder(&[]);
    assert_eq!(
        refusal(&source.path().join("gone")).replace("lambdas/test", "gone"),
        "there is no folder `gone`\nhint: `source` is relative to the configuration file"
    );
}

#[test]
fn a_folder_without_files_is_refused() {
    let expected = "the folder `lambdas/test` has no files to package\n\
                    hint: put the function's code into it, or let `.lambdaignore` leave out less";
    assert_eq!(refusal(folder(&[]).path()), expected);
    assert_eq!(refusal(folder(&[(".lambdaignore", "*\n"), ("a.py", "")]).path()), expected);
}

#[cfg(unix)]
mod symlinks {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn one_that_leaves_the_folder_is_refused_with_its_target() {
        let outside = folder(&[("secret", "")]);
        let source = folder(&[("a.py", "")]);
        symlink(outside.path().join("secret"), source.path().join("link")).unwrap();
        assert_eq!(
            refusal(source.path()).replace(&outside.path().display().to_string(), "/outside"),
            "`lambdas/test/link` is a symlink that leaves the folder: it points to `/outside/secret`\n\
             hint: put a copy into the folder, or name the symlink in `.lambdaignore`"
        );
    }

    #[test]
    fn one_that_leaves_the_folder_step_by_step_is_refused_too() {
        let parent = folder(&[("function/a.py", ""), ("shared/b.py", "")]);
        symlink("../shared", parent.path().join("function/step")).unwrap();
        symlink("step/b.py", parent.path().join("function/b.py")).unwrap();
        let text = refusal(&parent.path().join("function"));
        assert!(text.contains("is a symlink that leaves the folder"), "{text}");
    }

    #[test]
    fn one_to_a_neighbour_whose_name_begins_like_the_folders_is_refused() {
        let parent = folder(&[("app/a.py", ""), ("app-secrets/b.py", "")]);
        symlink("../app-secrets", parent.path().join("app/link")).unwrap();
        assert_eq!(
            refusal(&parent.path().join("app")),
            "`lambdas/test/link` is a symlink that leaves the folder: it points to `../app-secrets`\n\
             hint: put a copy into the folder, or name the symlink in `.lambdaignore`"
        );
    }

    #[test]
    fn one_that_is_left_out_may_lead_anywhere() {
        let source = folder(&[("a.py", ""), (".lambdaignore", "link\ngone\n")]);
        symlink("/", source.path().join("link")).unwrap();
        symlink("nowhere", source.path().join("gone")).unwrap();
        assert_eq!(package(source.path()).unwrap().files, ["a.py"]);
    }

    #[test]
    fn one_that_leads_back_to_itself_is_refused() {
        let source = folder(&[("a.py", "")]);
        symlink("there", source.path().join("back")).unwrap();
        symlink("back", source.path().join("there")).unwrap();
        std::fs::write(source.path().join(".lambdaignore"), "there\n").unwrap();
        assert_eq!(
            refusal(source.path()),
            "`lambdas/test/back` is a symlink to `there`, which leads back to it\n\
             hint: remove the symlink, or name it in `.lambdaignore`"
        );
    }

    #[test]
    fn one_of_a_workspace_is_refused_with_what_copies_its_packages() {
        let parent = folder(&[("app/index.js", ""), ("shared/index.js", "")]);
        std::fs::create_dir_all(parent.path().join("app/node_modules")).unwrap();
        symlink("../../shared", parent.path().join("app/node_modules/shared")).unwrap();
        assert_eq!(
            refusal(&parent.path().join("app")),
            "`lambdas/test/node_modules/shared` is a symlink that leaves the folder: it points to `../../shared`\n\
             hint: copy the workspace's packages into the folder with `pnpm deploy` or `npm install --install-links`, or \
             name the symlink in `.lambdaignore`"
        );
    }

    #[test]
    fn one_to_what_stays_out_is_refused() {
        let source = folder(&[("a.py", ""), ("tests/a.py", ""), (".lambdaignore", "tests\n")]);
        symlink("tests/a.py", source.path().join("link.py")).unwrap();
        assert_eq!(
            refusal(source.path()),
            "`lambdas/test/link.py` is a symlink to `tests/a.py`, which is not in the package\n\
             hint: include what it points to by a line `!name` in `.lambdaignore`, or name the symlink there, too"
        );
    }

    #[test]
    fn one_to_nothing_is_refused() {
        let source = folder(&[("a.py", "")]);
        symlink("gone.py", source.path().join("link.py")).unwrap();
        assert_eq!(
            refusal(source.path()),
            "`lambdas/test/link.py` is a symlink to `gone.py`, which does not exist\n\
             hint: remove the symlink, or name it in `.lambdaignore`"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf_8_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let source = folder(&[("a.py", "")]);
    std::fs::write(source.path().join(std::ffi::OsStr::from_bytes(b"b\xff.py")), "").unwrap();
    assert_eq!(refusal(source.path()), "the name `lambdas/test/b\u{fffd}.py` is not UTF-8\nhint: rename the file");
}

#[cfg(unix)]
#[test]
fn a_socket_is_refused() {
    let source = folder(&[("a.py", "")]);
    let _listener = std::os::unix::net::UnixListener::bind(source.path().join("socket")).unwrap();
    assert_eq!(
        refusal(source.path()),
        "`lambdas/test/socket` is neither a file nor a folder\nhint: remove it, or name it in `.lambdaignore`"
    );
}
