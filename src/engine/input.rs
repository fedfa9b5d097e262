//! Values that may not exist yet: references to outputs, digests of other specs, and how both are resolved.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{digest::hex, key::Key};

const REF: &str = "$ref";
const DIGEST: &str = "$digest";
const TEXT: &str = "$text";

/// An output of another thing, written `iam_role.test#arn`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutputRef {
    pub key: Key,
    /// Which one: a top-level member of its outputs.
    pub output: String,
}

impl Key {
    /// Points at one of the thing's outputs.
    #[must_use]
    pub fn output(&self, output: &str) -> OutputRef {
        OutputRef { key: self.clone(), output: output.to_owned() }
    }
}

impl fmt::Display for OutputRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.key, self.output)
    }
}

impl FromStr for OutputRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (key, output) = text.split_once('#').ok_or_else(|| format!("`{text}` is not a reference to an output"))?;
        Ok(Self { key: key.parse()?, output: output.to_owned() })
    }
}

/// A field of a spec that is known, or will be when something else exists.
///
/// In JSON: the value itself, `{"$ref": "iam_role.test#arn"}`, or `{"$digest": ["api_routes.main"]}`. A resource only
/// ever meets the first form, because effects take nothing but [`Resolved`] specs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input<T> {
    Known(T),
    /// An output of another thing.
    Ref(OutputRef),
    /// The hash of other things' resolved specs: it changes exactly when one of them does.
    Digest(Vec<Part>),
}

impl<T> Input<T> {
    /// The value of a resolved input.
    ///
    /// # Panics
    /// When the input is a reference: specs that reach a resource are [`Resolved`], so this cannot happen there.
    #[must_use]
    pub fn known(&self) -> &T {
        match self {
            Self::Known(value) => value,
            Self::Ref(reference) => panic!("{reference} was to be resolved before any effect"),
            Self::Digest(_) => panic!("a digest was to be resolved before any effect"),
        }
    }
}

impl<T> From<OutputRef> for Input<T> {
    fn from(reference: OutputRef) -> Self {
        Self::Ref(reference)
    }
}

impl From<&str> for Input<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

impl From<String> for Input<String> {
    fn from(value: String) -> Self {
        Self::Known(value)
    }
}

impl<T: Serialize> Serialize for Input<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Ref(reference) => json!({ REF: reference.to_string() }).serialize(serializer),
            Self::Digest(parts) => {
                let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                json!({ DIGEST: parts }).serialize(serializer)
            }
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Input<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match Symbol::of(&value).map_err(de::Error::custom)? {
            Some(Symbol::Ref(reference)) => Ok(Self::Ref(reference)),
            Some(Symbol::Digest(parts)) => Ok(Self::Digest(parts)),
            Some(Symbol::Text(_)) => Err(de::Error::custom("a text with references was to be resolved before")),
            None => serde_json::from_value(value).map(Self::Known).map_err(de::Error::custom),
        }
    }
}

/// A spec, or one field of it, that a digest covers: `api_routes.main` or `rest_api.main/binary_media_types`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    pub key: Key,
    /// One top-level field of it, or all.
    pub field: Option<String>,
}

impl Part {
    /// The whole spec of a thing.
    #[must_use]
    pub fn whole(key: Key) -> Self {
        Self { key, field: None }
    }

    /// One top-level field of a thing's spec.
    #[must_use]
    pub fn field(key: Key, field: &str) -> Self {
        Self { key, field: Some(field.to_owned()) }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{}/{field}", self.key),
            None => write!(f, "{}", self.key),
        }
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (key, field) = match text.split_once('/') {
            Some((key, field)) => (key, Some(field.to_owned())),
            None => (text, None),
        };
        Ok(Self { key: key.parse()?, field })
    }
}

/// A part of a text with references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextPart {
    /// The text itself.
    Literal(String),
    /// An output of another thing, which is a text.
    Ref(OutputRef),
}

/// Joins the parts of a text: the text itself where all of it is known, and otherwise a symbol, which is
/// `{"$text": ["id-", {"$ref": "user_pool.main#id"}]}` or, for one reference alone, `{"$ref": "user_pool.main#id"}`.
#[must_use]
pub fn text(parts: Vec<TextPart>) -> Value {
    let mut joined: Vec<TextPart> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (_, TextPart::Literal(more)) if more.is_empty() => {}
            (Some(TextPart::Literal(text)), TextPart::Literal(more)) => text.push_str(&more),
            (_, part) => joined.push(part),
        }
    }
    let json = |part: &TextPart| match part {
        TextPart::Literal(text) => json!(text),
        TextPart::Ref(reference) => json!({ REF: reference.to_string() }),
    };
    match joined.as_slice() {
        [] => json!(""),
        [one] => json(one),
        parts => json!({ TEXT: parts.iter().map(json).collect::<Vec<_>>() }),
    }
}

/// A symbolic value met inside a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Symbol {
    /// An output of another thing.
    Ref(OutputRef),
    /// The hash of other things' specs.
    Digest(Vec<Part>),
    /// A text with outputs of other things in it.
    Text(Vec<TextPart>),
}

