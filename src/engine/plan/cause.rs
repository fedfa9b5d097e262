//! Why a field differs: by a pending change of the config, by drift, or because of a rollback.

use serde_json::Value;

use super::decision::Decisions;
use crate::engine::{
    action::{Change, ChangeCause},
    claim::LiveJson,
    diff::diff,
    key::Key,
    record::{Differs, Digests},
    release::{served, served_release},
    rules::KindRules,
};

impl Decisions<'_> {
    /// The fields in which a resource differs from the config, each with its cause.
    pub(super) fn differences(&self, key: &Key, live: &LiveJson, desired: &Value, traits: &KindRules) -> Vec<Change> {
        let mut changes = diff(&live.spec, desired, traits.fields);
        if !changes.is_empty() {
            let rolled_back = self.is_rolled_back(key, live, traits);
            for change in &mut changes {
                let is_live_version = traits.live_setting.is_some_and(|setting| change.path[0] == setting);
                let rollback = (rolled_back && is_live_version).then_some(ChangeCause::Rollback);
                change.cause = rollback.or_else(|| self.cause(key, (&live.spec, desired), &change.path, traits));
            }
        }
        changes
    }

    fn cause(
        &self,
        key: &Key,
        (live, desired): (&Value, &Value),
        path: &[String],
        traits: &KindRules,
    ) -> Option<ChangeCause> {
        let applied = self.state.resources.get(key)?.applied.as_ref()?;
        let digests = Digests { lineage: &self.state.lineage, key, fields: traits.fields };
        Some(match digests.differs(applied, path, live, desired) {
            Differs { live: true, desired: true } => ChangeCause::DriftAndPendingChange,
            Differs { live: true, desired: false } => ChangeCause::Drift,
            Differs { live: false, .. } => ChangeCause::PendingChange,
        })
    }

    /// Whether stackctl has rolled its live version back: to a release, or because a check has failed.
    fn is_rolled_back(&self, key: &Key, live: &LiveJson, traits: &KindRules) -> bool {
        let version = |outputs| traits.serves.and_then(|output| served(outputs, output));
        let recorded = self.state.resources.get(key).and_then(|recorded| version(&recorded.outputs));
        let rolled_back = self.state.reverted.contains_key(key)
            || served_release(self.state, self.rules).is_some_and(|release| release.back_to.is_some());
        rolled_back && recorded.is_some() && recorded == version(&live.outputs)
    }
}
