//! Texts that strangers have chosen, as a person may safely see them.
//!
//! A terminal obeys control characters, and the bidirectional ones let a text be read in another order than it has. What goes
//! to a terminal passes [`for_a_terminal`], whoever wrote it; data on a pipe is left as it is.

use std::{
    borrow::Cow,
    io::{self, Write},
};

/// The text with everything written out that could move a terminal's cursor or turn the text around.
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

/// The same of whole lines: breaks, tabs and, where the text is ours, colours stay.
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

/// The length of the sequence at the beginning of a text that sets a colour and does nothing else.
fn colour(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    let end = numbers.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    numbers[end..].starts_with('m').then_some(text.len() - numbers.len() + end + 1)
}

/// Whether a terminal takes a character for a command, or shows what follows in another order.
pub(super) fn is_command(letter: char) -> bool {
    let turns =
        matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    letter.is_control() || turns
}

/// A stream whose writes are whole texts, which pass [`for_a_terminal`] on their way to one.
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
    fn what_could_move_the_cursor_or_turn_the_text_is_written_out() {
        assert_eq!(plain("Zoë\u{1b}[2J\nx\u{9b}A"), "Zoë\\u{1b}[2J\\nx\\u{9b}A");
        assert_eq!(plain("admin\u{202e}nimda\u{2069}"), "admin\\u{202e}nimda\\u{2069}");
        assert_eq!(plain("שלום 🙂 日本"), "שלום 🙂 日本", "letters of every script stay");
    }

    #[test]
    fn of_whole_lines_breaks_stay_and_colours_only_where_they_are_ours() {
        let text = "\u{1b}[1;31mbad\u{1b}[0m\tx\r\n\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}A\ry\u{200f}";
        let rest = "\tx\n\\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{9b}A\\ry\\u{200f}";
        assert_eq!(for_a_terminal(text, true), format!("\u{1b}[1;31mbad\u{1b}[0m{rest}"));
        assert_eq!(for_a_terminal(text, false), format!("\\u{{1b}}[1;31mbad\\u{{1b}}[0m{rest}"));
        assert_eq!(for_a_terminal("\u{1b}[", true), "\\u{1b}[");
        assert_eq!(for_a_terminal("\u{1b}[1", true), "\\u{1b}[1");
    }
}