impl Symbol {
    /// Recognises `{"$ref": ..}`, `{"$digest": [..]}` and `{"$text": [..]}`.
    fn of(value: &Value) -> Result<Option<Self>, String> {
        let Some(object) = value.as_object().filter(|object| object.len() == 1) else { return Ok(None) };
        if let Some(reference) = object.get(REF).and_then(Value::as_str) {
            return reference.parse().map(|reference| Some(Self::Ref(reference)));
        }
        if let Some(parts) = object.get(TEXT).and_then(Value::as_array) {
            return parts.iter().map(TextPart::of).collect::<Result<_, _>>().map(|parts| Some(Self::Text(parts)));
        }
        let Some(parts) = object.get(DIGEST).and_then(Value::as_array) else { return Ok(None) };
        let parts = parts.iter().map(|part| part.as_str().unwrap_or_default().parse());
        parts.collect::<Result<_, _>>().map(|parts| Some(Self::Digest(parts)))
    }

    /// The things that must be settled before this has a value.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<&Key> {
        match self {
            Self::Ref(reference) => BTreeSet::from([&reference.key]),
            Self::Digest(parts) => parts.iter().map(|part| &part.key).collect(),
            Self::Text(parts) => parts.iter().filter_map(TextPart::reference).map(|one| &one.key).collect(),
        }
    }

    fn value(&self, lookup: &dyn Lookup) -> Option<Value> {
        match self {
            Self::Ref(reference) => lookup.output(reference),
            Self::Digest(parts) => digest(parts, lookup).map(Value::String),
            Self::Text(parts) => {
                let known = parts.iter().map(|part| match part {
                    TextPart::Literal(text) => Some(text.clone()),
                    TextPart::Ref(reference) => lookup.output(reference)?.as_str().map(str::to_owned),
                });
                known.collect::<Option<String>>().map(Value::String)
            }
        }
    }
}

impl TextPart {
    fn of(value: &Value) -> Result<Self, String> {
        if let Some(text) = value.as_str() {
            return Ok(Self::Literal(text.to_owned()));
        }
        match Symbol::of(value)? {
            Some(Symbol::Ref(reference)) => Ok(Self::Ref(reference)),
            _ => Err(format!("`{value}` is no part of a text")),
        }
    }

    fn reference(&self) -> Option<&OutputRef> {
        if let Self::Ref(reference) = self { Some(reference) } else { None }
    }
}

/// A spec without symbols. Only [`Resolved::new`] makes one, and effects accept nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved(Value);

impl Resolved {
    /// Resolves every symbol of a spec, or returns `None` when `lookup` lacks one.
    #[must_use]
    pub fn new(spec: &Value, lookup: &dyn Lookup) -> Option<Self> {
        let value = substitute(spec, lookup);
        symbols(&value).is_empty().then_some(Self(value))
    }

    /// The plain JSON.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }
}

/// Where resolving finds outputs and specs of other things.
pub trait Lookup {
    /// The value of an output, when it is known.
    fn output(&self, reference: &OutputRef) -> Option<Value>;

    /// The desired spec of a thing, with its own symbols, when it has one.
    fn spec(&self, key: &Key) -> Option<&Value>;
}

/// Whether a value is a symbol.
pub(crate) fn is_symbol(value: &Value) -> bool {
    matches!(Symbol::of(value), Ok(Some(_)))
}

/// Replaces every symbol that `lookup` knows; the others stay. A list with symbols is a set of texts: it is sorted when
/// all of them are known, as a kind reads it.
#[must_use]
pub fn substitute(spec: &Value, lookup: &dyn Lookup) -> Value {
    if let Ok(Some(symbol)) = Symbol::of(spec) {
        return symbol.value(lookup).unwrap_or_else(|| spec.clone());
    }
    match spec {
        Value::Array(items) => {
            let known = items.iter().map(|item| substitute(item, lookup)).collect();
            Value::Array(if items.iter().any(is_symbol) { sorted(known) } else { known })
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| (name.clone(), substitute(member, lookup)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        plain => plain.clone(),
    }
}

/// Sorts a list of texts and removes doubles; leaves any other list as it is.
pub(super) fn sorted(mut items: Vec<Value>) -> Vec<Value> {
    if items.iter().all(Value::is_string) {
        items.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        items.dedup();
    }
    items
}

/// The symbols inside a spec.
#[must_use]
pub fn symbols(spec: &Value) -> Vec<Symbol> {
    if let Ok(Some(symbol)) = Symbol::of(spec) {
        return vec![symbol];
    }
    match spec {
        Value::Array(items) => items.iter().flat_map(symbols).collect(),
        Value::Object(members) => members.values().flat_map(symbols).collect(),
        _ => Vec::new(),
    }
}

/// The things that the symbols of a spec point at.
#[must_use]
pub fn referred(spec: &Value) -> BTreeSet<Key> {
    symbols(spec).iter().flat_map(|symbol| symbol.keys().into_iter().cloned().collect::<Vec<_>>()).collect()
}

/// Hashes the resolved specs of `parts`, or returns `None` while one is not fully known.
fn digest(parts: &[Part], lookup: &dyn Lookup) -> Option<String> {
    let mut hash = Sha256::new();
    for part in parts {
        let spec = lookup.spec(&part.key)?;
        let spec = match &part.field {
            Some(field) => spec.get(field).unwrap_or(&Value::Null),
            None => spec,
        };
        let resolved = Resolved::new(spec, lookup)?;
        hash.update(part.to_string());
        hash.update([0]);
        hash.update(resolved.value().to_string());
        hash.update([0]);
    }
    Some(hex(&hash.finalize()[..16]))
}
