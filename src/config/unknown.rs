//! Values that a comparison does without: they stand in a configuration as a mark with the reason, and are compared with
//! nothing.

/// Unicode keeps these two code points for the inner use of a program: no text has them.
const BEGIN: char = '\u{FDD0}';
const END: char = '\u{FDD1}';

/// Makes the mark of a value that is not known.
#[must_use]
pub fn unknown(reason: &str) -> String {
    format!("{BEGIN}{reason}{END}")
}

/// Gives the reason why a text, or a part of it, is not known.
#[must_use]
pub fn why_unknown(text: &str) -> Option<&str> {
    let (_, marked) = text.split_once(BEGIN)?;
    Some(marked.split_once(END).map_or(marked, |(reason, _)| reason))
}
