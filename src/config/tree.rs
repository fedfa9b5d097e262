//! The document as a tree in which every value knows its line, its column and its path, whatever is laid over it later.

use std::cell::Cell;
use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

use jsonc_parser::{CollectOptions, ParseOptions, ast, common::Ranged};
use serde_json::{Map, Number, Value as Json};

use super::problem::{Findings, Problem, SourcePlace};

/// A value of the document.
#[derive(Clone, Debug)]
pub(crate) struct JsonNode {
    pub(crate) at: SourcePlace,
    pub(crate) path: String,
    pub(crate) value: Value,
}

/// What a [`JsonNode`] holds.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Flag(bool),
    Number(Number),
    Text(String),
    List(Vec<JsonNode>),
    Object(Vec<JsonMember>),
    /// A string in which a variable could not be resolved, so that no rule looks at it; with the text that stands in for
    /// it.
    Unresolved(String),
}

/// A key of an object with its value.
#[derive(Clone, Debug)]
pub(crate) struct JsonMember {
    pub(crate) name: String,
    pub(crate) at: SourcePlace,
    pub(crate) value: JsonNode,
}

impl JsonMember {
    /// Begins an error at the key.
    pub(crate) fn error(&self, message: impl Into<String>) -> Problem {
        Problem::error(&self.value.path, message).at(self.at)
    }
}

impl JsonNode {
    /// Begins an error at the value.
    pub(crate) fn error(&self, message: impl Into<String>) -> Problem {
        Problem::error(&self.path, message).at(self.at)
    }

    pub(crate) fn entries(&self) -> &[JsonMember] {
        if let Value::Object(entries) = &self.value { entries } else { &[] }
    }

