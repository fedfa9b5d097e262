//! Names and values in columns.

use super::paint::{FAINT, paint};

/// Renders one pair per line with the values aligned.
pub(super) fn columns<N: AsRef<str>>(indent: &str, rows: &[(N, String)]) -> String {
    let widest = rows.iter().map(|(name, _)| name.as_ref().len()).max().unwrap_or(0);
    let line = |(name, value): &(N, String)| {
        format!("{indent}{}  {value}\n", paint(FAINT, format_args!("{:<widest$}", name.as_ref())))
    };
    rows.iter().map(line).collect::<Vec<_>>().concat()
}
