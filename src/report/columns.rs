//! Names and values, one pair a line.

use super::paint::{FAINT, paint};

/// Renders pairs with all values beneath each other.
pub(super) fn columns(indent: &str, rows: &[(&str, String)]) -> String {
    let widest = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, value): &(&str, String)| {
        format!("{indent}{}  {value}\n", paint(FAINT, format_args!("{name:<widest$}")))
    };
    rows.iter().map(line).collect::<Vec<_>>().concat()
}
