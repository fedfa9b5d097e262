//! Rules for tags: the limits that all tagged services share.

use crate::config::limits;
use crate::config::problem::{Findings, Problem};
use crate::config::tree::{JsonMember, JsonNode};

pub(super) fn check(tags: &JsonNode, findings: &mut Findings) {
    let (count, most) = (tags.entries().len(), limits::TAGS.most);
    if count as u64 > most {
        let problem = tags.error(format!("{count} tags"));
        findings.add(problem.detail(format!("allowed are {most}: AWS takes 50, and stackctl needs the others")));
    }
    for entry in tags.entries() {
        if let Some(problem) = key(entry) {
            findings.add(problem);
        }
        limits::TAG_VALUE.check(Some(&entry.value), findings);
    }
}

fn key(entry: &JsonMember) -> Option<Problem> {
    let key = entry.name.to_lowercase();
    if key.starts_with("aws:") {
        Some(entry.error("AWS reserves keys that start with `aws:`"))
    } else if key.starts_with("stackctl:") {
        Some(entry.error("stackctl uses keys that start with `stackctl:` for its ownership tags"))
    } else {
        limits::TAG_KEY.problem(&entry.name, |message| entry.error(message))
    }
}
