//! Outputs as variables, for a shell and for files that other tools read.

use std::fmt::Write as _;

use crate::hint::{is_plain, quoted};

/// The format of the variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `export NAME='value'`, for `eval` in a shell.
    Exports,
    /// `NAME=value`, as in a `.env` file.
    Dotenv,
}

/// Renders values as variables, one per line. The names are those of the outputs in upper case.
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

/// Unquoted where all readers of `.env` files agree on the meaning: some treat quotes as part of the value.
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
    fn exports_are_quoted_so_that_a_shell_does_not_change_them() {
        insta::assert_snapshot!(variables(Form::Exports, VALUES), @r#"
        export INVOKE_URL='https://x.execute-api.eu-west-1.amazonaws.com/dev'
        export ENDPOINT='it'\''s "$5" \o/'
        "#);
    }

    #[test]
    fn a_value_in_a_file_is_quoted_only_where_necessary() {
        insta::assert_snapshot!(variables(Form::Dotenv, VALUES), @r#"
        INVOKE_URL=https://x.execute-api.eu-west-1.amazonaws.com/dev
        ENDPOINT="it's \"\$5\" \\o/"
        "#);
    }
}
