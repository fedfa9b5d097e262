//! Texts that strangers have chosen, as a person may safely see them.

/// The text with everything that could move a terminal's cursor written out.
pub(super) fn plain(text: &str) -> String {
    let letter =
        |letter: char| if letter.is_control() { letter.escape_default().collect() } else { letter.to_string() };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_could_move_the_cursor_is_written_out() {
        assert_eq!(plain("Zoë\u{1b}[2J\nx\u{9b}A"), "Zoë\\u{1b}[2J\\nx\\u{9b}A");
    }
}
