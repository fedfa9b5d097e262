//! Escapes text from other sources, so that it is safe to print.
//!
//! Control characters can command a terminal, and bidirectional ones can change the order of the text. All output to a
//! terminal passes [`for_a_terminal`]. Data on a pipe is unchanged.

use std::{
    borrow::Cow,
    io::{self, Write},
};

/// Escapes everything that could move a terminal's cursor or change the direction of the text.
pub(super) fn plain(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut plain, letter| {
        if is_command(letter) {
            plain.extend(letter.escape_default());
        } else {
            plain.push(letter);
        }
        plain
    })
}

/// As [`plain`], for complete lines: line breaks, tabs and, if `colours`, colors are kept.
pub(super) fn for_a_terminal(text: &str, colours: bool) -> Cow<'_, str> {
    if !text.chars().any(|letter| is_command(letter) && letter != '\n') {
        return text.into();
    }
    let (mut safe, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(letter) = rest.chars().next() {
        let length = if colours { colour(rest) } else { None };
        let (part, left) = rest.split_at(length.unwrap_or(letter.len_utf8()));
        match letter {
            '\n' | '\t' => safe.push(letter),
            '\r' if left.starts_with('\n') => {}
            _ if length.is_none() && is_command(letter) => safe.extend(letter.escape_default()),
            _ => safe.push_str(part),
        }
        rest = left;
    }
    safe.into()
}

/// The length of the escape sequence at the start of a text, when it only sets a color.
fn colour(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    let end = numbers.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    numbers[end..].starts_with('m').then_some(text.len() - numbers.len() + end + 1)
}

/// Whether a character controls a terminal or changes the direction of the text.
pub(super) fn is_command(letter: char) -> bool {
    let turns =
        matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    letter.is_control() || turns
}

/// A stream that escapes each write with [`for_a_terminal`] when it is a terminal.
pub(super) struct Safe<W>(pub(super) W);

impl<W: Write> Write for Safe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(for_a_terminal(&String::from_utf8_lossy(bytes), true).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_move_the_cursor_or_change_the_direction_are_escaped() {
        assert_eq!(plain("Zoë\u{1b}[2J\nx\u{9b}A"), "Zoë\\u{1b}[2J\\nx\\u{9b}A");
        assert_eq!(plain("admin\u{202e}nimda\u{2069}"), "admin\\u{202e}nimda\\u{2069}");
        assert_eq!(plain("שלום 🙂 日本"), "שלום 🙂 日本", "letters of every script are unchanged");
    }

    #[test]
    fn in_lines_breaks_are_kept_and_colors_only_where_allowed() {
        let text = "\u{1b}[1;31mbad\u{1b}[0m\tx\r\n\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}A\ry\u{200f}";
        let rest = "\tx\n\\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{9b}A\\ry\\u{200f}";
        assert_eq!(for_a_terminal(text, true), format!("\u{1b}[1;31mbad\u{1b}[0m{rest}"));
        assert_eq!(for_a_terminal(text, false), format!("\\u{{1b}}[1;31mbad\\u{{1b}}[0m{rest}"));
        assert_eq!(for_a_terminal("\u{1b}[", true), "\\u{1b}[");
        assert_eq!(for_a_terminal("\u{1b}[1", true), "\\u{1b}[1");
    }
}
