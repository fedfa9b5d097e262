//! Checks the shape of a document against the schema that is generated from the types: unknown and missing keys, wrong
//! types, words that are not in a list, numbers out of range. One source of truth for editors, for this, and for serde.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use super::problem::{Findings, Problem};
use super::schema;
use super::suggest::{did_you_mean, list};
use super::tree::{JsonMember, JsonNode, Value};

static SCHEMA: LazyLock<Json> = LazyLock::new(schema::schema);

/// Checks the document as it is written, every stage included. What another part may complete is not missed here, and
/// what `${…}` may still make right is not wrong yet.
pub(crate) fn check_written(document: &JsonNode, findings: &mut Findings) {
    Checker { schema: &SCHEMA, whole: false, findings }.check(document);
}

/// Checks the document after the stage was laid over and the variables were resolved.
pub(crate) fn check_whole(document: &JsonNode, findings: &mut Findings) {
    Checker { schema: &SCHEMA, whole: true, findings }.check(document);
}

/// Takes out every value that is not known where the schema asks for one of several words: nothing can stand in for a
/// word. Gives the paths.
pub(crate) fn take_unknown_words(document: &mut JsonNode) -> Vec<String> {
    let mut taken = Vec::new();
    take_words(document, &SCHEMA, &mut taken);
    taken
}

fn take_words(node: &mut JsonNode, schema: &Json, taken: &mut Vec<String>) {
    let schema = resolve(&SCHEMA, schema);
    let is_free = |schema: &Json| schema.get("const").is_none() && schema["type"] == "string";
    let is_word = |node: &JsonNode, schema: &Json| {
        let schema = resolve(&SCHEMA, schema);
        let choices = schema.get("oneOf").and_then(Json::as_array);
        let free = choices.map_or(is_free(schema), |choices| choices.iter().any(|one| is_free(resolve(&SCHEMA, one))));
        matches!(node.value, Value::Unresolved(_)) && !free
    };
    let mut keep = |node: &mut JsonNode, schema: &Json| {
        if is_word(node, schema) {
            taken.push(node.path.clone());
            return false;
        }
        take_words(node, schema, taken);
        true
    };
    match &mut node.value {
        Value::List(items) => {
            items.retain_mut(|item| schema.get("items").is_none_or(|schema| keep(item, schema)));
        }
        Value::Object(entries) => {
            entries
                .retain_mut(|entry| property(schema, &entry.name).is_none_or(|schema| keep(&mut entry.value, schema)));
        }
        _ => {}
    }
}

/// Follows references to the schema that says something.
fn resolve<'a>(root: &'a Json, mut schema: &'a Json) -> &'a Json {
    loop {
        // draft 7 ignores what stands beside a reference, so the generator wraps it.
        let inner = schema.pointer("/allOf/0").unwrap_or(schema);
        match inner.get("$ref").and_then(Json::as_str).and_then(|reference| reference.strip_prefix('#')) {
            Some(pointer) => match root.pointer(pointer) {
                Some(target) => schema = target,
                None => return inner,
            },
            None => return inner,
        }
    }
}

/// Gives the schema of an object's member.
fn property<'a>(schema: &'a Json, name: &str) -> Option<&'a Json> {
    let own = schema.get("properties").and_then(|properties| properties.get(name));
    own.or_else(|| schema.get("additionalProperties").filter(|any| any.is_object()))
}

struct Checker<'a> {
    schema: &'a Json,
    whole: bool,
    findings: &'a mut Findings,
}

impl<'a> Checker<'a> {
    fn check(&mut self, document: &JsonNode) {
        self.node(document, self.schema);
    }

