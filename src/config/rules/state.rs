//! Rules for the state's location: only one, with names that S3 accepts, and different for each stage.

use crate::config::problem::Findings;
use crate::config::tree::{JsonMember, JsonNode};

use super::{ConfigView, deployment::wrong_region, made_of};

/// S3's limit is 1024 bytes, and the key of the lock is longer than that of the state.
const LONGEST_KEY: usize = 1000;

pub(super) fn check(context: &ConfigView<'_>, findings: &mut Findings) {
    let Some(state) = context.section("state") else { return };
    if let Some(path) = state.get("path").filter(|path| path.text() == Some("")) {
        findings.add(path.error("the folder has no name").hint("leave the key out for `state`"));
    }
    let Some(s3) = state.get("s3") else { return };
    if state.get("path").is_some() {
        findings.add(state.error("the state cannot be in two places").hint("remove one of `path` and `s3`"));
    }
    if let Some(bucket) = s3.get("bucket") {
        check_bucket(bucket, findings);
    }
    if let Some(key) = s3.get("key") {
        check_key(key, findings);
        check_stages(context, key, findings);
    }
    // Without a Region of its own, the state uses that of the deployment, which is checked there.
    if let Some(region) = s3.get("region").filter(|region| region.at != s3.at)
        && let Some(problem) = region.text().and_then(|text| wrong_region(text, region.error("")))
    {
        findings.add(problem);
    }
    if let Some(owner) = s3.get("owner")
        && let Some(id) = owner.text().filter(|id| !(made_of(id, |c| c.is_ascii_digit()) && id.len() == 12))
    {
        findings.add(owner.error(format!("`{id}` is not an account id")).detail("an account id has 12 digits"));
    }
}

fn check_bucket(node: &JsonNode, findings: &mut Findings) {
    let Some(name) = node.text() else { return };
    let well_formed = made_of(name, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c));
    let ends = |end: Option<char>| end.is_some_and(|c| c.is_ascii_alphanumeric());
    let ends = ends(name.chars().next()) && ends(name.chars().last());
    if !(well_formed && ends && (3..=63).contains(&name.len()) && !name.contains("..")) {
        findings.add(node.error(format!("`{name}` is not the name of a bucket")).detail(
            "a bucket name consists of 3 to 63 lowercase letters, digits, hyphens and single dots, and starts and ends with a letter or digit",
        ));
    }
}

fn check_key(node: &JsonNode, findings: &mut Findings) {
    let Some(key) = node.text() else { return };
    let wrong_part = |part: &str| matches!(part, "" | "." | "..");
    if key.is_empty() {
        findings.add(node.error("the object has no name").hint("leave the key out for a name with the stage in it"));
    } else if key.split('/').any(wrong_part) || key.chars().any(char::is_control) {
        let problem = node.error(format!("`{}` is not a good key", key.escape_default()));
        findings.add(problem.detail("a key is written like `team/shop.json`, without an empty part between slashes"));
    } else if key.len() > LONGEST_KEY {
        findings
            .add(node.error(format!("the key has {} bytes", key.len())).detail(format!("{LONGEST_KEY} are allowed")));
    }
}

/// Checks that a key for all stages contains the stage, so that stages do not share a state.
fn check_stages(context: &ConfigView<'_>, key: &JsonNode, findings: &mut Findings) {
    let stage = context.section("deployment").and_then(|deployment| deployment.text_of("stage")).unwrap_or_default();
    let has_own_key =
        |entry: &&JsonMember| entry.value.get("state").and_then(|state| state.get("s3")?.get("key")).is_some();
    let for_all = key.path == "state.s3.key" && !key.text().is_some_and(|text| text.contains(stage));
    let other = context.stages.iter().find(|entry| entry.name != stage && !has_own_key(entry));
    if let Some(other) = other.filter(|_| for_all) {
        findings.add(
            key.error(format!("the stages `{stage}` and `{}` would share one state", other.name))
                .hint("put `${stage}` into the key, or leave it out"),
        );
    }
}