    pub(crate) fn items(&self) -> &[JsonNode] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    pub(crate) fn entry(&self, name: &str) -> Option<&JsonMember> {
        self.entries().iter().find(|entry| entry.name == name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&JsonNode> {
        self.entry(name).map(|entry| &entry.value)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut JsonNode> {
        let Value::Object(entries) = &mut self.value else { return None };
        entries.iter_mut().find(|entry| entry.name == name).map(|entry| &mut entry.value)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// Gives the text of a member.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(JsonNode::text)
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        if let Value::Flag(flag) = self.value { Some(flag) } else { None }
    }

    pub(crate) fn whole_number(&self) -> Option<u64> {
        if let Value::Number(number) = &self.value { number.as_u64() } else { None }
    }

    /// Gives one string or each of a list of strings, as IAM writes them.
    pub(crate) fn one_or_many(&self) -> &[JsonNode] {
        if self.text().is_some() { std::slice::from_ref(self) } else { self.items() }
    }

    /// Sets a member of an object, at the object's own place when it is new.
    pub(crate) fn set_text(&mut self, name: &str, text: String) {
        let at = self.at;
        let path = join(&self.path, name);
        if let Value::Object(entries) = &mut self.value {
            match entries.iter_mut().find(|entry| entry.name == name) {
                Some(entry) => entry.value.value = Value::Text(text),
                None => entries.push(JsonMember {
                    name: name.to_owned(),
                    at,
                    value: Self { at, path, value: Value::Text(text) },
                }),
            }
        }
    }

    /// Replaces every string value of the tree (not the keys); an error makes it [`Value::Unresolved`].
    pub(crate) fn each_text(&mut self, replace: &mut impl FnMut(SourcePlace, &str, &str) -> Result<String, String>) {
        match &mut self.value {
            Value::Text(text) => {
                self.value = replace(self.at, &self.path, text).map_or_else(Value::Unresolved, Value::Text);
            }
            Value::List(items) => items.iter_mut().for_each(|item| item.each_text(replace)),
            Value::Object(entries) => entries.iter_mut().for_each(|entry| entry.value.each_text(replace)),
            Value::Null | Value::Flag(_) | Value::Number(_) | Value::Unresolved(_) => {}
        }
    }

    /// Gives the tree without its places.
    pub(crate) fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Flag(flag) => Json::Bool(*flag),
            Value::Number(number) => Json::Number(number.clone()),
            Value::Text(text) | Value::Unresolved(text) => Json::String(text.clone()),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Object(entries) => Json::Object(
                entries.iter().map(|entry| (entry.name.clone(), entry.value.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }
}

/// Parses the text; `None` when it is not JSON (with comments and trailing commas allowed).
pub(crate) fn parse(text: &str, findings: &mut Findings) -> Option<JsonNode> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let places = Places::new(text);
    match jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &options) {
        Ok(parsed) => {
            let document = parsed.value.map(|value| Builder { places, findings }.node(value, String::new()));
            if document.is_none() {
                findings
                    .add(Problem::error("", "the file is empty").hint("`stackctl init` creates an example project"));
            }
            document
        }
        Err(error) => {
            let message = format!("not JSON: {}", lower_first(&error.kind().to_string()));
            findings.add(Problem::error("", message).at(places.at(error.range().start)));
            None
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

/// Appends a key to a path, in quotes where it would otherwise be ambiguous.
pub(crate) fn join(path: &str, name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'));
    let name = if plain { name.to_owned() } else { format!("\"{name}\"") };
    if path.is_empty() { name } else { format!("{path}.{name}") }
}

struct Builder<'a> {
    places: Places<'a>,
    findings: &'a mut Findings,
}

impl Builder<'_> {
    fn node(&mut self, value: ast::Value<'_>, path: String) -> JsonNode {
        let at = self.places.at(value.start());
        let value = match value {
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::BooleanLit(flag) => Value::Flag(flag.value),
            ast::Value::StringLit(text) => Value::Text(text.value.into_owned()),
            // A number too large for JSON's own type is none that any key allows; as text it is refused with its place.
            ast::Value::NumberLit(number) => match number.value.parse::<Number>() {
                Ok(parsed) => Value::Number(parsed),
                Err(_) => Value::Text(number.value.to_owned()),
            },
            ast::Value::Array(array) => Value::List(
                array
                    .elements
                    .into_iter()
                    .enumerate()
                    .map(|(index, item)| self.node(item, format!("{path}[{index}]")))
                    .collect(),
            ),
            ast::Value::Object(object) => Value::Object(self.entries(object, &path)),
        };
        JsonNode { at, path, value }
    }

    fn entries(&mut self, object: ast::Object<'_>, path: &str) -> Vec<JsonMember> {
        let mut entries: Vec<JsonMember> = Vec::with_capacity(object.properties.len());
        let mut lines = HashMap::new();
        for property in object.properties {
            let at = self.places.at(property.range.start);
            let name = property.name.into_string();
            let value = self.node(property.value, join(path, &name));
            let entry = JsonMember { name, at, value };
            match lines.entry(entry.name.clone()) {
                Occupied(earlier) => self.findings.add(
                    entry
                        .error("duplicate key")
                        .detail(format!("first defined on line {}", earlier.get()))
                        .hint("remove one of the two"),
                ),
                Vacant(place) => {
                    place.insert(at.line);
                    entries.push(entry);
                }
            }
        }
        entries
    }
}

/// Turns offsets in bytes into lines and columns.
struct Places<'a> {
    text: &'a str,
    line_starts: Vec<usize>,
    /// The offset that was asked for last and its place: the next one is mostly on the same line, which may be the only
    /// one of a large file.
    last: Cell<(usize, SourcePlace)>,
}

impl<'a> Places<'a> {
    fn new(text: &'a str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(offset, _)| offset + 1);
        let last = Cell::new((0, SourcePlace { line: 1, column: 1 }));
        Self { text, line_starts: std::iter::once(0).chain(after_breaks).collect(), last }
    }

    fn at(&self, offset: usize) -> SourcePlace {
        let offset = offset.min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let (from, column) = match self.last.get() {
            (last, place) if place.line == line && last <= offset => (last, place.column),
            _ => (self.line_starts[line - 1], 1),
        };
        let place = SourcePlace { line, column: column + self.text[from..offset].chars().count() };
        self.last.set((offset, place));
        place
    }
}
