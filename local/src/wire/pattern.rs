//! The regular expressions of AWS's models, which are Java's.

use fancy_regex::Regex;

/// A compiled pattern.
pub(super) struct Compiled(Regex);

impl Compiled {
    pub(super) fn new(pattern: &str) -> Self {
        let whole = format!(r"\A(?:{})\z", translated(pattern));
        Self(Regex::new(&whole).unwrap_or_else(|error| panic!("`{pattern}` of a model: {error}")))
    }

    /// Whether the whole text matches, as Java's `matches()`. A text that exceeds the backtracking limit does not.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text).unwrap_or(false)
    }
}

/// Rewrites the escapes that mean something else here: `\w`, `\d`, `\s` and `\S` are ASCII in Java, and `\u` has no
/// braces. A class in brackets may stand inside another one.
fn translated(pattern: &str) -> String {
    let mut result = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            result.push(letter);
            continue;
        }
        match letters.next() {
            Some('w') => result.push_str("[a-zA-Z0-9_]"),
            Some('d') => result.push_str("[0-9]"),
            Some('s') => result.push_str(r"[ \t\n\x0B\f\r]"),
            Some('S') => result.push_str(r"[^ \t\n\x0B\f\r]"),
            Some('u') => {
                let digits: String = letters.by_ref().take(4).collect();
                result.extend([r"\x{", &digits, "}"]);
            }
            Some(other) => result.extend(['\\', other]),
            None => result.push('\\'),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_java() {
        let table = [
            (r"[\w\s+=,.@-]+", "a b_1@x", true),
            (r"[\w\s+=,.@-]+", "é", false),
            (r"[\w-]+_[0-9a-zA-Z]+", "eu-west-1_abcdefghi", true),
            (r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", "é1€!", true),
            (r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", "a b", false),
            (r"[\S]+", "a\u{a0}b", true),
            (r"[\S]+", "a b", false),
            (r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)", "2024", false),
            (r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)", "v2024", true),
            (r"[0-9A-Za-z\.\-_]*(?<!\.)", "bucket.", false),
            (r"[\u0009\u000A\u000D\u0020-\u00FF]+", "a\tÿ", true),
            (r"[\u0009\u000A\u000D\u0020-\u00FF]+", "—", false),
            (r"[1-5]\d\d", "200", true),
            (r"[1-5]\d\d", "2000", false),
        ];
        for (pattern, text, fits) in table {
            assert_eq!(Compiled::new(pattern).matches(text), fits, "{pattern} {text}");
        }
    }
}
