//! What AWS takes in the fields of `config.json`, as data: the rules, the schema and the comparison with AWS's own models
//! read the same table.

use std::sync::OnceLock;

use regex_syntax::hir::{Class, Hir, HirKind};
use serde_json::{Value, json};

use super::problem::{Findings, Problem};
use super::rules;
use super::tree::JsonNode;

/// What one field takes, bounds included.
pub(crate) struct Limit {
    /// `functions.*.timeout`: `*` is every name of an object and every item of a list.
    pub(crate) field: &'static str,
    /// Who refuses everything else.
    service: &'static str,
    /// What the value is called in messages.
    noun: &'static str,
    pub(crate) least: u64,
    pub(crate) most: u64,
    pub(crate) measure: LimitUnit,
}

/// What a limit measures of its field.
#[derive(Clone, Copy)]
pub(crate) enum LimitUnit {
    /// The number itself; the schema says so, too.
    Number,
    /// The characters of a text: how many, and which.
    Text(Option<&'static Alphabet>),
    /// The characters of the names of an object.
    Name(Option<&'static Alphabet>),
    /// The items of a list, or the names of an object.
    Items,
    /// The number itself, which is one of these.
    Choice(&'static [u64]),
}

/// A set of characters.
pub(crate) struct Alphabet {
    /// The class of a regular expression in which AWS's models write it.
    class: &'static str,
    words: &'static str,
    ranges: OnceLock<Vec<(char, char)>>,
}

/// Letters of every script: the services whose resources are tagged agree on it.
static TAG: Alphabet = alphabet(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]", "letters, digits, spaces and _ . : / = + - @");

/// The names of user pools and clients; the models' `\w` and `\s` are Java's, which know ASCII alone.
static COGNITO_NAME: Alphabet = alphabet(r"[\w\s+=,.@-]", "letters from a to z, digits, spaces and _ + = , . @ -");

static NO_SPACES: Alphabet = alphabet(r"[^\s]", "all characters but spaces");

/// The characters of a policy document.
static LATIN: Alphabet = alphabet(r"[\u0009\u000A\u000D\u0020-\u00FF]", "the characters of Latin-1, up to U+00FF");

static SCOPE_SIGNS: Alphabet = alphabet(r"[\x21\x23-\x5B\x5D-\x7E]", "ASCII characters but spaces, \" and \\");

/// The names of functions and stages.
static NAME: Alphabet = alphabet("[a-zA-Z0-9_-]", "letters, digits, hyphens and underscores");

/// The names of variables.
static WORD: Alphabet = alphabet("[a-zA-Z0-9_]", "letters, digits and underscores");

const fn alphabet(class: &'static str, words: &'static str) -> Alphabet {
    Alphabet { class, words, ranges: OnceLock::new() }
}

const fn number(field: &'static str, (least, most): (u64, u64)) -> Limit {
    Limit { field, service: "AWS", noun: "number", least, most, measure: LimitUnit::Number }
}

const fn text(
    field: &'static str,
    (service, noun): (&'static str, &'static str),
    (least, most): (u64, u64),
    alphabet: Option<&'static Alphabet>,
) -> Limit {
    Limit { field, service, noun, least, most, measure: LimitUnit::Text(alphabet) }
}

const fn retention(field: &'static str) -> Limit {
    Limit {
        field,
        service: "CloudWatch Logs",
        noun: "days",
        least: 1,
        most: 3653,
        measure: LimitUnit::Choice(RETENTIONS),
    }
}

/// The days that CloudWatch Logs accepts.
const RETENTIONS: &[u64] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

const fn name(
    field: &'static str,
    (service, noun): (&'static str, &'static str),
    most: u64,
    alphabet: &'static Alphabet,
) -> Limit {
    Limit { field, service, noun, least: 1, most, measure: LimitUnit::Name(Some(alphabet)) }
}

pub(crate) static STAGE: Limit = text("deployment.stage", ("API Gateway", "stage"), (1, 128), Some(&NAME));
pub(crate) static STAGE_NAME: Limit = name("stages.*", ("API Gateway", "stage"), 128, &NAME);
pub(crate) static USER_POOL: Limit =
    text("deployment.userPoolName", ("Cognito", "name"), (1, 128), Some(&COGNITO_NAME));
pub(crate) static CLIENT: Limit = text("deployment.clientName", ("Cognito", "name"), (1, 128), Some(&COGNITO_NAME));
pub(crate) static TAGS: Limit =
    Limit { field: "deployment.tags", service: "AWS", noun: "tags", least: 0, most: 45, measure: LimitUnit::Items };
pub(crate) static TAG_KEY: Limit = name("deployment.tags.*", ("AWS", "tag's key"), 128, &TAG);
pub(crate) static TAG_VALUE: Limit = text("deployment.tags.*", ("AWS", "tag's value"), (0, 256), Some(&TAG));
pub(crate) static FUNCTION: Limit = name("functions.*", ("Lambda", "name"), 64, &NAME);
pub(crate) static HANDLER: Limit = text("functions.*.handler", ("Lambda", "handler"), (1, 128), Some(&NO_SPACES));
pub(crate) static DESCRIPTION: Limit = text("functions.*.description", ("Lambda", "description"), (0, 256), None);
pub(crate) static VARIABLE: Limit =
    Limit { least: 2, ..name("functions.*.environment.*", ("Lambda", "name"), u64::MAX, &WORD) };
pub(crate) static POLICY: Limit = text("functions.*.policy.*", ("IAM", "policy"), (0, 10_240), Some(&LATIN));
pub(crate) static MANAGED_POLICIES: Limit = Limit {
    field: "functions.*.managedPolicies",
    service: "IAM",
    noun: "managed policies",
    least: 0,
    most: 10,
    measure: LimitUnit::Items,
};
pub(crate) static MANAGED_POLICY: Limit = text("functions.*.managedPolicies.*", ("IAM", "ARN"), (20, 2048), None);
pub(crate) static SCOPE: Limit = text("routes.*.auth.scopes.*", ("Cognito", "scope"), (1, 256), Some(&SCOPE_SIGNS));

static MINIMUM_LENGTH: Limit = number("userPool.passwordPolicy.minimumLength", (6, 99));
static TEMPORARY_PASSWORD: Limit = number("userPool.passwordPolicy.temporaryPasswordValidityDays", (0, 365));
static ACCESS_TOKEN: Limit = number("client.accessTokenValidityMinutes", (5, 1440));
static ID_TOKEN: Limit = number("client.idTokenValidityMinutes", (5, 1440));
static REFRESH_TOKEN: Limit = number("client.refreshTokenValidityDays", (1, 3650));
pub(crate) static TIMEOUT: Limit = number("functions.*.timeout", (1, 1800));
static MEMORY: Limit = number("functions.*.memory", (128, 10_240));
pub(crate) static LOG_RETENTION: Limit = retention("functions.*.logRetentionDays");
static ACCESS_LOG_RETENTION: Limit = retention("api.accessLogs.retentionDays");
static BURST: Limit = number("api.throttle.burst", (1, 2_147_483_647));
static MAX_AGE: Limit = number("cors.maxAgeSeconds", (0, 86_400));
static STATUS: Limit = number("routes.*.check.status", (200, 599));

/// Every field whose limit can be told without looking at another field.
pub(crate) static LIMITS: &[&Limit] = &[
    &STAGE,
    &STAGE_NAME,
    &USER_POOL,
    &CLIENT,
    &TAGS,
    &TAG_KEY,
    &TAG_VALUE,
    &MINIMUM_LENGTH,
    &TEMPORARY_PASSWORD,
    &ACCESS_TOKEN,
    &ID_TOKEN,
    &REFRESH_TOKEN,
    &FUNCTION,
    &HANDLER,
    &TIMEOUT,
    &MEMORY,
    &DESCRIPTION,
    &VARIABLE,
    &POLICY,
    &MANAGED_POLICIES,
    &MANAGED_POLICY,
    &SCOPE,
    &LOG_RETENTION,
    &ACCESS_LOG_RETENTION,
    &BURST,
    &MAX_AGE,
    &STATUS,
];

impl Limit {
    /// Says whether a text is within the limit.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        self.broken(text).is_none()
    }

    /// Adds what is wrong with a text, if it is there.
    pub(crate) fn check(&self, node: Option<&JsonNode>, findings: &mut Findings) {
        if let Some(node) = node
            && let Some((message, detail)) = node.text().and_then(|text| self.broken(text))
        {
            findings.add(node.error(message).detail(detail));
        }
    }

    /// Finds what is wrong with a name or a text, and gives it to a problem that begins with `error`.
    pub(crate) fn problem(&self, text: &str, error: impl Fn(String) -> Problem) -> Option<Problem> {
        self.broken(text).map(|(message, detail)| error(message).detail(detail))
    }

    /// Gives the numbers that a field chooses from; none where it does not.
    pub(crate) fn choice(&self) -> &'static [u64] {
        if let LimitUnit::Choice(numbers) = self.measure { numbers } else { &[] }
    }

    /// Says what is wrong with a text, and what is allowed.
    fn broken(&self, text: &str) -> Option<(String, String)> {
        let Self { service, noun, .. } = self;
        let (LimitUnit::Text(alphabet) | LimitUnit::Name(alphabet)) = self.measure else { return None };
        let count = text.chars().count() as u64;
        if count == 0 && self.least > 0 {
            return Some((format!("the {noun} is empty"), format!("{service} takes 1 to {} characters", self.most)));
        }
        if count < self.least || count > self.most {
            let bound = if count > self.most { self.most.to_string() } else { format!("{} and more", self.least) };
            return Some((format!("the {noun} has {count} characters"), format!("{service} takes {bound}")));
        }
        let character = alphabet?.refused(text)?;
        let shown = character.escape_debug();
        Some((format!("{service} rejects `{shown}` in the {noun}"), format!("allowed are {}", alphabet?.words)))
    }
}

/// Gives the table as JSON, for the comparison with AWS's models.
#[must_use]
pub fn limits() -> Value {
    let row = |limit: &&Limit| {
        let (kind, alphabet) = match limit.measure {
            LimitUnit::Number => ("number", None),
            LimitUnit::Items => ("items", None),
            LimitUnit::Choice(_) => ("choice", None),
            LimitUnit::Text(alphabet) => ("text", alphabet),
            LimitUnit::Name(alphabet) => ("name", alphabet),
        };
        let class = alphabet.map(|alphabet| alphabet.class);
        let choice = limit.choice();
        json!({
            "field": limit.field, "kind": kind, "least": limit.least, "most": limit.most, "class": class,
            "choice": choice,
        })
    };
    let runtimes = json!({ "field": "functions.*.runtime", "kind": "words", "words": rules::runtimes() });
    LIMITS.iter().map(row).chain([runtimes]).collect()
}

impl Alphabet {
    /// Gives the first character of the text that is not in the alphabet.
    fn refused(&self, text: &str) -> Option<char> {
        let ranges = self.ranges.get_or_init(|| ranges(self.class));
        text.chars().find(|c| !ranges.iter().any(|(first, last)| (first..=last).contains(&c)))
    }
}

/// Gives the ranges of characters that a class means; none for what is no class, and a test parses every one.
fn ranges(class: &str) -> Vec<(char, char)> {
    let ascii =
        class.replace(r"[^\s]", r"[^ \t\n\x0B\f\r]").replace(r"\w", "a-zA-Z0-9_").replace(r"\s", r" \t\n\x0B\f\r");
    match regex_syntax::parse(&ascii).map(Hir::into_kind) {
        Ok(HirKind::Class(Class::Unicode(class))) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Ok(HirKind::Class(Class::Bytes(class))) => {
            class.iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_of_the_table_is_parsed() {
        for alphabet in [&TAG, &COGNITO_NAME, &NO_SPACES, &LATIN, &SCOPE_SIGNS, &NAME, &WORD] {
            assert_eq!(alphabet.refused("a"), None, "{}", alphabet.class);
        }
        let cases = [
            (&TAG, "größe 5\u{a0}m\u{b2}", Some('€')),
            (&TAG, "", Some('\u{301}')),
            (&COGNITO_NAME, "a b+=,.@-_\t", Some('é')),
            (&NO_SPACES, "größe.x", Some('\n')),
            (&LATIN, "grö\u{df}e\n", Some('—')),
            (&SCOPE_SIGNS, "a/b:c", Some('"')),
            (&NAME, "A-_9", Some('.')),
        ];
        for (alphabet, taken, refused) in cases {
            assert_eq!(alphabet.refused(taken), None);
            assert_eq!(alphabet.refused(&format!("a{}", refused.unwrap())), refused);
        }
    }
}
