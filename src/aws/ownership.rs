//! Ownership tags: what made a thing, for which stack, stage and resource, and by which intent.

use std::collections::BTreeMap;

use super::clients::Clients;
use crate::{
    engine::{Claim, Key, Kind, Scope, Unmanaged},
    hint::{Hint, SuggestedCommand},
};

pub(super) const STACK: &str = "stackctl:stack";
pub(super) const STAGE: &str = "stackctl:stage";
const RESOURCE: &str = "stackctl:resource";
const TOKEN: &str = "stackctl:token";

/// A thing and what it carries.
pub struct Tagged<'a> {
    /// Names it, as in ``role `x` ``.
    pub thing: String,
    /// All of its tags.
    pub tags: &'a BTreeMap<String, String>,
    /// How it is given tags by hand.
    pub tagging: Tagging<'a>,
}

/// How the AWS CLI gives tags to a thing.
pub enum Tagging<'a> {
    /// To a role of this name: as pairs.
    Role(&'a str),
    /// To a thing of one of the other services by its ARN: as a map.
    Resource {
        /// As in `aws lambda`.
        service: &'a str,
        arn: &'a str,
    },
}

/// What the tags of a thing with our name say.
#[derive(Debug, PartialEq)]
enum Judgement {
    /// It carries the claim.
    Ours,
    /// It carries another one; the text can follow `it`.
    Others(String),
    /// It carries that of this very thing, made from another state.
    OtherStates,
    /// It carries none, or a part of ours.
    Stripped(String),
}

/// Whether these tags hold exactly this claim.
#[must_use]
pub fn carries(tags: &BTreeMap<String, String>, claim: &Claim) -> bool {
    judge(tags, claim) == Judgement::Ours
}

/// The claim that these tags hold, when it is one of the stack to a thing of this kind. Where the state is missing
/// its token is unknown, so tags without one do as well.
#[must_use]
pub fn claim_of(tags: &BTreeMap<String, String>, kind: &Kind, scope: &Scope) -> Option<Claim> {
    let key: Key = tags.get(RESOURCE)?.parse().ok()?;
    let (stack, stage) = (scope.stack.clone(), scope.stage.clone());
    let claim = Claim { stack, stage, key, token: tags.get(TOKEN).cloned() };
    (claim.key.kind == *kind && carries(tags, &claim)).then_some(claim)
}

/// Whose a thing is that has our name; `None` when it carries the claim.
#[must_use]
pub fn unmanaged(cloud: &Clients, tagged: Tagged<'_>, claim: &Claim) -> Option<Unmanaged> {
    let Tagged { thing, tags, tagging } = tagged;
    match judge(tags, claim) {
        Judgement::Ours => None,
        Judgement::Others(whose) => Some(Unmanaged { thing, whose, hints: Vec::new() }),
        Judgement::OtherStates => {
            let whose = "was created for this stack and stage from another state".into();
            let hint = Hint::from("if that state is missing, move this one away and run ");
            Some(Unmanaged { thing, whose, hints: vec![hint.run(SuggestedCommand::stack("recover"))] })
        }
        Judgement::Stripped(whose) => {
            let command = tagging.command(cloud, claim);
            let hint = format!("if it is still ours and only its tags were taken off, give them back: `{command}`");
            Some(Unmanaged { thing, whose, hints: vec![hint.into()] })
        }
    }
}

fn judge(tags: &BTreeMap<String, String>, claim: &Claim) -> Judgement {
    let claimed = claim_tags(claim);
    let tag = |name: &str| tags.get(name).map_or("?", String::as_str);
    let differs = claimed.iter().find(|(name, ours)| tags.get(*name).is_some_and(|tag| tag != ours));
    match differs {
        Some((STACK | STAGE, _)) => {
            return Judgement::Others(format!("belongs to stack `{}` stage `{}`", tag(STACK), tag(STAGE)));
        }
        Some((RESOURCE, _)) => return Judgement::Others(format!("is `{}` of this stack", tag(RESOURCE))),
        Some(_) => return Judgement::OtherStates,
        None => {}
    }
    let (there, missing): (Vec<_>, Vec<_>) = claimed.iter().partition(|(name, _)| tags.contains_key(*name));
    match (there.is_empty(), missing.is_empty()) {
        (_, true) => Judgement::Ours,
        (true, false) => Judgement::Stripped("has no ownership tags, so it was not created by stackctl".into()),
        (false, false) => {
            let missing: Vec<String> = missing.iter().map(|(name, _)| format!("`{name}`")).collect();
            Judgement::Stripped(format!("has lost the tag {}", missing.join(" and the tag ")))
        }
    }
}