    fn resolve(&self, schema: &'a Json) -> &'a Json {
        resolve(self.schema, schema)
    }

    fn node(&mut self, node: &JsonNode, schema: &'a Json) {
        let schema = self.resolve(schema);
        if let Some(choices) = schema.get("oneOf").and_then(Json::as_array) {
            let choices: Vec<_> = choices.iter().map(|choice| self.resolve(choice)).collect();
            return self.one_of(node, &choices);
        }
        if !fits(node, schema) {
            let found = describe(&node.value);
            let problem = node.error(format!("expected {}, found {found}", expected(schema)));
            return self.findings.add(problem.maybe_hint(quote_hint(&node.value, schema)));
        }
        match &node.value {
            Value::Text(text) => self.word(node, text, &[schema]),
            Value::Number(number) => self.range(node, number.as_f64().unwrap_or(f64::MAX), schema),
            Value::List(items) => self.list(node, items, schema),
            Value::Object(entries) => self.object(node, entries, schema),
            Value::Null | Value::Flag(_) | Value::Unresolved(_) => {}
        }
    }

    fn one_of(&mut self, node: &JsonNode, choices: &[&'a Json]) {
        let fitting: Vec<_> = choices.iter().copied().filter(|choice| fits(node, choice)).collect();
        match (fitting.as_slice(), node.text()) {
            ([], _) => {
                let mut kinds: Vec<_> = choices.iter().map(|choice| expected(choice)).collect();
                kinds.dedup();
                let found = describe(&node.value);
                self.findings.add(node.error(format!("expected {}, found {found}", kinds.join(" or "))));
            }
            (words, Some(text)) => self.word(node, text, words),
            ([schema, ..], None) => self.node(node, schema),
        }
    }

    fn word(&mut self, node: &JsonNode, text: &str, schemas: &[&Json]) {
        let allowed: Vec<_> = schemas.iter().filter_map(|schema| schema.get("const")?.as_str()).collect();
        let undecided = !self.whole && text.contains("${");
        if allowed.is_empty() || undecided || allowed.contains(&text) {
            return;
        }
        let problem =
            node.error(format!("`{text}` is not allowed")).detail(format!("allowed are: {}", list(allowed.clone())));
        self.findings.add(problem.maybe_hint(renamed(text).or_else(|| did_you_mean(text, allowed))));
    }

    fn range(&mut self, node: &JsonNode, number: f64, schema: &Json) {
        let bound = |name: &str| schema.get(name).and_then(Json::as_f64);
        let (minimum, maximum) = (bound("minimum"), bound("maximum"));
        if minimum.is_some_and(|minimum| number < minimum) || maximum.is_some_and(|maximum| number > maximum) {
            let (minimum, maximum) = (minimum.unwrap_or(f64::MIN), maximum.unwrap_or(f64::MAX));
            let problem = node.error(format!("{number} is out of range"));
            self.findings.add(problem.detail(format!("allowed are {minimum} to {maximum}")));
        }
    }

    fn list(&mut self, node: &JsonNode, items: &[JsonNode], schema: &'a Json) {
        if items.is_empty() && schema.get("minItems").is_some() {
            self.findings.add(node.error("the list is empty").hint("name at least one, or leave the key out"));
        }
        let unique = schema.get("uniqueItems") == Some(&Json::Bool(true));
        let mut seen = HashSet::new();
        for item in items {
            if let Some(item_schema) = schema.get("items") {
                self.node(item, item_schema);
            }
            if let Some(text) = item.text().filter(|_| unique)
                && !seen.insert(text)
            {
                self.findings.add(item.error(format!("duplicate `{text}` in the list")));
            }
        }
    }

    fn object(&mut self, node: &JsonNode, entries: &[JsonMember], schema: &'a Json) {
        let no_properties = Map::new();
        let properties = schema.get("properties").and_then(Json::as_object).unwrap_or(&no_properties);
        for entry in entries {
            match property(schema, &entry.name) {
                Some(property) => self.node(&entry.value, property),
                None if schema.get("additionalProperties") == Some(&Json::Bool(false)) => {
                    self.findings.add(unknown_key(entry, properties));
                }
                None => {}
            }
        }
        if self.whole {
            self.missing(node, schema);
        }
    }

    fn missing(&mut self, node: &JsonNode, schema: &Json) {
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
        for name in required.filter_map(Json::as_str).filter(|name| node.get(name).is_none()) {
            let problem = node.error(format!("the key `{name}` is missing"));
            let description =
                schema.pointer(&format!("/properties/{name}")).map(|property| about(self.resolve(property), property));
            self.findings.add(match description.flatten() {
                Some(description) => problem.detail(format!("{name}: {description}")),
                None => problem,
            });
        }
    }
}

/// Gives the first sentence that the schema says about a key.
fn about(target: &Json, property: &Json) -> Option<String> {
    let description = property.get("description").or_else(|| target.get("description"))?.as_str()?;
    let line = description.replace('\n', " ");
    Some(line.split_once(". ").map_or(line.as_str(), |(first, _)| first).trim_end_matches('.').to_owned())
}

fn unknown_key(entry: &JsonMember, properties: &Map<String, Json>) -> Problem {
    let known = || properties.keys().map(String::as_str);
    entry
        .error("unknown key")
        .detail(format!("keys here are: {}", list(known())))
        .maybe_hint(did_you_mean(&entry.name, known()))
}

fn fits(node: &JsonNode, schema: &Json) -> bool {
    let Some(kind) = schema.get("type").and_then(Json::as_str) else { return true };
    match (&node.value, kind) {
        (Value::Number(number), "integer") => number.is_u64() || number.is_i64(),
        (Value::Unresolved(_), _)
        | (Value::Flag(_), "boolean")
        | (Value::Number(_), "number")
        | (Value::Text(_), "string")
        | (Value::List(_), "array")
        | (Value::Object(_), "object") => true,
        _ => false,
    }
}

fn expected(schema: &Json) -> &'static str {
    match schema.get("type").and_then(Json::as_str) {
        Some("boolean") => "true or false",
        Some("integer") => "a whole number",
        Some("number") => "a number",
        Some("array") => "a list",
        Some("object") => "an object",
        _ => "a string",
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null | Value::Unresolved(_) => "null".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::Text(text) => format!("the string \"{text}\""),
        Value::List(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Knows the commonest mistake: quotes too many or too few, or no brackets around a single item.
fn quote_hint(value: &Value, schema: &Json) -> Option<String> {
    match (value, schema.get("type").and_then(Json::as_str)?) {
        (Value::Null, _) => Some("leave the key out for its default".to_owned()),
        (Value::Text(text), "integer") => {
            text.parse::<u64>().ok().map(|number| format!("write {number} without quotes"))
        }
        (Value::Text(text), "number") => {
            text.parse::<f64>().ok().map(|number| format!("write {number} without quotes"))
        }
        (Value::Text(text), "boolean") => text.parse::<bool>().ok().map(|flag| format!("write {flag} without quotes")),
        (Value::Text(text), "array") => Some(format!("write [\"{text}\"]")),
        (Value::Number(number), "string") => Some(format!("write \"{number}\"")),
        (Value::Flag(flag), "string") => Some(format!("write \"{flag}\"")),
        _ => None,
    }
}

/// Knows the old names of Cognito's auth flows, which cannot be mixed with the new ones.
fn renamed(word: &str) -> Option<String> {
    let new = match word {
        "ADMIN_NO_SRP_AUTH" | "ADMIN_USER_PASSWORD_AUTH" => "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "CUSTOM_AUTH_FLOW_ONLY" | "CUSTOM_AUTH" => "ALLOW_CUSTOM_AUTH",
        "USER_PASSWORD_AUTH" => "ALLOW_USER_PASSWORD_AUTH",
        "USER_SRP_AUTH" => "ALLOW_USER_SRP_AUTH",
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => "ALLOW_REFRESH_TOKEN_AUTH",
        "USER_AUTH" => "ALLOW_USER_AUTH",
        _ => return None,
    };
    Some(format!("the name is now `{new}`"))
}
