//! The single outputs as variables, for a shell and for the files that other tools read.

use std::fmt::Write as _;

/// How variables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `export NAME='value'`, for `eval` in a shell.
    Exports,
    /// `NAME=value`, as in a `.env` file.
    Dotenv,
}

/// Writes values as variables, a line each. Their names are those of the outputs in capitals.
pub(crate) fn variables(form: Form, values: &[(&str, &str)]) -> String {
    values.iter().fold(String::new(), |mut text, (name, value)| {
        let name = name.to_uppercase();
        let _ = match form {
            Form::Exports => writeln!(text, "export {name}={}", quoted(value)),
            Form::Dotenv => writeln!(text, "{name}={}", for_a_file(value)),
        };
        text
    })
}

/// In single quotes nothing means anything but the quote itself.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// A word of a command line, bare where it can be.
pub(crate) fn for_a_shell(word: &str) -> String {
    if word.is_empty() || !is_plain(word) { quoted(word) } else { word.to_owned() }
}

fn is_plain(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/@%+,=".contains(c))
}

/// Bare where every reader of such files agrees on what is meant: some take quotes for a part of the value.
fn for_a_file(value: &str) -> String {
    if is_plain(value) {
        return value.to_owned();
    }
    let escaped = value.replace('\\', r"\\").replace('"', r#"\""#).replace('$', r"\$");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: &[(&str, &str)] =
        &[("invoke_url", "https://x.execute-api.eu-west-1.amazonaws.com/dev"), ("endpoint", r#"it's "$5" \o/"#)];

    #[test]
    fn exports_are_quoted_so_that_a_shell_changes_nothing() {
        insta::assert_snapshot!(variables(Form::Exports, VALUES), @r#"
        export INVOKE_URL='https://x.execute-api.eu-west-1.amazonaws.com/dev'
        export ENDPOINT='it'\''s "$5" \o/'
        "#);
    }

    #[test]
    fn a_word_of_a_command_line_has_quotes_only_where_they_are_needed() {
        let words = ["prod", "of mine/it's.json", "a&b", ""].map(for_a_shell);
        assert_eq!(words, ["prod", r"'of mine/it'\''s.json'", "'a&b'", "''"]);
    }

    #[test]
    fn a_file_has_quotes_only_where_they_are_needed() {
        insta::assert_snapshot!(variables(Form::Dotenv, VALUES), @r#"
        INVOKE_URL=https://x.execute-api.eu-west-1.amazonaws.com/dev
        ENDPOINT="it's \"\$5\" \\o/"
        "#);
    }
}
