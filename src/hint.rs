//! Hints: what to do next, as text in which commands are values. How a command is written depends on the flags with which
//! the stack was chosen, so it is written once, by the report.

use std::fmt;

use serde::{Serialize, Serializer};

/// What a command is about, and so which flags it takes to mean the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandScope {
    Stack,
    /// A user pool: that of the stack, or the one of `--user-pool-id`.
    Pool,
}

/// A command of stackctl, without the flags that choose the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedCommand {
    /// Without the name of the program.
    pub words: String,
    pub scope: CommandScope,
    /// Another stage than that of this run.
    pub stage: Option<String>,
    yes: bool,
}

impl SuggestedCommand {
    /// A command about the stack: `SuggestedCommand::stack("state show")`.
    #[must_use]
    pub fn stack(words: impl Into<String>) -> Self {
        Self { words: words.into(), scope: CommandScope::Stack, stage: None, yes: false }
    }

    /// A command about the users of a pool.
    #[must_use]
    pub fn pool(words: impl Into<String>) -> Self {
        Self { scope: CommandScope::Pool, ..Self::stack(words) }
    }

    /// Adds arguments, each after a space.
    #[must_use]
    pub fn args(mut self, arguments: &str) -> Self {
        self.words += arguments;
        self
    }

    /// The same for another stage.
    #[must_use]
    pub fn in_stage(self, stage: &str) -> Self {
        Self { stage: Some(stage.to_owned()), ..self }
    }

    /// The same without a confirmation prompt.
    #[must_use]
    pub fn yes(self) -> Self {
        Self { yes: true, ..self }
    }

    /// The command line with `flags`, each after a space.
    #[must_use]
    pub fn with_flags(&self, flags: &str) -> String {
        let yes = if self.yes { " --yes" } else { "" };
        format!("stackctl {}{flags}{yes}", self.words)
    }

    /// Begins a hint with the command: `SuggestedCommand::stack("up").then(" deploys it")`.
    #[must_use]
    pub fn then(self, text: &str) -> Hint {
        Hint::from("").run(self).text(text)
    }
}

/// Text with commands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Command(SuggestedCommand),
}

impl Hint {
    /// Adds a command.
    #[must_use]
    pub fn run(mut self, command: SuggestedCommand) -> Self {
        self.0.push(Part::Command(command));
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Part::Text(text.into()));
        self
    }

    /// Adds another hint at the end.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The same with every command written out by `written`.
    #[must_use]
    pub fn resolved(&self, written: impl Fn(&SuggestedCommand) -> String) -> Self {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Command(command) => format!("`{}`", written(command)),
        };
        Self(vec![Part::Text(self.0.iter().map(part).collect())])
    }
}

impl<T: AsRef<str>> From<T> for Hint {
    fn from(text: T) -> Self {
        Self(vec![Part::Text(text.as_ref().to_owned())])
    }
}

impl<T: AsRef<str>> PartialEq<T> for Hint {
    fn eq(&self, other: &T) -> bool {
        let text = self.to_string();
        text == other.as_ref()
    }
}

/// The texts of hints, joined.
#[must_use]
pub fn joined(hints: &[Hint], separator: &str) -> String {
    hints.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}

impl fmt::Display for Hint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => formatter.write_str(text),
            Part::Command(command) => write!(formatter, "`{}`", command.with_flags("")),
        })
    }
}

impl Serialize for Hint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A word of a command line, quoted only where necessary.
pub(crate) fn for_a_shell(word: &str) -> String {
    if word.is_empty() || !is_plain(word) { quoted(word) } else { word.to_owned() }
}

/// Whether a shell reads this as it is written.
pub(crate) fn is_plain(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/@%+,=".contains(c))
}

/// Single-quoted, where only the quote itself needs escaping.
pub(crate) fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_command_line_is_quoted_only_where_necessary() {
        let words = ["prod", "of mine/it's.json", "a&b", ""].map(for_a_shell);
        assert_eq!(words, ["prod", r"'of mine/it'\''s.json'", "'a&b'", "''"]);
    }
}