impl Tagging<'_> {
    /// The whole command.
    fn command(&self, cloud: &Clients, claim: &Claim) -> String {
        let tags = claim_tags(claim);
        let joined = |pair: &dyn Fn(&str, &str) -> String, by: &str| {
            tags.iter().map(|(name, value)| pair(name, value)).collect::<Vec<_>>().join(by)
        };
        let endpoint = cloud.endpoint.as_ref().map(|url| format!(" --endpoint-url {url}")).unwrap_or_default();
        match self {
            Self::Role(name) => {
                let pairs = joined(&|name, value| format!("Key={name},Value={value}"), " ");
                format!("aws iam tag-role --role-name {name} --tags {pairs}{endpoint}")
            }
            Self::Resource { service, arn } => {
                let option = if *service == "lambda" { "--resource" } else { "--resource-arn" };
                let map = joined(&|name, value| format!("{name}={value}"), ",");
                let region = &cloud.region;
                format!("aws {service} tag-resource {option} {arn} --tags {map} --region {region}{endpoint}")
            }
        }
    }
}

/// The tags that a claim consists of.
fn claim_tags(claim: &Claim) -> Vec<(&'static str, String)> {
    let known = [(STACK, claim.stack.clone()), (STAGE, claim.stage.clone()), (RESOURCE, claim.key.to_string())];
    known.into_iter().chain(claim.token.clone().map(|token| (TOKEN, token))).collect()
}

/// The tags of a created thing: the user's own and the claim.
#[must_use]
pub fn claimed(tags: &BTreeMap<String, String>, claim: &Claim) -> BTreeMap<String, String> {
    let ours = claim_tags(claim).into_iter().map(|(name, value)| (name.to_owned(), value));
    tags.clone().into_iter().chain(ours).collect()
}

/// The tags that a user manages: neither the claim nor what AWS sets under its reserved prefix.
pub fn user_tags<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> BTreeMap<String, String> {
    let own = tags.into_iter().filter(|(name, _)| !name.starts_with("stackctl:") && !name.starts_with("aws:"));
    own.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(stack: &str, token: &str) -> Claim {
        let key = Key::new(Kind::new("log_group"), "x");
        Claim { stack: stack.into(), stage: "dev".into(), key, token: Some(token.into()) }
    }

    fn others(whose: &str) -> Judgement {
        Judgement::Others(whose.into())
    }

    #[test]
    fn only_the_very_claim_is_ours_and_everything_else_is_named() {
        let tags = claimed(&BTreeMap::new(), &claim("a", "1"));
        assert_eq!(judge(&tags, &claim("a", "1")), Judgement::Ours);
        assert_eq!(judge(&tags, &claim("b", "1")), others("belongs to stack `a` stage `dev`"));
        let key = Key::new(Kind::new("log_group"), "y");
        assert_eq!(judge(&tags, &Claim { key, ..claim("a", "1") }), others("is `log_group.x` of this stack"));
        assert_eq!(judge(&tags, &claim("a", "2")), Judgement::OtherStates);
    }

    #[test]
    fn a_claim_is_read_from_its_tags_and_only_for_its_stack_and_kind() {
        let scope = |stack: &str| Scope { stack: stack.into(), stage: "dev".into(), prefix: String::new() };
        let kind = claim("a", "1").key.kind;
        let mut tags = claimed(&BTreeMap::new(), &claim("a", "1"));
        assert_eq!(claim_of(&tags, &kind, &scope("a")), Some(claim("a", "1")));
        assert_eq!(claim_of(&tags, &kind, &scope("b")), None);
        assert_eq!(claim_of(&tags, &Kind::new("iam_role"), &scope("a")), None);
        for name in [STACK, STAGE, RESOURCE] {
            let lost = tags.remove(name).expect("it is one of the claim's");
            assert_eq!(claim_of(&tags, &kind, &scope("a")), None, "without {name}");
            tags.insert(name.into(), lost);
        }
        tags.remove(TOKEN);
        assert_eq!(claim_of(&tags, &kind, &scope("a")), Some(Claim { token: None, ..claim("a", "") }));
    }

    #[test]
    fn a_thing_without_its_tags_is_not_ours_any_more() {
        let mut tags = claimed(&BTreeMap::new(), &claim("a", "1"));
        tags.remove(TOKEN);
        assert_eq!(judge(&tags, &claim("a", "1")), Judgement::Stripped("has lost the tag `stackctl:token`".into()));
        tags.retain(|name, _| name == STACK);
        assert_eq!(judge(&tags, &claim("b", "1")), others("belongs to stack `a` stage `?`"));
        assert_eq!(
            judge(&BTreeMap::new(), &claim("a", "1")),
            Judgement::Stripped("has no ownership tags, so it was not created by stackctl".into())
        );
    }

    #[test]
    fn a_claim_of_which_the_token_is_not_known_takes_any() {
        let older = Claim { token: None, ..claim("a", "") };
        assert!(carries(&claimed(&BTreeMap::new(), &claim("a", "1")), &older));
        assert!(!carries(&claimed(&BTreeMap::new(), &claim("b", "1")), &older));
    }

    #[test]
    fn tags_of_aws_and_the_claim_are_not_the_persons() {
        let mut tags = claimed(&BTreeMap::from([("team".into(), "blue".into())]), &claim("a", "1"));
        tags.insert("aws:cloudformation:stack-name".into(), "x".into());
        assert_eq!(user_tags(&tags), BTreeMap::from([("team".into(), "blue".into())]));
    }
}
