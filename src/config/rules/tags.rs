//! Tags: what every service that bears them accepts.

use crate::config::problem::{Findings, Problem};
use crate::config::tree::{Entry, Node};

use super::length;

/// AWS allows 50; stackctl marks what it made with tags of its own.
const MAXIMUM: usize = 45;

pub(super) fn check(tags: &Node, findings: &mut Findings) {
    let count = tags.entries().len();
    if count > MAXIMUM {
        let problem = tags.error(format!("there are {count} tags"));
        findings.add(problem.detail(format!("allowed are {MAXIMUM}: AWS takes 50, and stackctl needs the others")));
    }
    for entry in tags.entries() {
        for problem in key(entry).into_iter().chain(value(entry)) {
            findings.add(problem);
        }
    }
}

fn key(entry: &Entry) -> Option<Problem> {
    let key = entry.name.to_lowercase();
    if key.starts_with("aws:") {
        Some(entry.error("AWS keeps keys that begin with `aws:` to itself"))
    } else if key.starts_with("stackctl:") {
        Some(entry.error("stackctl marks what it made with keys that begin with `stackctl:`"))
    } else if entry.name.is_empty() {
        Some(entry.error("a tag's key is empty"))
    } else if length(&entry.name) > 128 {
        let count = length(&entry.name);
        Some(entry.error(format!("the key has {count} characters")).detail("AWS takes 128"))
    } else {
        refused(&entry.name)
            .map(|character| entry.error(format!("AWS refuses `{character}` in a tag's key")).detail(ALLOWED))
    }
}

fn value(entry: &Entry) -> Option<Problem> {
    let text = entry.value.text()?;
    if length(text) > 256 {
        let count = length(text);
        return Some(entry.value.error(format!("the value has {count} characters")).detail("AWS takes 256"));
    }
    refused(text)
        .map(|character| entry.value.error(format!("AWS refuses `{character}` in a tag's value")).detail(ALLOWED))
}

// IAM is the strictest of the services whose resources are tagged.
const ALLOWED: &str = "allowed are letters, digits, spaces and _ . : / = + - @";

fn refused(text: &str) -> Option<char> {
    text.chars().find(|c| !(c.is_alphanumeric() || *c == ' ' || "_.:/=+-@".contains(*c)))
}
