//! The mock behind `OPTIONS` that answers preflights, in both directions.
//!
//! A mock can set a header to a fixed text only, so it can name one origin. With several, the fixed header names the
//! first one and a response template overrides it when the request comes from another one of them; this is how the AWS
//! CDK does it, and the Serverless Framework for patterns. A browser whose origin is none of them is told the first one
//! and refuses; with patterns alone it is told none.

use std::collections::{BTreeMap, BTreeSet};

use super::spec::Preflight;

/// A mock answers with the status that its request template names.
pub(super) const REQUEST_TEMPLATE: &str = r#"{"statusCode": 200}"#;

/// The header that a template may override.
const ORIGIN: &str = "Access-Control-Allow-Origin";

const OVERRIDE: &str = "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)";

/// What `*` matches when it is a whole label, any host beneath a domain, and when it is a part of one.
const ANY_HOST: &str = "[a-z0-9._-]+";
const ANY_NAME: &str = "[a-z0-9_-]+";

/// What is particular about one preflight's mock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mock {
    /// Header by header, in the quotes with which API Gateway marks a fixed text.
    pub(super) headers: BTreeMap<String, String>,
    /// The template of the answer; without one it is empty.
    pub(super) template: Option<String>,
}

impl Mock {
    /// The mock that gives this answer.
    pub(super) fn of(preflight: &Preflight) -> Self {
        let list = |set: &BTreeSet<String>| set.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        let fixed = fixed(&preflight.origins).unwrap_or_default();
        let headers = [
            (ORIGIN, fixed.to_owned()),
            ("Access-Control-Allow-Credentials", if preflight.credentials { "true".to_owned() } else { String::new() }),
            ("Access-Control-Allow-Headers", list(&preflight.headers)),
            ("Access-Control-Allow-Methods", list(&preflight.methods)),
            ("Access-Control-Max-Age", preflight.max_age_seconds.to_string()),
            // Caches between must not give one origin's answer to another.
            ("Vary", if fixed == "*" { String::new() } else { "Origin".to_owned() }),
        ];
        let headers = headers.into_iter().filter(|(_, value)| !value.is_empty());
        Self {
            headers: headers.map(|(name, value)| (name.to_owned(), format!("'{value}'"))).collect(),
            template: template(&preflight.origins),
        }
    }

    /// The headers that the method declares: those that it sends, and the one that its template may add.
    pub(super) fn declared(&self) -> BTreeSet<&str> {
        self.headers.keys().map(String::as_str).chain([ORIGIN]).collect()
    }

    /// The answer that this mock gives, when it is one of ours.
    pub(super) fn preflight(&self) -> Option<Preflight> {
        let text = |name: &str| self.headers.get(name)?.strip_prefix('\'')?.strip_suffix('\'');
        let list =
            |name: &str| text(name).map_or_else(BTreeSet::new, |list| list.split(',').map(str::to_owned).collect());
        let mut origins: BTreeSet<String> = text(ORIGIN).map(str::to_owned).into_iter().collect();
        origins.extend(self.template.iter().flat_map(|template| compared(template)));
        let preflight = Preflight {
            origins,
            headers: list("Access-Control-Allow-Headers"),
            methods: list("Access-Control-Allow-Methods"),
            credentials: self.headers.contains_key("Access-Control-Allow-Credentials"),
            max_age_seconds: text("Access-Control-Max-Age")?.parse().ok()?,
        };
        (Self::of(&preflight) == *self).then_some(preflight)
    }
}

/// The origin that a fixed header can name: `*`, or the first that is no pattern.
fn fixed(origins: &BTreeSet<String>) -> Option<&str> {
    origins.iter().map(String::as_str).find(|origin| *origin == "*" || !origin.contains('*'))
}

fn template(origins: &BTreeSet<String>) -> Option<String> {
    let fixed = fixed(origins);
    let others = origins.iter().map(String::as_str).filter(|origin| Some(*origin) != fixed);
    let conditions: Vec<String> = others.map(condition).collect();
    (!conditions.is_empty()).then(|| {
        // Over HTTP/2 the name of the header comes in lower case.
        format!(
            "#set($origin = $input.params().header.get(\"Origin\"))\n\
             #if(!$origin || $origin == \"\")#set($origin = $input.params().header.get(\"origin\"))#end\n\
             #if({})\n{OVERRIDE}\n#end",
            conditions.join(" || ")
        )
    })
}

