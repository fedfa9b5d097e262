//! The mock behind `OPTIONS` that answers preflights, in both directions.
//!
//! A mock can set a header to a fixed text only, so it can name one origin. With several, the fixed header names the
//! first one and a response template overrides it when the request comes from another one of them; this is how the AWS
//! CDK does it. A browser whose origin is none of them is told the first one and refuses.

use std::collections::{BTreeMap, BTreeSet};

use super::spec::Preflight;

/// A mock answers with the status that its request template names.
pub(super) const REQUEST_TEMPLATE: &str = r#"{"statusCode": 200}"#;

const OVERRIDE: &str = "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)";

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
        let first = preflight.origins.first().map_or("", String::as_str);
        let headers = [
            ("Access-Control-Allow-Origin", first.to_owned()),
            ("Access-Control-Allow-Headers", list(&preflight.headers)),
            ("Access-Control-Allow-Methods", list(&preflight.methods)),
            ("Access-Control-Max-Age", preflight.max_age_seconds.to_string()),
            // Caches between must not give one origin's answer to another.
            ("Vary", if first == "*" { String::new() } else { "Origin".to_owned() }),
        ];
        let headers = headers.into_iter().filter(|(_, value)| !value.is_empty());
        Self {
            headers: headers.map(|(name, value)| (name.to_owned(), format!("'{value}'"))).collect(),
            template: template(&preflight.origins),
        }
    }

    /// The answer that this mock gives, when it is one of ours.
    pub(super) fn preflight(&self) -> Option<Preflight> {
        let text = |name: &str| self.headers.get(name)?.strip_prefix('\'')?.strip_suffix('\'');
        let list =
            |name: &str| text(name).map_or_else(BTreeSet::new, |list| list.split(',').map(str::to_owned).collect());
        let mut origins = BTreeSet::from([text("Access-Control-Allow-Origin")?.to_owned()]);
        origins.extend(self.template.iter().flat_map(|template| {
            template
                .split("$origin == \"")
                .skip(2)
                .filter_map(|rest| rest.split_once('"'))
                .map(|(origin, _)| origin.to_owned())
        }));
        let preflight = Preflight {
            origins,
            headers: list("Access-Control-Allow-Headers"),
            methods: list("Access-Control-Allow-Methods"),
            max_age_seconds: text("Access-Control-Max-Age")?.parse().ok()?,
        };
        (Self::of(&preflight) == *self).then_some(preflight)
    }
}

fn template(origins: &BTreeSet<String>) -> Option<String> {
    let others: Vec<String> = origins.iter().skip(1).map(|origin| format!("$origin == \"{origin}\"")).collect();
    (!others.is_empty()).then(|| {
        // Over HTTP/2 the name of the header comes in lower case.
        format!(
            "#set($origin = $input.params().header.get(\"Origin\"))\n\
             #if(!$origin || $origin == \"\")#set($origin = $input.params().header.get(\"origin\"))#end\n\
             #if({})\n{OVERRIDE}\n#end",
            others.join(" || ")
        )
    })
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
    fn a_mock_of_ours_is_read_back_and_any_other_is_not() {
        for origins in [&["*"][..], &["https://a.example"], &["https://a.example", "https://b.example"]] {
            let preflight = preflight(origins);
            assert_eq!(Mock::of(&preflight).preflight(), Some(preflight));
        }
        let mut other = Mock::of(&preflight(&["*"]));
        other.headers.insert("Access-Control-Allow-Credentials".into(), "'true'".into());
        assert_eq!(other.preflight(), None);
    }
}
