//! Ownership tags: what made a thing, for which stack, stage and resource, and by which intent.

use std::collections::BTreeMap;

use crate::engine::Claim;

const STACK: &str = "stackctl:stack";
const STAGE: &str = "stackctl:stage";
const RESOURCE: &str = "stackctl:resource";
const TOKEN: &str = "stackctl:token";

/// Whose a thing with our name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ownership {
    /// It carries exactly this claim.
    Ours,
    /// It carries another one or none; the text can follow the thing's name.
    NotOurs(String),
}

impl Ownership {
    /// Judges a thing by its tags; `what` names it, as in ``role `x` ``.
    #[must_use]
    pub fn of(what: &str, tags: &BTreeMap<String, String>, claim: &Claim) -> Self {
        let tag = |name: &str| tags.get(name).map(String::as_str);
        let resource = claim.key.to_string();
        let place = (tag(STACK), tag(STAGE), tag(RESOURCE));
        if place == (Some(claim.stack.as_str()), Some(claim.stage.as_str()), Some(resource.as_str())) {
            if tag(TOKEN) == Some(claim.token.as_str()) {
                return Self::Ours;
            }
            return Self::NotOurs(format!(
                "{what} exists already: it was made for this stack and stage from another state, which this one does not know"
            ));
        }
        let (Some(stack), stage) = (place.0, place.1.unwrap_or("?")) else {
            return Self::NotOurs(format!(
                "{what} exists already and carries no stackctl tags, so something else made it"
            ));
        };
        if (stack, stage) == (claim.stack.as_str(), claim.stage.as_str()) {
            let other = place.2.unwrap_or("?");
            return Self::NotOurs(format!("{what} exists already and is `{other}` of this stack"));
        }
        Self::NotOurs(format!("{what} exists already and belongs to stack `{stack}` stage `{stage}`"))
    }
}

/// The tags of a created thing: the person's own and the claim.
#[must_use]
pub fn claimed(tags: &BTreeMap<String, String>, claim: &Claim) -> BTreeMap<String, String> {
    let ours = [
        (STACK, claim.stack.clone()),
        (STAGE, claim.stage.clone()),
        (RESOURCE, claim.key.to_string()),
        (TOKEN, claim.token.clone()),
    ];
    tags.clone().into_iter().chain(ours.map(|(name, value)| (name.to_owned(), value))).collect()
}

/// The tags that a person manages: neither the claim nor what AWS sets under its reserved prefix.
pub fn user_tags<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> BTreeMap<String, String> {
    let own = tags.into_iter().filter(|(name, _)| !name.starts_with("stackctl:") && !name.starts_with("aws:"));
    own.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Key, Kind};

    fn claim(stack: &str, token: &str) -> Claim {
        let key = Key::new(Kind::new("log_group"), "x");
        Claim { stack: stack.into(), stage: "dev".into(), key, token: token.into() }
    }

    #[test]
    fn only_the_very_claim_is_ours_and_everything_else_is_named() {
        let tags = claimed(&BTreeMap::new(), &claim("a", "1"));
        let of = |tags: &_, claim| match Ownership::of("log group `/x`", tags, &claim) {
            Ownership::Ours => "ours".to_owned(),
            Ownership::NotOurs(text) => text,
        };
        assert_eq!(of(&tags, claim("a", "1")), "ours");
        assert_eq!(of(&tags, claim("b", "1")), "log group `/x` exists already and belongs to stack `a` stage `dev`");
        assert_eq!(
            of(&BTreeMap::new(), claim("a", "1")),
            "log group `/x` exists already and carries no stackctl tags, so something else made it"
        );
        assert!(of(&tags, claim("a", "2")).contains("from another state"));
    }

    #[test]
    fn tags_of_aws_and_the_claim_are_not_the_persons() {
        let mut tags = claimed(&BTreeMap::from([("team".into(), "blue".into())]), &claim("a", "1"));
        tags.insert("aws:cloudformation:stack-name".into(), "x".into());
        assert_eq!(user_tags(&tags), BTreeMap::from([("team".into(), "blue".into())]));
    }
}
