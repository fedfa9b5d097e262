//! The subset of API Gateway's template language that preflight responses use: variables, comparisons, patterns,
//! branches, request headers, and overrides of the response's headers and status.
//!
//! A template that uses anything else is rejected as a whole.

mod expression;

use std::collections::BTreeMap;

use super::request::ApiRequest;
use expression::{Expression, Place, Value};

/// The result of a template.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) text: String,
    /// `$context.responseOverride.header.…`, by name.
    pub(super) headers: BTreeMap<String, String>,
    /// `$context.responseOverride.status`.
    pub(super) status: Option<u16>,
}

/// The deepest nesting of branches, which are parsed by recursion.
const DEEPEST: usize = 32;

/// Renders a template; `None` if it uses anything that is not emulated.
pub(super) fn render(template: &str, request: &ApiRequest) -> Option<Rendered> {
    let mut rest = template;
    let parts = parts(&mut rest, DEEPEST)?;
    if !rest.is_empty() {
        return None;
    }
    let mut rendering = Rendering { request, variables: BTreeMap::new(), rendered: Rendered::default() };
    rendering.all(&parts)?;
    Some(rendering.rendered)
}

/// A part of a template.
enum Part<'t> {
    Text(&'t str),
    Value(Expression),
    Set(Place, Expression),
    /// The branches in order, and the `#else` branch.
    If(Vec<(Expression, Vec<Part<'t>>)>, Vec<Part<'t>>),
}

/// Parses parts up to the end, or to the `#end`, `#else` or `#elseif` that ends the current block.
fn parts<'t>(rest: &mut &'t str, depth: usize) -> Option<Vec<Part<'t>>> {
    let mut parts = Vec::new();
    while !rest.is_empty() && !["#end", "#else"].iter().any(|end| rest.starts_with(end)) {
        parts.push(part(rest, depth)?);
    }
    Some(parts)
}

fn part<'t>(rest: &mut &'t str, depth: usize) -> Option<Part<'t>> {
    if let Some(after) = rest.strip_prefix("#set(") {
        let (inside, after) = parenthesised(after)?;
        *rest = after;
        let (place, value) = inside.split_once('=')?;
        return Some(Part::Set(Place::parse(place)?, Expression::parse(value)?));
    }
    if let Some(after) = rest.strip_prefix("#if(") {
        *rest = after;
        return branches(rest, depth.checked_sub(1)?);
    }
    if rest.starts_with('#') {
        return None;
    }
    if rest.starts_with('$') {
        let (reference, after) = expression::reference(rest)?;
        *rest = after;
        return Some(Part::Value(reference));
    }
    let (text, after) = rest.split_at(rest.find(['#', '$']).unwrap_or(rest.len()));
    *rest = after;
    Some(Part::Text(text))
}

/// Parses everything after `#if(` up to its `#end`.
fn branches<'t>(rest: &mut &'t str, depth: usize) -> Option<Part<'t>> {
    let mut branches = Vec::new();
    loop {
        let (condition, after) = parenthesised(rest)?;
        *rest = after;
        branches.push((Expression::parse(condition)?, parts(rest, depth)?));
        if let Some(after) = rest.strip_prefix("#elseif(") {
            *rest = after;
            continue;
        }
        let mut otherwise = Vec::new();
        if let Some(after) = rest.strip_prefix("#else") {
            *rest = after;
            otherwise = parts(rest, depth)?;
        }
        *rest = rest.strip_prefix("#end")?;
        return Some(Part::If(branches, otherwise));
    }
}

/// Splits at the parenthesis that closes the current one.
fn parenthesised(rest: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quoted) = (1, false);
    for (at, letter) in rest.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&rest[..at], &rest[at + 1..]));
        }
    }
    None
}

struct Rendering<'a> {
    request: &'a ApiRequest,
    variables: BTreeMap<String, Value>,
    rendered: Rendered,
}

