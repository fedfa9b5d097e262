//! The tests must not enable features that the program does not: otherwise `cargo run` and `cargo test` compile the AWS
//! SDK separately.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use crate::harness::process::Process;

/// The features of each package, as cargo resolves them along `edges`.
fn features(edges: &str) -> BTreeMap<String, BTreeSet<String>> {
    let arguments = ["tree", "--workspace", "--offline", "--locked", "--prefix", "none", "--edges", edges];
    let mut tree = Command::new(env!("CARGO"));
    let ran = Process::run(tree.current_dir(super::root()).args(arguments).args(["-f", "{p}|{f}"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in ran.out.lines() {
        // Lines without a bar are the features themselves, as nodes of the tree.
        let Some((package, features)) = line.trim_end_matches(" (*)").split_once('|') else { continue };
        let features = features.split(',').filter(|name| !name.is_empty()).map(str::to_owned);
        packages.entry(package.to_owned()).or_default().extend(features);
    }
    packages
}

#[test]
fn the_tests_enable_no_feature_that_the_program_does_not() {
    let (run, test) = (features("features,no-dev"), features("features"));
    assert!(run.len() > 100, "too few packages were read");
    for (package, wanted) in &run {
        let more: Vec<_> = test[package].difference(wanted).collect();
        assert!(
            more.is_empty(),
            "the tests enable {more:?} of {package}: add the feature to [dependencies] too, with the reason"
        );
    }
}
