//! Checks the code against ARCHITECTURE.md: the tree, and which modules may use which.

mod features;
mod imports;
mod page;
pub mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use source::{Source, sources};

/// The maximum number of lines of a file. The aim is 300.
const LONGEST: usize = 400;

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

/// Every line in `src/` with one of `words` outside of comments, strings and unit tests, except in the modules in
/// `but`.
fn places(words: &[&str], but: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|source| !but.contains(&source.module.as_str())) {
        for (number, line) in source.code.lines().enumerate() {
            for word in words.iter().filter(|word| has_word(line, word)) {
                found.push(format!("{}:{}: {word}", source.path.display(), number + 1));
            }
        }
    }
    found
}

/// Whether `word` is in `line` and does not start in the middle of a name.
fn has_word(line: &str, word: &str) -> bool {
    let inside_a_name = |at: usize| line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| !inside_a_name(at))
}

#[test]
fn modules_use_only_what_the_page_allows() {
    let allowed = page::who_may_use_whom();
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut found = Vec::new();
    for source in sources("src").iter().filter(|source| !["main", "lib"].contains(&source.module.as_str())) {
        let may = allowed.get(&source.module).unwrap_or_else(|| panic!("the page has no row for `{}`", source.module));
        for other in source.used().into_iter().filter(|other| *other != source.module) {
            if !may.contains(&other) {
                found.push(format!("{} uses `{other}`", source.path.display()));
            }
            used.entry(source.module.clone()).or_default().insert(other);
        }
    }
    none(&found, "ARCHITECTURE.md, \"Who may use whom\"");
    for (module, may) in &allowed {
        let stale: Vec<_> =
            may.iter().filter(|other| used.get(module).is_none_or(|used| !used.contains(*other))).collect();
        assert!(stale.is_empty(), "the page allows `{module}` to use {stale:?}, which it does not");
    }
}

#[test]
fn only_the_report_writes_to_the_terminal() {
    let words =
        ["println!", "print!", "eprintln!", "eprint!", "dbg!", "io::stdout", "io::stderr", "stdout()", "stderr()"];
    none(&places(&words, &["report"]), "only src/report prints");
}

#[test]
fn only_main_ends_the_process() {
    none(&places(&["process::exit", "process::abort", "panic::set_hook"], &["main"]), "only src/main.rs exits");
}

#[test]
fn only_the_command_line_reads_the_environment() {
    none(&places(&["env::var"], &["cli"]), "only src/cli.rs reads the environment");
}

#[test]
fn a_plan_is_a_pure_function() {
    let impure = ["async ", ".await", "Instant", "Timestamp::now", "Uuid::new", "std::fs", "tokio::"];
    let in_plan = |place: &String| place.starts_with("src/engine/plan/") || place.starts_with("src/engine/diff.rs");
    let found: Vec<_> = places(&impure, &[]).into_iter().filter(in_plan).collect();
    none(&found, "planning has no clock, no randomness and no network");
}

#[test]
fn only_modules_that_use_the_network_are_asynchronous() {
    let plain = ["cli", "config", "exit", "failure", "package", "report", "stack"];
    let found = places(&["async fn", "async move", ".await"], &[]);
    let in_plain = |place: &String| plain.iter().any(|module| place.starts_with(&format!("src/{module}")));
    none(&found.into_iter().filter(in_plain).collect::<Vec<_>>(), "these modules are synchronous");
}

#[test]
fn the_local_emulator_does_not_depend_on_stackctl() {
    let manifest = fs::read_to_string(root().join("local/Cargo.toml")).unwrap();
    let names = manifest.lines().filter_map(|line| line.split(['=', '.', ' ']).next());
    assert!(names.clone().any(|name| name == "serde"), "no dependencies were read");
    assert!(!names.into_iter().any(|name| name == "stackctl"), "local/Cargo.toml depends on stackctl");
    let found: Vec<_> = sources("local").into_iter().filter(|source| has_word(&source.code, "stackctl::")).collect();
    none(&found.iter().map(|source| source.path.display().to_string()).collect::<Vec<_>>(), "local/ is independent");
}

#[test]
fn only_the_session_knows_the_local_emulator() {
    none(&places(&["stackctl_local"], &["session"]), "only src/session uses the local emulator");
}

#[test]
fn files_are_short_and_have_specific_names() {
    let all = ["src", "local", "tests"].map(sources).into_iter().flatten();
    let mut found = Vec::new();
    for Source { path, text, .. } in all {
        let lines = text.lines().count();
        if lines > LONGEST {
            found.push(format!("{}: {lines} lines, at most {LONGEST}", path.display()));
        }
        let vague = ["util", "utils", "helper", "helpers", "common", "misc", "imp"];
        if path.iter().any(|part| vague.contains(&part.to_string_lossy().trim_end_matches(".rs"))) {
            found.push(format!("{}: vague name", path.display()));
        }
    }
    none(&found, "files");
}

#[test]
fn every_module_starts_with_its_responsibility() {
    let all = ["src", "local/src", "tests"].map(sources).into_iter().flatten();
    let silent = all.filter(|source| !source.text.starts_with("//! ")).map(|source| source.path.display().to_string());
    none(&silent.collect::<Vec<_>>(), "files without `//!` at the start");
}

#[test]
fn the_tree_on_the_page_is_complete() {
    let drawn = page::tree();
    let missing: Vec<_> = drawn.iter().filter(|path| !root().join(path).exists()).cloned().collect();
    none(&missing, "on the page, but not in the tree");
    let entries = fs::read_dir(root().join("src")).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        if path.is_dir() { name + "/" } else { name }
    };
    let undrawn: Vec<_> = entries.map(name).filter(|name| !drawn.contains(name)).collect();
    none(&undrawn, "in the tree, but not on the page");
}
