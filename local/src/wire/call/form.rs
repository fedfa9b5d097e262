//! The query protocol of IAM and STS: a form whose keys are paths into the members of the operation.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::wire::{
    error::AwsError,
    model::{Kind, Model, Shape},
    service::Service,
    typed,
};

/// The steps that the deepest member of a request has, and some more.
const DEEPEST: usize = 16;

/// Reads `Action=CreateRole&Version=2010-05-08&…`.
pub(super) fn parse(body: &Bytes) -> Result<(Service, String, Map<String, Value>), AwsError> {
    let mut tree = Tree::default();
    let (mut action, mut version) = (String::new(), String::new());
    for (key, value) in form_urlencoded::parse(body) {
        match key.as_ref() {
            "Action" => action = value.into_owned(),
            "Version" => version = value.into_owned(),
            key => tree.insert(key, value.into_owned())?,
        }
    }
    let service = match version.as_str() {
        "2010-05-08" => Service::Iam,
        "2011-06-15" => Service::Sts,
        _ => return Err(AwsError::not_imitated(&format!("the action `{action}` of the version `{version}`"))),
    };
    let model = Model::of(service);
    let operation = model
        .operations
        .get(&action)
        .ok_or_else(|| AwsError::not_imitated(&format!("{}:{action}", service.prefix())))?;
    let Some(shape) = model.input(operation) else { return Ok((service, action, Map::new())) };
    match tree.read(service, "", shape)? {
        Value::Object(input) => Ok((service, action, input)),
        _ => Ok((service, action, Map::new())),
    }
}

#[derive(Default)]
struct Tree {
    value: Option<String>,
    branches: BTreeMap<String, Tree>,
}

impl Tree {
    fn insert(&mut self, path: &str, value: String) -> Result<(), AwsError> {
        let mut at = self;
        for (depth, step) in path.split('.').enumerate() {
            if depth == DEEPEST {
                return Err(malformed("The request is nested too deeply."));
            }
            at = at.branches.entry(step.to_owned()).or_default();
        }
        at.value = Some(value);
        Ok(())
    }

    /// The value of a shape. `member.1`, `member.2` … are a list in numerical order, and an empty list is an empty text.
    fn read(&self, service: Service, name: &str, shape: &Shape) -> Result<Value, AwsError> {
        let model = Model::of(service);
        let text = self.value.as_deref();
        match shape.kind {
            Kind::Structure => {
                let members = shape.members.iter().filter_map(|member| {
                    let branch = self.branches.get(&member.name)?;
                    Some(branch.read(service, &member.name, model.member(member)).map(|it| (member.name.clone(), it)))
                });
                members.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
            Kind::List => match (self.branches.get("member"), model.element(shape)) {
                (Some(list), Some(element)) => {
                    let mut items: Vec<_> = list.branches.iter().collect();
                    items.sort_by_key(|(number, _)| number.parse::<u32>().unwrap_or(u32::MAX));
                    items.into_iter().map(|(_, item)| item.read(service, name, element)).collect()
                }
                _ => Ok(json!([])),
            },
            _ => typed::from_text(
                service,
                name,
                shape,
                text.ok_or_else(|| malformed(&format!("Invalid value for {name}")))?,
            ),
        }
    }
}

fn malformed(message: &str) -> AwsError {
    AwsError::new(400, "MalformedInput", message)
}
