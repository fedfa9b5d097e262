//! The query protocol of IAM and STS: a form whose keys are paths into a tree.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::Service;
use crate::wire::error::AwsError;

/// Members that are lists. An empty list arrives as `Tags=`, like an empty text.
const LISTS: [&str; 2] = ["Tags", "TagKeys"];

/// Members that are whole numbers.
const NUMBERS: [&str; 2] = ["MaxItems", "MaxSessionDuration"];

/// The most parts of a key. AWS's deepest one, `PolicyInputList.member.1` of a simulation, has three.
const DEEPEST: usize = 16;

/// Reads `Action=CreateRole&Version=2010-05-08&…`.
pub(super) fn parse(body: &Bytes) -> Result<(Service, String, Map<String, Value>), AwsError> {
    let mut tree = Tree::default();
    let (mut action, mut version) = (String::new(), String::new());
    for (key, value) in form_urlencoded::parse(body) {
        match key.as_ref() {
            "Action" => action = value.into_owned(),
            "Version" => version = value.into_owned(),
            // The tree is walked by recursion.
            _ if key.split('.').count() > DEEPEST => return Err(malformed("The request is nested too deeply.")),
            _ => tree.insert(key.split('.'), value.into_owned()),
        }
    }
    let service = match version.as_str() {
        "2010-05-08" => Service::Iam,
        "2011-06-15" => Service::Sts,
        _ => return Err(AwsError::not_imitated(&format!("the action `{action}` of the version `{version}`"))),
    };
    let mut input = Map::new();
    for (name, branch) in tree.branches {
        let value = branch.typed(&name)?;
        input.insert(name, value);
    }
    Ok((service, action, input))
}

fn malformed(message: &str) -> AwsError {
    AwsError::new(400, "MalformedInput", message)
}

#[derive(Default)]
struct Tree {
    value: Option<String>,
    branches: BTreeMap<String, Tree>,
}

impl Tree {
    fn insert<'a>(&mut self, mut path: impl Iterator<Item = &'a str>, value: String) {
        match path.next() {
            None => self.value = Some(value),
            Some(step) => self.branches.entry(step.to_owned()).or_default().insert(path, value),
        }
    }

    fn typed(self, name: &str) -> Result<Value, AwsError> {
        match &self.value {
            Some(text) if text.is_empty() && LISTS.contains(&name) => Ok(json!([])),
            Some(text) if NUMBERS.contains(&name) => text
                .parse::<i64>()
                .map(Value::from)
                .map_err(|_| malformed(&format!("Invalid value for {name}: {text}"))),
            _ => Ok(self.into_value()),
        }
    }

    /// `member.1`, `member.2` … form a list in numerical order. Other branches form an object.
    fn into_value(mut self) -> Value {
        if let Some(text) = self.value {
            return Value::String(text);
        }
        if let Some(list) = self.branches.remove("member") {
            let mut items: Vec<_> = list.branches.into_iter().collect();
            items.sort_by_key(|(number, _)| number.parse::<u32>().unwrap_or(u32::MAX));
            return items.into_iter().map(|(_, item)| item.into_value()).collect();
        }
        Value::Object(self.branches.into_iter().map(|(name, branch)| (name, branch.into_value())).collect())
    }
}
