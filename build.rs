//! Puts the version into the program: that of the package, and in a release build the commit and its date.

#![expect(clippy::disallowed_methods, reason = "cargo tells a build script through the environment")]

use std::{env, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let commit = if env::var("PROFILE").as_deref() == Ok("release") { commit() } else { None };
    let build = commit.unwrap_or_else(|| "development build".to_owned());
    println!("cargo:rustc-env=STACKCTL_VERSION={version} ({build})");
}

/// The commit that is checked out and its date, as `0a1b2c3 2026-11-30`; none outside of a repository.
fn commit() -> Option<String> {
    println!("cargo:rerun-if-changed=.git/HEAD");
    println!("cargo:rerun-if-changed=.git/logs/HEAD");
    let arguments = ["log", "-1", "--format=%h %cs"];
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
