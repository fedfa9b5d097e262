//! What a change of the live deployment is about, for users to read later.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    action::{Action, Change},
    key::Key,
    plan::Plan,
    record::Changed,
    verb::Verb,
};

/// Adds what a plan is about to what was about to be served, or was put back, since the last release.
pub(super) fn add_plan(whole: &mut BTreeMap<Key, Changed>, plan: &Plan) {
    // Removals come last, when a change has passed: what was about to be removed before is still there.
    whole.retain(|_, changed| changed.verb != Verb::Delete);
    for step in &plan.steps {
        if let Some(changed) = changed(&step.action) {
            add(whole, &step.key, changed);
        }
    }
}

fn add(whole: &mut BTreeMap<Key, Changed>, key: &Key, changed: Changed) {
    match whole.entry(key.clone()) {
        Entry::Vacant(entry) => {
            entry.insert(changed);
        }
        Entry::Occupied(entry) if changed.verb == Verb::Delete && entry.get().verb == Verb::Create => {
            entry.remove();
        }
        Entry::Occupied(mut entry) if changed.verb == Verb::Delete => {
            entry.insert(changed);
        }
        Entry::Occupied(mut entry) => entry.get_mut().settings.extend(changed.settings),
    }
}

/// What a step changes; nothing when there is nothing to tell.
fn changed(action: &Action) -> Option<Changed> {
    if action.replaced().is_some() {
        return None;
    }
    let changes = match action {
        Action::Keep { .. } | Action::Untrack { .. } => return None,
        Action::Create { .. } | Action::Delete { .. } => &[][..],
        Action::Adopt { changes, .. } | Action::Update { changes, .. } => changes,
        Action::Replace { because, .. } => because,
    };
    Some(Changed { verb: action.verb(), settings: changes.iter().map(setting).collect() })
}

/// A setting by the first two steps of the way to it; a member that came or went, such as a route, bears a sign.
fn setting(change: &Change) -> String {
    let name = change.path.iter().take(2).cloned().collect::<Vec<_>>().join(".");
    match (change.path.len(), &change.old, &change.new) {
        (2, None, Some(_)) => format!("+ {name}"),
        (2, Some(_), None) => format!("- {name}"),
        _ => name,
    }
}
