//! Hints: what to do next, as text in which commands are values. How a command is written depends on the flags with which
//! the stack was chosen, so it is written once, by the report.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

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
    /// A command with the flags that choose the stack.
    Written(String),
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

    /// The first command that can be run as it is: one without a placeholder such as `FILE`.
    fn command(&self) -> Option<String> {
        let mut lines = self.0.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Command(command) => Some(command.with_flags("")),
            Part::Written(line) => Some(line.clone()),
        });
        lines.find(|line| !line.split(['/', ' ']).any(is_placeholder))
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
            Part::Command(command) => Part::Written(written(command)),
            part => part.clone(),
        };
        Self(self.0.iter().map(part).collect())
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

/// Whether a word of a command stands for a value, as `FILE` and `<stage>` do.
fn is_placeholder(word: &str) -> bool {
    let capital = |letter: char| letter.is_ascii_uppercase() || letter == '_';
    word.starts_with('<') || (word.len() > 2 && word.chars().all(capital)) && !METHODS.contains(&word)
}

/// The words in capitals that are values.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

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
            Part::Written(line) => write!(formatter, "`{line}`"),
        })
    }
}

impl Serialize for Hint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let command = self.command();
        let mut hint = serializer.serialize_struct("Hint", 1 + usize::from(command.is_some()))?;
        hint.serialize_field("message", &self.to_string())?;
        if let Some(command) = command {
            hint.serialize_field("command", &command)?;
        }
        hint.end()
    }
}

impl schemars::JsonSchema for Hint {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hint".into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "required": ["message"],
            "properties": {
                "message": { "type": "string" },
                "command": { "type": "string", "description": "a command line of stackctl that can be run as it is" }
            }
        })
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
