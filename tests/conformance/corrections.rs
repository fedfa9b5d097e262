//! Corrections of each server's responses. The tables in `mod.rs` have the reasons.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::proxy::{Call, Correct};

/// Members that moto loses.
#[derive(Default)]
pub(crate) struct Moto {
    logging: BTreeMap<String, Value>,
    /// Settings of a user pool that an update keeps when it does not name them, by pool id.
    pools: BTreeMap<String, Value>,
}

impl Correct for Moto {
    fn correct(&mut self, call: &Call, answer: &mut Value) {
        if call.path.contains("/functions") {
            self.log_groups(call, answer);
        }
        if call.target.as_deref().is_some_and(|target| target.starts_with("AWSCognitoIdentityProvider")) {
            self.user_pools(call, answer);
        }
    }
}

impl Moto {
    fn log_groups(&mut self, call: &Call, answer: &mut Value) {
        let function = if answer["Configuration"].is_object() { &mut answer["Configuration"] } else { answer };
        let Some(name) = function["FunctionName"].as_str().map(str::to_owned) else { return };
        if call.method != "GET" && call.body["LoggingConfig"].is_object() {
            self.logging.insert(name.clone(), call.body["LoggingConfig"].clone());
        }
        if let Some(logging) = self.logging.get(&name) {
            function["LoggingConfig"] = logging.clone();
        }
    }

    fn user_pools(&mut self, call: &Call, answer: &mut Value) {
        let pool = &mut answer["UserPool"];
        let Some(id) = pool["Id"].as_str().map(str::to_owned) else { return };
        let kept = self.pools.entry(id).or_insert_with(|| {
            json!({
                "UsernameAttributes": call.body["UsernameAttributes"],
                "UsernameConfiguration": call.body["UsernameConfiguration"],
                "UserPoolTags": call.body["UserPoolTags"],
            })
        });
        for (name, value) in kept.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            pool[name] = value.clone();
        }
    }
}

/// Members that ministack returns in another form.
pub(crate) struct Ministack;

impl Correct for Ministack {
    fn correct(&mut self, call: &Call, answer: &mut Value) {
        if call.path.starts_with("/restapis") {
            correct_form(answer);
        }
    }
}

fn correct_form(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(correct_form),
        Value::Object(members) => {
            members.retain(|name, value| name != "selectionPattern" || value != "");
            if let Some(seconds) = members.get_mut("authorizerResultTtlInSeconds") {
                let number = seconds.as_str().and_then(|text| text.parse::<i64>().ok());
                *seconds = number.map_or_else(|| seconds.take(), Value::from);
            }
            members.values_mut().for_each(correct_form);
        }
        _ => {}
    }
}
