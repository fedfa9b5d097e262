//! Files that are excluded from a package.

use std::os::unix::fs::symlink;

use stackctl::package::{may_change, package};

use super::{folder, write};

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----\n";
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

#[test]
fn lambdaignore_excludes_the_same_files_as_gitignore() {
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
fn files_that_are_never_code_are_excluded_silently() {
    let source = folder(&[
        ("app.py", ""),
        ("__pycache__/app.pyc", ""),
        ("deep/__pycache__/app.pyc", ""),
        (".git/config", ""),
        ("submodule/.git", ""),
        (".terraform/plugin", ""),
        (".stackctl/local/world.json", ""),
        (".venv/bin/python", ""),
        ("env/pyvenv.cfg", ""),
        ("env/lib/x.py", ""),
        (".DS_Store", ""),
        ("deep/.ds_store", ""),
        (".lambdaignore", ""),
    ]);
    write(source.path(), "deep/app.py", b"");
    let package = package(source.path()).unwrap();
    assert_eq!(package.files, ["app.py", "deep/app.py"]);
    assert_eq!(package.secrets, [""; 0]);
}

#[test]
fn the_state_folder_is_excluded() {
    let source = folder(&[
        ("app.py", ""),
        ("state/shop.dev.json", "{\n  \"checksum\": \"0\",\n  \"state\": {}\n}\n"),
        ("state/shop.dev.lock", ""),
        ("deep/state/__init__.py", ""),
        ("deep/state/words.json", "{}"),
    ]);
    assert_eq!(package(source.path()).unwrap().files, ["app.py", "deep/state/__init__.py", "deep/state/words.json"]);
}

#[test]
fn temporary_files_of_editors_are_excluded() {
    let source = folder(&[
        ("app.py", ""),
        (".app.py.swp", ""),
        ("app.py~", ""),
        ("#app.py#", ""),
        ("app.py___jb_tmp___", ""),
        ("deep/.app.py.swx", ""),
        (".envoy", ""),
        ("swp", ""),
    ]);
    // Emacs locks a file with a dangling symlink.
    symlink("ann@machine.1234:1700000000", source.path().join(".#app.py")).unwrap();
    assert_eq!(package(source.path()).unwrap().files, [".envoy", "app.py", "swp"]);
}

#[test]
fn secrets_are_excluded_and_named() {
    let source = folder(&[
        ("app.py", ""),
        (".env", ""),
        (".env.production", ""),
        (".env.example", ""),
        ("deep/.ENV.Local", ""),
        (".aws/credentials", ""),
        (".npmrc", "//registry.npmjs.org/:_authToken=npm_abc\n"),
        ("deep/.npmrc", "package-lock=false\n//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n"),
        ("keys/deploy.pem", KEY),
        ("keys/deploy.key", KEY),
        ("keys/ID_RSA", KEY),
        ("keys/cacert.pem", CERTIFICATE),
        ("words.key", "not a key\n"),
        ("prod.tfstate", "{}"),
        ("prod.tfstate.backup", "{}"),
    ]);
    let package = package(source.path()).unwrap();
    assert_eq!(package.files, [".env.example", "app.py", "deep/.npmrc", "keys/cacert.pem", "words.key"]);
    assert_eq!(
        package.secrets,
        [
            ".aws",
            ".env",
            ".env.production",
            ".npmrc",
            "deep/.ENV.Local",
            "keys/ID_RSA",
            "keys/deploy.key",
            "keys/deploy.pem",
            "prod.tfstate",
            "prod.tfstate.backup",
        ]
    );
}

#[test]
fn lambdaignore_can_include_excluded_files() {
    let source = folder(&[
        ("app.py", ""),
        (".env", ""),
        (".env.local", ""),
        (".venv/x.py", ""),
        ("keys/deploy.pem", KEY),
        (".lambdaignore", "*.local\n!.env\n!/keys/*.pem\n!.venv/\n"),
    ]);
    let package = package(source.path()).unwrap();
    assert_eq!(package.files, [".env", ".venv/x.py", "app.py", "keys/deploy.pem"]);
    assert_eq!(package.secrets, [""; 0], "files included by `.lambdaignore` are not reported");
}

#[test]
fn a_rule_for_all_files_includes_no_secret() {
    let source =
        folder(&[("src/app.py", ""), ("src/.env", ""), ("README", ""), (".lambdaignore", "/*\n!/src\n!/src/**\n")]);
    let package = package(source.path()).unwrap();
    assert_eq!(package.files, ["src/app.py"]);
    assert_eq!(package.secrets, ["src/.env"]);
}

#[test]
fn a_change_of_an_excluded_file_does_not_change_the_package() {
    let source = folder(&[("app.py", ""), (".lambdaignore", "/build/\n*.log\n"), ("build/deep/x.py", "")]);
    let may_change = |name: &str| may_change(source.path(), &source.path().join(name));
    for name in ["app.py", "new.py", "deep/new.py", ".lambdaignore", "", "certificate.pem"] {
        assert!(may_change(name), "{name}");
    }
    for name in ["build/deep/x.py", "build", "a.log", "deep/a.log", "__pycache__/app.pyc", "deep/.app.py.swp", ".env"] {
        assert!(!may_change(name), "{name}");
    }
    write(source.path(), ".lambdaignore", b"[z-a]");
    assert!(may_change("a.log"), "a change must run into the error in the ignore file");
}
