//! What is not as it was when a plan file was written.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    digests::{MISSING, UNMANAGED},
    document::{PackageDigests, PlanFile},
};
use crate::{
    engine::{Key, State, Verb},
    report::Target,
};

impl PlanFile {
    /// How the stack of this run differs from that of the file.
    pub(super) fn target_differences(&self, now: &Target) -> Vec<String> {
        let place = |target: &Target| match (&target.location.endpoint, target.location.local) {
            (_, true) => "the local emulator".to_owned(),
            (Some(url), false) => format!("`{url}`"),
            (None, false) => "AWS".to_owned(),
        };
        let quoted = |text: &String| format!("`{text}`");
        let pair = |of: fn(&Target) -> &String| (quoted(of(&self.target)), quoted(of(now)));
        let parts = [
            ("stack", pair(|target| &target.stack)),
            ("stage", pair(|target| &target.stage)),
            ("Region", pair(|target| &target.location.region)),
            ("endpoint", (place(&self.target), place(now))),
            ("account", pair(|target| &target.location.account)),
        ];
        let differing = parts.into_iter().filter(|(_, (file, now))| file != now);
        differing.map(|(part, (file, now))| format!("{part}: {file} in the file, {now} in this run")).collect()
    }

    /// Whether an interrupted run has begun to apply this plan: its intents, or a change without a check, are in the state.
    pub(super) fn is_begun(&self, state: &State) -> bool {
        let (lineage, serial) = self.state.as_ref().map_or((None, 0), |state| (Some(&state.lineage), state.serial));
        let open = !state.pending.is_empty() || state.unconfirmed.is_some();
        open && state.serial > serial && lineage.is_none_or(|lineage| *lineage == state.lineage)
    }

    /// What has changed since, as `now` shows it. Of a plan that is `begun`, what it was to change may have changed, and
    /// what is left must be a part of it.
    pub(super) fn differences(&self, now: &Self, begun: bool) -> Vec<String> {
        let mut found = self.source_differences(&now.config, &now.packages);
        if !begun {
            found.extend(self.state_difference(now));
        }
        let stepped: BTreeSet<String> = self.acting().keys().filter(|_| begun).map(ToString::to_string).collect();
        let live = changed(&self.live, &now.live).filter(|(key, _)| !stepped.contains(*key));
        found.extend(live.map(|(key, was)| format!("live: {}", live_text(key, was, &now.live))));
        if found.is_empty() {
            found = self.step_differences(now, begun);
        }
        found
    }

    /// What has changed in the config and the functions' folders.
    pub(super) fn source_differences(
        &self,
        config: &BTreeMap<String, String>,
        packages: &BTreeMap<String, PackageDigests>,
    ) -> Vec<String> {
        let parts = changed(&self.config, config).map(|(part, was)| {
            let what = match (was, config.contains_key(part)) {
                (None, _) => "is new",
                (Some(_), false) => "was removed",
                (Some(_), true) => "has changed",
            };
            format!("config: `{part}` {what}")
        });
        let code = self.packages.iter().filter(|(name, digests)| {
            // A function that was added or removed is in the config.
            packages.get(*name).is_some_and(|now| now != *digests)
        });
        parts.chain(code.map(|(name, _)| format!("package: the code of `{name}` has changed"))).collect()
    }

    fn state_difference(&self, now: &Self) -> Option<String> {
        match (&self.state, &now.state) {
            (was, is) if was == is => None,
            (None, Some(now)) => {
                Some(format!("state: there was none, and now there is one with serial {}", now.serial))
            }
            (Some(was), None) => Some(format!("state: the one with serial {} is missing", was.serial)),
            (Some(was), Some(now)) if was.lineage != now.lineage => {
                Some(format!("state: it is another one: lineage `{}` then, `{}` now", was.lineage, now.lineage))
            }
            (Some(was), Some(now)) => Some(format!("state: serial {} then, {} now", was.serial, now.serial)),
            (None, None) => None,
        }
    }

    /// The resources that the plan changes.
    fn acting(&self) -> BTreeMap<&Key, Verb> {
        self.plan.verbs().into_iter().filter(|(_, verb)| *verb != Verb::Keep).collect()
    }

    fn step_differences(&self, now: &Self, begun: bool) -> Vec<String> {
        let (was, is) = (self.plan.verbs(), now.plan.verbs());
        let word = |verb: Option<&Verb>| verb.map_or("no step", |verb| word(*verb));
        let keys = self.plan.differing(&now.plan).into_iter();
        let left = |key: &&Key| !begun || !is_part(was.get(*key).copied(), is.get(*key).copied());
        keys.filter(left)
            .map(|key| match (was.get(key), is.get(key)) {
                (was, is) if was == is => format!("plan: {key}: other changes than in the file"),
                (was, is) => format!("plan: {key}: {} in the file, {} now", word(was), word(is)),
            })
            .collect()
    }
}

/// Whether a step that is left over can be the rest of a step of the plan.
fn is_part(planned: Option<Verb>, left: Option<Verb>) -> bool {
    let rest: &[Verb] = match planned {
        None | Some(Verb::Keep) => &[],
        Some(Verb::Create | Verb::Adopt) => &[Verb::Create, Verb::Adopt, Verb::Update],
        Some(Verb::Update) => &[Verb::Update],
        Some(Verb::Replace) => &[Verb::Create, Verb::Adopt, Verb::Update, Verb::Replace, Verb::Delete, Verb::Untrack],
        Some(Verb::Delete) => &[Verb::Delete, Verb::Untrack],
        Some(Verb::Untrack) => &[Verb::Untrack],
    };
    left.is_none_or(|left| left == Verb::Keep || rest.contains(&left))
}

fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Keep => "no change",
        Verb::Create => "create",
        Verb::Adopt => "adopt",
        Verb::Update => "update",
        Verb::Replace => "replace",
        Verb::Delete => "delete",
        Verb::Untrack => "untrack",
    }
}

/// The names whose digests differ, each with the digest that it had.
fn changed<'a>(
    was: &'a BTreeMap<String, String>,
    is: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = (&'a String, Option<&'a String>)> {
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    names.into_iter().filter(|name| was.get(*name) != is.get(*name)).map(|name| (name, was.get(name)))
}

fn live_text(key: &str, was: Option<&String>, now: &BTreeMap<String, String>) -> String {
    let what = match (was.map(String::as_str), now.get(key).map(String::as_str)) {
        (_, Some(MISSING)) => "was deleted",
        (_, Some(UNMANAGED)) => "is not owned by this stack any more",
        (None | Some(MISSING), Some(_)) => "exists now",
        (_, None) => "is not recorded any more",
        (Some(_), Some(_)) => "has changed",
    };
    format!("{key} {what}")
}
