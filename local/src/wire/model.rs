//! AWS's service models, pruned to the operations that the emulator imitates.
//!
//! `just models` writes the files in `local/models` from botocore. Nothing here is specific to a service.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{LazyLock, OnceLock},
};

use serde::Deserialize;

use super::{pattern, service::Service};

/// One service: its operations, and the shapes of their members.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) operations: BTreeMap<String, Operation>,
    /// The operations that the emulator does not imitate, with `METHOD /path`.
    pub(crate) others: BTreeMap<String, String>,
    shapes: BTreeMap<String, Shape>,
}

/// An operation and its HTTP binding.
#[derive(Debug, Deserialize)]
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) uri: String,
    /// The status of a success.
    pub(crate) code: u16,
    input: Option<String>,
    #[cfg(test)]
    output: Option<String>,
    /// Whether AWS takes the operation without a signature.
    #[serde(default)]
    pub(crate) unsigned: bool,
}

/// The type of a value, its parts and its constraints.
#[derive(Debug, Deserialize)]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    pub(crate) members: Vec<Member>,
    /// The shape of a list's elements.
    member: Option<String>,
    key: Option<String>,
    value: Option<String>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) pattern: Option<Pattern>,
    #[serde(default, rename = "enum")]
    pub(crate) words: Vec<String>,
    /// Whether AWS leaves the value out of its messages.
    #[serde(default)]
    pub(crate) sensitive: bool,
    /// The member that is the whole body.
    pub(crate) payload: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Structure,
    List,
    Map,
    String,
    Integer,
    Long,
    Double,
    Float,
    Boolean,
    Timestamp,
    Blob,
}

/// A member of a structure: `[name, shape, location, name on the wire]` in the file.
#[derive(Debug, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    shape: String,
    #[serde(default)]
    pub(crate) location: Location,
    #[serde(default)]
    wire: Option<String>,
}

/// Where a member is in a request or a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Location {
    #[default]
    #[serde(rename = "")]
    Body,
    Uri,
    QueryString,
    Header,
    /// All headers with a prefix.
    Headers,
    #[serde(rename = "statusCode")]
    StatusCode,
}

/// A regular expression of the model, compiled when it is first used.
#[derive(Deserialize)]
#[serde(from = "String")]
pub(crate) struct Pattern {
    pub(crate) text: String,
    compiled: OnceLock<pattern::Compiled>,
}

impl Model {
    /// The model of a service.
    pub(crate) fn of(service: Service) -> &'static Self {
        /// One model per service, parsed when it is first used.
        macro_rules! embedded {
            ($name:literal) => {{
                static MODEL: LazyLock<Model> = LazyLock::new(|| {
                    serde_json::from_str(include_str!(concat!("../../models/", $name, ".json")))
                        .expect("the committed models have the form that the script writes")
                });
                &MODEL
            }};
        }
        match service {
            Service::ApiGateway => embedded!("apigateway"),
            Service::Cognito => embedded!("cognito-idp"),
            Service::Iam => embedded!("iam"),
            Service::Lambda => embedded!("lambda"),
            Service::Logs => embedded!("logs"),
            Service::S3 => embedded!("s3"),
            Service::Sts => embedded!("sts"),
        }
    }

    /// The members of an operation's request. `None` for an operation without any.
    pub(crate) fn input(&self, operation: &Operation) -> Option<&Shape> {
        operation.input.as_deref().map(|name| self.shape(name))
    }

    /// The members of an operation's response. `None` for an operation without any.
    #[cfg(test)]
    pub(crate) fn output(&self, operation: &Operation) -> Option<&Shape> {
        operation.output.as_deref().map(|name| self.shape(name))
    }

    /// The shape of a member.
    pub(crate) fn member(&self, member: &Member) -> &Shape {
        self.shape(&member.shape)
    }

    /// The shape of a list's elements or of a map's values.
    pub(crate) fn element(&self, of: &Shape) -> Option<&Shape> {
        of.member.as_deref().or(of.value.as_deref()).map(|name| self.shape(name))
    }

    /// The shape of a map's keys.
    pub(crate) fn key(&self, of: &Shape) -> Option<&Shape> {
        of.key.as_deref().map(|name| self.shape(name))
    }

    fn shape(&self, name: &str) -> &Shape {
        self.shapes.get(name).expect("a model has every shape that it refers to")
    }
}

impl Shape {
    pub(crate) fn requires(&self, member: &Member) -> bool {
        self.required.contains(&member.name)
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

impl Member {
    /// The name on the wire.
    pub(crate) fn wire(&self) -> &str {
        self.wire.as_deref().unwrap_or(&self.name)
    }
}

impl Kind {
    /// The word for the type in AWS's messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Structure | Self::Map => "Map",
            Self::List => "List",
            Self::String | Self::Blob => "String",
            Self::Timestamp => "Timestamp",
            Self::Integer => "Integer",
            Self::Long => "Long",
            Self::Double => "Double",
            Self::Float => "Float",
            Self::Boolean => "Boolean",
        }
    }
}

impl Pattern {
    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.compiled.get_or_init(|| pattern::Compiled::new(&self.text)).matches(text)
    }
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        Self { text, compiled: OnceLock::new() }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_there_and_every_pattern_compiles() {
        for service in Service::ALL {
            let model = Model::of(service);
            for operation in model.operations.values() {
                assert!(!model.others.contains_key(&operation.uri));
                let _ = (model.input(operation), model.output(operation));
            }
            for shape in model.shapes.values() {
                let members: Vec<&Shape> = shape.members.iter().map(|member| model.member(member)).collect();
                let _ = (members, model.element(shape), model.key(shape));
                if let Some(pattern) = &shape.pattern {
                    pattern.matches("");
                }
            }
        }
    }
}
