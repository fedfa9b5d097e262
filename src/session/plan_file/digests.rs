//! Digests of the config and of live resources. They show whether something has changed, not what it was.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    config::Config,
    engine::{FoundJson, Key, Observed, Rules, hex, is_secret},
};

/// Digits of a digest.
const DIGITS: usize = 16;

/// Digits of a digest of a secret: too few to confirm a guess, because very many values have the same ones.
const SECRET_DIGITS: usize = 4;

/// A resource that does not exist.
pub(super) const MISSING: &str = "missing";

/// A resource that is not the stack's.
pub(super) const UNMANAGED: &str = "unmanaged";

/// The random part of the digests of one file.
#[derive(Clone, Copy)]
pub(super) struct Salt<'a>(pub(super) &'a str);

impl Salt<'_> {
    fn of(self, name: &str, value: &Value, digits: usize) -> String {
        let mut digest = hex(&Sha256::digest(format!("{}\n{name}\n{value}", self.0)));
        digest.truncate(digits);
        digest
    }
}

/// The digests of the parts of a config: of the members of each section, and of each environment variable.
///
/// # Panics
/// Never: a configuration is plain data.
pub(super) fn config_digests(salt: Salt<'_>, config: &Config) -> BTreeMap<String, String> {
    let mut digests = BTreeMap::new();
    let Value::Object(sections) = serde_json::to_value(config).expect("a configuration is plain data") else {
        return digests;
    };
    for (section, value) in sections.into_iter().filter(|(section, _)| section != "$schema") {
        let Value::Object(members) = value else {
            digests.insert(section.clone(), salt.of(&section, &value, DIGITS));
            continue;
        };
        for (member, mut value) in members {
            let name = if section == "routes" { format!("routes.\"{member}\"") } else { format!("{section}.{member}") };
            let environment = value.as_object_mut().and_then(|members| members.remove("environment"));
            for (variable, value) in environment.as_ref().and_then(Value::as_object).into_iter().flatten() {
                let name = format!("{name}.environment.{variable}");
                digests.insert(name.clone(), salt.of(&name, value, SECRET_DIGITS));
            }
            digests.insert(name.clone(), salt.of(&name, &value, DIGITS));
        }
    }
    digests
}

/// The digests of the resources that were read, by key.
pub(super) fn live_digests(salt: Salt<'_>, observed: &Observed, rules: &dyn Rules) -> BTreeMap<String, String> {
    let Observed { recorded, found, replaced, .. } = observed;
    let keys: BTreeSet<&Key> = recorded.keys().chain(found.keys()).chain(replaced.keys()).collect();
    let digest = |key: &Key| {
        let looks = [recorded.get(key), found.get(key)].into_iter().flatten();
        let old = replaced.get(key).into_iter().flatten().map(|(_, found)| found);
        let looks: Vec<Value> = looks.chain(old).map(|found| look(salt, (key, found), rules)).collect();
        let name = key.to_string();
        match looks.as_slice() {
            [Value::String(word)] => word.clone(),
            looks => salt.of(&name, &json!(looks), DIGITS),
        }
    };
    keys.into_iter().map(|key| (key.to_string(), digest(key))).collect()
}

/// A live resource, with digests in the place of secrets.
fn look(salt: Salt<'_>, (key, found): (&Key, &FoundJson), rules: &dyn Rules) -> Value {
    let live = match found {
        FoundJson::Nothing => return json!(MISSING),
        FoundJson::NotOurs(_) => return json!(UNMANAGED),
        FoundJson::Ours(live) => live,
    };
    let traits = rules.traits(&key.kind);
    let fields = traits.as_ref().map_or(&[][..], |traits| traits.fields);
    let mut spec = live.spec.clone();
    for (field, value) in spec.as_object_mut().into_iter().flatten().filter(|(field, _)| is_secret(fields, field)) {
        *value = match value.take() {
            Value::Object(members) => {
                let digest = |(name, value): (String, Value)| {
                    let digest = salt.of(&format!("{key}.{field}.{name}"), &value, SECRET_DIGITS);
                    (name, Value::String(digest))
                };
                members.into_iter().map(digest).collect()
            }
            value => json!(salt.of(&format!("{key}.{field}"), &value, SECRET_DIGITS)),
        };
    }
    json!([live.outputs, spec])
}