impl Rendering<'_> {
    fn all(&mut self, parts: &[Part<'_>]) -> Option<()> {
        parts.iter().try_for_each(|part| self.one(part))
    }

    fn one(&mut self, part: &Part<'_>) -> Option<()> {
        match part {
            Part::Text(text) => self.rendered.text.push_str(text),
            Part::Value(value) => match self.value(value) {
                Value::Null => return None,
                value => self.rendered.text.push_str(&value.text()),
            },
            Part::Set(place, value) => self.set(place, self.value(value))?,
            Part::If(branches, otherwise) => {
                let chosen = branches.iter().find(|(condition, _)| self.value(condition).holds());
                self.all(chosen.map_or(otherwise, |(_, parts)| parts))?;
            }
        }
        Some(())
    }

    fn value(&self, expression: &Expression) -> Value {
        expression.value(&self.variables, &|header| self.request.header(header).map(str::to_owned))
    }

    fn set(&mut self, place: &Place, value: Value) -> Option<()> {
        match (place, value) {
            // Setting a variable to null leaves its value unchanged.
            (_, Value::Null) => {}
            (Place::Variable(name), value) => drop(self.variables.insert(name.clone(), value)),
            // An override can be set only once: API Gateway returns a 5xx for a second one.
            (Place::Header(name), _) if self.rendered.headers.contains_key(name) => return None,
            (Place::Status, _) if self.rendered.status.is_some() => return None,
            (Place::Header(name), value) => drop(self.rendered.headers.insert(name.clone(), value.text())),
            (Place::Status, value) => self.rendered.status = Some(value.text().parse().ok()?),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;

    use super::*;
    use crate::gateway::Address;

    const ORIGINS: &str = r#"#set($origin = $input.params().header.get("Origin"))
#if(!$origin || $origin == "")#set($origin = $input.params().header.get("origin"))#end
#if($origin == "https://b.example" || $origin == "https://c.example")
#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
#end"#;

    fn rendered(template: &str, origin: Option<&str>) -> Option<Rendered> {
        let mut request = Request::get("/");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        render(template, &ApiRequest::new(Address::default(), request.body(Bytes::new()).unwrap()))
    }

    #[test]
    fn only_a_listed_origin_is_returned() {
        let told = |origin: Option<&str>| rendered(ORIGINS, origin).unwrap().headers.into_values().next();
        assert_eq!(told(Some("https://b.example")).as_deref(), Some("https://b.example"));
        assert_eq!(told(Some("https://c.example")).as_deref(), Some("https://c.example"));
        assert_eq!(told(Some("https://evil.example")), None);
        assert_eq!(told(None), None);
    }

    #[test]
    fn a_pattern_must_match_the_whole_header() {
        let template = r#"#set($origin = $input.params().header.get("origin"))
#if($origin == "https://a.example" || $origin.matches("https://[a-z0-9._-]+[.]b[.]example"))#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end"#;
        let told = |origin: Option<&str>| rendered(template, origin).unwrap().headers.into_values().next();
        for origin in ["https://a.example", "https://x.b.example", "https://x.y.b.example"] {
            assert_eq!(told(Some(origin)).as_deref(), Some(origin));
        }
        for origin in [
            "https://b.example",
            "https://xb.example",
            "https://x.b.example.evil.test",
            "https://x.b-example",
            "http://x.b.example",
        ] {
            assert_eq!(told(Some(origin)), None, "{origin}");
        }
        assert_eq!(told(None), None, "a missing header does not match");
        assert_eq!(rendered(r#"#set($a = "x")$a.matches("y|x") $a.matches("xx")"#, None).unwrap().text, "true false");
    }

    #[test]
    fn an_override_can_be_set_only_once() {
        let twice = "#set($context.responseOverride.status = 201)#set($context.responseOverride.status = 202)";
        assert_eq!(rendered(twice, None), None);
    }

    #[test]
    fn branches_text_and_the_status_are_rendered() {
        let template = r#"#set($name = "dog")#if($name == "cat")a#elseif($name != "dog" && true)b#else{"is": "$name"}#end
#set($context.responseOverride.status = 204)"#;
        let rendered = rendered(template, None).unwrap();
        assert_eq!((rendered.text.as_str(), rendered.status), ("{\"is\": \"dog\"}\n", Some(204)));
    }

    #[test]
    fn deep_templates_are_rejected() {
        fn nested(open: &str, inside: &str, close: &str, times: usize) -> String {
            format!("{}{inside}{}", open.repeat(times), close.repeat(times))
        }
        let templates: [fn(usize) -> String; 3] = [
            |times| nested("#if(true)", "", "#end", times),
            |times| format!("#if({})#end", nested("(", "true", ")", times)),
            |times| format!("#if({})#end", nested("!", "true", "", times)),
        ];
        for deep in templates {
            assert!(rendered(&deep(30), None).is_some(), "{}", deep(30));
            assert_eq!(rendered(&deep(10_000), None), None);
        }
    }

    #[test]
    fn unsupported_templates_are_rejected_as_a_whole() {
        for template in [
            "#foreach($x in $y)#end",
            "$util.urlEncode(\"x\")",
            "#set($x = $input.path('$.a'))",
            "#if(true)x",
            "#if($x.matches(\"a\\.b\"))#end",
            "#if($x.matches(\"(?i)a\"))#end",
            "#if($x.matches(\"a++\"))#end",
            "#if($x.matches(\"a\").toString())#end",
        ] {
            assert_eq!(rendered(template, None), None, "{template}");
        }
    }
}
