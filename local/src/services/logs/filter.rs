//! Filter patterns of plain terms.

use crate::wire::error::AwsError;

/// The terms of a pattern.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// All of these must occur.
    all: Vec<String>,
    /// One of these must occur, if there are any.
    any: Vec<String>,
    /// None of these may occur.
    none: Vec<String>,
}

impl Filter {
    /// Parses `ERROR "exact phrase" ?this ?that -without`.
    ///
    /// # Errors
    /// For patterns over JSON (`{…}`), over columns (`[…]`) and for regular expressions (`%…%`), which are not
    /// supported.
    pub(super) fn parse(pattern: &str) -> Result<Self, AwsError> {
        let pattern = pattern.trim();
        if pattern.starts_with(['{', '[']) || pattern.contains('%') {
            return Err(AwsError::not_imitated(&format!("the filter pattern {pattern}")));
        }
        let mut filter = Self::default();
        let mut rest = pattern;
        while !rest.is_empty() {
            let list = match rest.as_bytes()[0] {
                b'?' => &mut filter.any,
                b'-' => &mut filter.none,
                _ => &mut filter.all,
            };
            let (term, after) = term(rest.trim_start_matches(['?', '-']));
            if !term.is_empty() {
                list.push(term.to_owned());
            }
            rest = after.trim_start();
        }
        Ok(filter)
    }

    /// Whether a message matches. Matching is case-sensitive.
    pub(super) fn fits(&self, message: &str) -> bool {
        let contains = |term: &String| message.contains(term.as_str());
        self.all.iter().all(contains)
            && (self.any.is_empty() || self.any.iter().any(contains))
            && !self.none.iter().any(contains)
    }
}

/// Splits off a word or a quoted phrase.
fn term(text: &str) -> (&str, &str) {
    match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => text.split_once(char::is_whitespace).unwrap_or((text, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[test]
    fn all_terms_must_match_unless_marked_as_optional_or_excluded() {
        for (pattern, message, fits) in [
            ("", "anything", true),
            ("ERROR", "an ERROR here", true),
            ("ERROR", "an error here", false),
            ("ERROR disk", "disk: ERROR", true),
            ("ERROR disk", "ERROR", false),
            ("\"out of memory\"", "it is out of memory", true),
            ("\"out of memory\"", "memory is out of order", false),
            ("?WARN ?ERROR", "WARN", true),
            ("?WARN ?ERROR", "INFO", false),
            ("ERROR -retry", "ERROR, will retry", false),
            ("-\"will retry\"", "ERROR", true),
        ] {
            assert_eq!(Filter::parse(pattern).unwrap().fits(message), fits, "{pattern} on {message}");
        }
    }

    #[test]
    fn a_pattern_over_json_is_not_supported() {
        let refused = Filter::parse("{ $.level = \"error\" }").unwrap_err();
        assert_eq!(refused.message, "the local emulator does not imitate the filter pattern { $.level = \"error\" }");
    }
}
