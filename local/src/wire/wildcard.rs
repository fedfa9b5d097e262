//! Patterns with `*` and `?`, as in policies.

/// Whether a string matches a pattern in which `*` matches any string and `?` any one character.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // The position of the last `*`, and the end of its match in the text.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            p = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_matches_any_string_and_a_question_mark_one_character() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("logs:*", "logs:putlogevents", true),
            ("logs:Put?", "logs:Put", false),
            ("arn:*:log-group:/aws/lambda/a:*", "arn:aws:logs:r:1:log-group:/aws/lambda/a:log-stream:x", true),
            ("arn:*:log-group:/aws/lambda/a:*", "arn:aws:logs:r:1:log-group:/aws/lambda/ab:x", false),
            ("a*b*c", "axxbyybzc", true),
            ("a*b", "axxbc", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