/// Whether the origin of the request is this one, or matches this pattern. Java's `String.matches` matches the whole text.
/// Dots stand in brackets, because Velocity has rules of its own for backslashes.
fn condition(origin: &str) -> String {
    let Some((before, after)) = origin.split_once('*') else { return format!("$origin == \"{origin}\"") };
    let any = if before.ends_with("://") && after.starts_with('.') { ANY_HOST } else { ANY_NAME };
    let dots = |text: &str| text.replace('.', "[.]");
    format!("$origin.matches(\"{}{any}{}\")", dots(before), dots(after))
}

/// The origins and patterns with which a template of ours compares.
fn compared(template: &str) -> Vec<String> {
    let condition = template.lines().nth(2).and_then(|line| line.strip_prefix("#if(")?.strip_suffix(')'));
    let one = |text: &str| {
        if let Some(origin) = text.strip_prefix("$origin == \"") {
            return origin.strip_suffix('"').map(str::to_owned);
        }
        let pattern = text.strip_prefix("$origin.matches(\"")?.strip_suffix("\")")?;
        Some(pattern.replace(ANY_HOST, "*").replace(ANY_NAME, "*").replace("[.]", "."))
    };
    condition.into_iter().flat_map(|condition| condition.split(" || ")).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preflight(origins: &[&str]) -> Preflight {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Preflight {
            origins: set(origins),
            headers: set(&["Authorization", "Content-Type"]),
            methods: set(&["GET", "POST"]),
            credentials: false,
            max_age_seconds: 600,
        }
    }

    #[test]
    fn one_origin_is_a_fixed_header_in_single_quotes() {
        let mock = Mock::of(&preflight(&["https://a.example"]));
        let headers: Vec<String> = mock.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        insta::assert_snapshot!(headers.join("\n"), @r"
        Access-Control-Allow-Headers: 'Authorization,Content-Type'
        Access-Control-Allow-Methods: 'GET,POST'
        Access-Control-Allow-Origin: 'https://a.example'
        Access-Control-Max-Age: '600'
        Vary: 'Origin'
        ");
        assert_eq!(mock.template, None);
    }

    #[test]
    fn several_origins_are_told_apart_by_a_template() {
        let mock = Mock::of(&preflight(&["https://a.example", "https://b.example", "https://c.example"]));
        assert_eq!(mock.headers["Access-Control-Allow-Origin"], "'https://a.example'");
        insta::assert_snapshot!(mock.template.unwrap(), @r#"
        #set($origin = $input.params().header.get("Origin"))
        #if(!$origin || $origin == "")#set($origin = $input.params().header.get("origin"))#end
        #if($origin == "https://b.example" || $origin == "https://c.example")
        #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
        #end
        "#);
    }

    #[test]
    fn patterns_are_matched_whole_and_beside_named_origins() {
        let mock = Mock::of(&preflight(&[
            "https://*.preview.example.com",
            "https://app.example.com",
            "https://my-*.shop.example:8443",
        ]));
        assert_eq!(mock.headers[ORIGIN], "'https://app.example.com'");
        insta::assert_snapshot!(mock.template.unwrap(), @r#"
        #set($origin = $input.params().header.get("Origin"))
        #if(!$origin || $origin == "")#set($origin = $input.params().header.get("origin"))#end
        #if($origin.matches("https://[a-z0-9._-]+[.]preview[.]example[.]com") || $origin.matches("https://my-[a-z0-9_-]+[.]shop[.]example:8443"))
        #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
        #end
        "#);
    }

    #[test]
    fn patterns_alone_name_no_origin_and_declare_the_header() {
        let mock = Mock::of(&preflight(&["https://*.example.com"]));
        assert_eq!((mock.headers.get(ORIGIN), mock.declared().contains(ORIGIN)), (None, true));
        assert_eq!(mock.headers["Vary"], "'Origin'");
    }

    #[test]
    fn a_mock_of_ours_is_read_back_and_any_other_is_not() {
        let (named, pattern, part) = ("https://a.example", "https://*.b.example", "https://c-*.example.com:8443");
        for origins in
            [&["*"][..], &[named], &[named, "https://b.example"], &[pattern], &[pattern, named], &[pattern, part]]
        {
            for credentials in [false, true] {
                let preflight = Preflight { credentials, ..preflight(origins) };
                assert_eq!(Mock::of(&preflight).preflight(), Some(preflight));
            }
        }
        for (name, value) in [("Access-Control-Allow-Credentials", "'false'"), ("Access-Control-Expose-Headers", "'X'")]
        {
            let mut other = Mock::of(&preflight(&["*"]));
            other.headers.insert(name.into(), value.into());
            assert_eq!(other.preflight(), None);
        }
    }
}
