//! Symlinks stay symlinks, and have the same target on Lambda.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use stackctl::package::{Package, package};

use super::{entries, folder};

/// The symlinks of a package, with their targets.
fn links(package: &Package) -> Vec<String> {
    let links = entries(package).into_iter().filter(|(_, mode, _)| *mode == 0o120_777);
    links.map(|(name, _, target)| format!("{name} -> {target}")).collect()
}

fn links_of(source: &Path) -> Vec<String> {
    links(&package(source).unwrap())
}

#[test]
fn the_symlinks_of_pnpm_are_kept() {
    let store = "node_modules/.pnpm";
    let source = folder(&[
        ("index.js", ""),
        ("node_modules/.pnpm/outer@1.0.0/node_modules/outer/index.js", ""),
        ("node_modules/.pnpm/inner@1.0.0/node_modules/inner/index.js", ""),
    ]);
    let at = |name: &str| source.path().join(name);
    symlink("../../inner@1.0.0/node_modules/inner", at(&format!("{store}/outer@1.0.0/node_modules/inner"))).unwrap();
    symlink(".pnpm/outer@1.0.0/node_modules/outer", at("node_modules/outer")).unwrap();
    let package = package(source.path()).unwrap();
    assert_eq!(
        package.files,
        [
            "index.js",
            "node_modules/.pnpm/inner@1.0.0/node_modules/inner/index.js",
            "node_modules/.pnpm/outer@1.0.0/node_modules/inner",
            "node_modules/.pnpm/outer@1.0.0/node_modules/outer/index.js",
            "node_modules/outer",
        ]
    );
    assert_eq!(
        links(&package),
        [
            "node_modules/.pnpm/outer@1.0.0/node_modules/inner -> ../../inner@1.0.0/node_modules/inner",
            "node_modules/outer -> .pnpm/outer@1.0.0/node_modules/outer",
        ]
    );
}

#[test]
fn a_symlink_may_point_to_a_parent_folder_or_to_another_symlink() {
    let source = folder(&[("deep/a.py", "")]);
    symlink("..", source.path().join("deep/up")).unwrap();
    symlink("deep/up/deep/a.py", source.path().join("round.py")).unwrap();
    symlink("./deep//a.py", source.path().join("plain.py")).unwrap();
    assert_eq!(links_of(source.path()), ["deep/up -> ..", "plain.py -> ./deep//a.py", "round.py -> deep/up/deep/a.py"]);
}

#[test]
fn a_target_that_leaves_the_folder_and_returns_is_shortened() {
    let parent = folder(&[("app/real/a.py", "")]);
    let app = parent.path().join("app");
    symlink("../app/real/a.py", app.join("round.py")).unwrap();
    symlink(fs::canonicalize(&app).unwrap().join("real/a.py"), app.join("real/whole.py")).unwrap();
    symlink(fs::canonicalize(&app).unwrap(), app.join("real/root")).unwrap();
    symlink("real/root/round.py", app.join("steps.py")).unwrap();
    assert_eq!(
        links_of(&app),
        ["real/root -> ..", "real/whole.py -> a.py", "round.py -> real/a.py", "steps.py -> real/a.py"]
    );
}

#[test]
fn a_target_through_an_excluded_path_is_shortened() {
    let source = folder(&[("real/a.py", ""), ("tests/b.py", ""), (".lambdaignore", "via\ntests\n")]);
    symlink("real", source.path().join("via")).unwrap();
    symlink("via/a.py", source.path().join("a.py")).unwrap();
    symlink("tests/../real", source.path().join("b")).unwrap();
    assert_eq!(links_of(source.path()), ["a.py -> real/a.py", "b -> real"]);
}

#[test]
fn the_target_of_a_symlink_is_part_of_the_hashes() {
    let with = |target: &str| {
        let source = folder(&[("one", "same"), ("two", "same")]);
        symlink(target, source.path().join("link")).unwrap();
        package(source.path()).unwrap()
    };
    let (one, two) = (with("one"), with("two"));
    assert!(one.source_hash != two.source_hash && one.code_sha256 != two.code_sha256);
    let file = package(folder(&[("one", "same"), ("two", "same"), ("link", "one")]).path()).unwrap();
    assert!(one.source_hash != file.source_hash && one.code_sha256 != file.code_sha256);
}
