//! The constraints of the models on the members of a request, in AWS's words.
//!
//! AWS reports every violation at once. The order of an enum's values is that of the hash table that AWS prints: by the
//! low five bits of Java's `hashCode`, later values first among those that share them.

use serde_json::Value;

use super::{
    error::AwsError,
    model::{Kind, Location, Model, Operation, Shape},
    service::Service,
};

/// Checks the members of a call.
///
/// # Errors
/// With the service's code for violated constraints.
pub(crate) fn check(service: Service, name: &str, operation: &Operation, input: &Value) -> Result<(), AwsError> {
    let model = Model::of(service);
    let Some(shape) = model.input(operation) else { return Ok(()) };
    let mut check = Check { service, model, violations: Vec::new(), reworded: None };
    // API Gateway puts the name of the body's structure before the members in the body, and checks these first.
    let body = if service == Service::ApiGateway { format!("{}Input", lower_first(name)) } else { String::new() };
    check.members(shape, input, &body, |location| location == Location::Body);
    check.members(shape, input, "", |location| location != Location::Body);
    if let Some(message) = check.reworded {
        return Err(invalid(service, message));
    }
    let violations = check.violations;
    if violations.is_empty() {
        return Ok(());
    }
    let errors = if violations.len() == 1 { "error" } else { "errors" };
    Err(invalid(service, format!("{} validation {errors} detected: {}", violations.len(), violations.join("; "))))
}

/// The error of a service for a violated constraint.
pub(crate) fn invalid(service: Service, message: impl Into<String>) -> AwsError {
    let code = match service {
        Service::Cognito | Service::Logs => "InvalidParameterException",
        Service::Iam | Service::Sts => "ValidationError",
        Service::ApiGateway | Service::Lambda => "ValidationException",
        Service::S3 => "InvalidArgument",
    };
    AwsError::new(400, code, message)
}

/// AWS's sentence for one violated constraint.
pub(crate) fn violation(value: &str, path: &str, constraint: &str) -> String {
    format!("Value{value} at '{path}' failed to satisfy constraint: {constraint}")
}

struct Check {
    service: Service,
    model: &'static Model,
    violations: Vec<String>,
    /// The message of the first violation for which the service has words of its own.
    reworded: Option<String>,
}

impl Check {
    fn members(&mut self, shape: &Shape, value: &Value, path: &str, wanted: impl Fn(Location) -> bool) {
        for member in shape.members.iter().filter(|member| wanted(member.location)) {
            let name = lower_first(&member.name);
            let path = if path.is_empty() { name } else { format!("{path}.{name}") };
            match value.get(&member.name) {
                Some(value) => self.value(self.model.member(member), value, &path),
                None if shape.requires(member) && shape.payload.as_ref() != Some(&member.name) => {
                    self.violations.push(violation(" null", &path, "Member must not be null"));
                }
                None => {}
            }
        }
    }

    fn value(&mut self, shape: &Shape, value: &Value, path: &str) {
        if (self.service, path) == CHECKED_LATER {
            return;
        }
        for constraint in violated(shape, value) {
            if self.reworded.is_none() {
                self.reworded = reworded(self.service, path, &constraint);
            }
            self.violations.push(violation(&shown(shape, value), path, &constraint));
        }
        match value {
            Value::Object(_) if shape.kind == Kind::Structure => self.members(shape, value, path, |_| true),
            Value::Object(entries) => {
                if let Some(key) = self.model.key(shape)
                    && entries.keys().any(|text| !violated(key, &Value::from(text.as_str())).is_empty())
                {
                    let rule = format!("Map keys must satisfy constraint: [{}]", constraints(key).join(", "));
                    self.violations.push(violation(&self.shown_whole(shape, value), path, &rule));
                }
                let each = entries.iter().map(|(key, value)| (key.clone(), value)).collect();
                self.elements(shape, value, path, each);
            }
            Value::Array(elements) => {
                let each = (1..).zip(elements).map(|(place, value): (usize, _)| (place.to_string(), value)).collect();
                self.elements(shape, value, path, each);
            }
            _ => {}
        }
    }

    /// The elements of a list or a map: one violation for all values, one for each member of structures.
    fn elements(&mut self, of: &Shape, whole: &Value, path: &str, each: Vec<(String, &Value)>) {
        let Some(shape) = self.model.element(of) else { return };
        if matches!(shape.kind, Kind::Structure | Kind::List | Kind::Map) {
            for (place, value) in each {
                self.value(shape, value, &format!("{path}.{place}.member"));
            }
        } else if each.iter().any(|(_, value)| !violated(shape, value).is_empty()) {
            let mut rules = constraints(shape);
            if self.service == Service::Lambda && !SPARSE.iter().any(|name| path.ends_with(name)) {
                rules.push("Member must not be null".into());
            }
            let subject = if of.kind == Kind::Map { "Map value" } else { "Member" };
            let rule = format!("{subject} must satisfy constraint: [{}]", rules.join(", "));
            self.violations.push(violation(&self.shown_whole(of, whole), path, &rule));
        }
    }

    /// A list or a map in a message, unless any part of it is sensitive.
    fn shown_whole(&self, of: &Shape, value: &Value) -> String {
        let parts = [self.model.key(of), self.model.element(of)];
        let secret = parts.into_iter().flatten().any(|part| part.sensitive);
        let double = self.model.element(of).is_some_and(is_double);
        if secret || of.sensitive { String::new() } else { format!(" '{}'", printed(value, double)) }
    }
}

/// The lists and maps of Lambda whose elements may be null. No model says so; the recorded messages do.
const SPARSE: [&str; 3] = ["subnetIds", "securityGroupIds", "tags"];

/// The only enum that Lambda itself checks, with a message of its own: a runtime may also be an ARN.
const CHECKED_LATER: (Service, &str) = (Service::Lambda, "runtime");

/// The messages of services that check a member themselves, with the model's constraint.
fn reworded(service: Service, path: &str, constraint: &str) -> Option<String> {
    let pattern = constraint.contains("regular expression");
    let rule = match (service, path) {
        (Service::Iam, "roleName" | "policyName") if pattern => {
            "It must contain only alphanumeric characters and/or the following: +=,.@_-"
        }
        (Service::Iam, "path" | "pathPrefix") if pattern => {
            "It must begin and end with / and contain only alphanumeric characters and/or / characters."
        }
        // The message says ASCII, but the pattern also allows the rest of Latin-1.
        (Service::Iam, "policyDocument" | "assumeRolePolicyDocument") if pattern => {
            "It must contain only printable ASCII characters."
        }
        (Service::Logs, "logGroupName" | "logStreamName") if constraint.contains("less than") => {
            return Some("Invalid LogGroup or LogStream, both must have length less than or equal to 512.".into());
        }
        _ => return None,
    };
    let name = path.replace("pathPrefix", "path").replace("assumeRolePolicyDocument", "policyDocument");
    Some(format!("The specified value for {name} is invalid. {rule}"))
}

/// The constraints of a shape, in the order of AWS's lists of them.
fn constraints(shape: &Shape) -> Vec<String> {
    let mut found = Vec::new();
    if shape.words.is_empty() {
        found.extend(shape.max.map(|most| at_most(shape, most)));
        found.extend(shape.min.map(|least| at_least(shape, least)));
        found.extend(shape.pattern.as_ref().map(|pattern| matching(&pattern.text)));
    } else {
        found.push(one_of(&shape.words));
    }
    found
}

/// The constraints that a value violates, without those of its elements and members.
fn violated(shape: &Shape, value: &Value) -> Vec<String> {
    let size = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if shape.kind == Kind::Blob => Some(decoded_length(text)),
        Value::String(text) => Some(as_number(text.chars().count())),
        Value::Array(elements) => Some(as_number(elements.len())),
        Value::Object(entries) if shape.kind == Kind::Map => Some(as_number(entries.len())),
        _ => None,
    };
    let mut found = Vec::new();
    if let Some(size) = size {
        found.extend(shape.min.filter(|least| size < *least).map(|least| at_least(shape, least)));
        found.extend(shape.max.filter(|most| size > *most).map(|most| at_most(shape, most)));
    }
    if let Value::String(text) = value {
        if !shape.words.is_empty() && !shape.words.contains(text) {
            return vec![one_of(&shape.words)];
        }
        found.extend(shape.pattern.as_ref().filter(|pattern| !pattern.matches(text)).map(|it| matching(&it.text)));
    }
    found
}

/// The bytes of a Base64 text, near enough for bounds of megabytes.
fn decoded_length(text: &str) -> f64 {
    as_number(text.trim_end_matches('=').len() * 3 / 4)
}

#[expect(clippy::cast_precision_loss, reason = "no request has 2^52 characters")]
fn as_number(count: usize) -> f64 {
    count as f64
}

fn is_number(shape: &Shape) -> bool {
    matches!(shape.kind, Kind::Integer | Kind::Long | Kind::Double | Kind::Float)
}

fn is_double(shape: &Shape) -> bool {
    matches!(shape.kind, Kind::Double | Kind::Float)
}

fn at_least(shape: &Shape, least: f64) -> String {
    format!("Member must have {} greater than or equal to {}", measure(shape), number(shape, least))
}

fn at_most(shape: &Shape, most: f64) -> String {
    format!("Member must have {} less than or equal to {}", measure(shape), number(shape, most))
}

fn matching(pattern: &str) -> String {
    format!("Member must satisfy regular expression pattern: {pattern}")
}

fn one_of(words: &[String]) -> String {
    let mut places: Vec<usize> = (0..words.len()).collect();
    places.sort_by_key(|place| (java_hash(&words[*place]) % 32, usize::MAX - place));
    let words: Vec<&str> = places.into_iter().map(|place| words[place].as_str()).collect();
    format!("Member must satisfy enum value set: [{}]", words.join(", "))
}

/// `String.hashCode` of Java.
fn java_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash: u32, unit| hash.wrapping_mul(31).wrapping_add(unit.into()))
}

fn measure(shape: &Shape) -> &'static str {
    if is_number(shape) { "value" } else { "length" }
}

/// A number as Java prints it: `1` for an integer, `1.0` for a double.
fn number(shape: &Shape, number: f64) -> String {
    if is_double(shape) { format!("{number:?}") } else { number.to_string() }
}

/// ` 'value'`, or nothing for a sensitive value.
fn shown(shape: &Shape, value: &Value) -> String {
    if shape.sensitive { String::new() } else { format!(" '{}'", printed(value, is_double(shape))) }
}

/// A value as Java prints it.
fn printed(value: &Value, double: bool) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if double => format!("{:?}", number.as_f64().unwrap_or_default()),
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(|element| printed(element, double)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{key}={}", printed(value, double)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests;
