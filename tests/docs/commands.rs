//! The command reference, from the command line itself.

use std::fmt::Write as _;

use clap::{Arg, Command};

use super::generated::table;

const HEAD: &str = "\
# Commands

Generated from `stackctl help`; `stackctl man` writes the same as man pages. Common options are described once, [at the end](#common-options); each command names those that it takes.

";

/// The page.
pub fn reference() -> String {
    let root = stackctl::command_line();
    let mut page = HEAD.to_owned();
    let visible: Vec<&Command> = visible(&root).collect();
    let rows: Vec<Vec<String>> = visible
        .iter()
        .map(|command| vec![format!("[`stackctl {0}`](#stackctl-{0})", command.get_name()), about(command)])
        .collect();
    page += &table(&["command", "what it does"], &rows);
    for command in visible {
        write(&mut page, &mut command.clone(), "stackctl", "##");
    }
    let common: Vec<&Arg> = root.get_arguments().filter(|argument| !is_common(argument)).collect();
    let _ = write!(page, "\n## Common options\n\n{}", options(&common));
    page
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

/// A command, and the commands beneath it.
fn write(page: &mut String, command: &mut Command, above: &str, level: &str) {
    let name = format!("{above} {}", command.get_name());
    let text = command.get_long_about().map_or_else(|| about(command), ToString::to_string);
    let _ = write!(page, "\n{level} {name}\n\n{text}\n");
    let usage = command.render_usage().to_string();
    let _ = write!(page, "\n```text\n{}\n```\n", usage.trim_start_matches("Usage: "));
    let own = command.get_arguments().filter(|argument| !is_common(argument)).collect::<Vec<_>>();
    if !own.is_empty() {
        let _ = write!(page, "\n{}", options(&own));
    }
    if let Some(after) = command.get_after_help() {
        let after = after.to_string();
        let _ = write!(page, "\n```text\n{}\n```\n", after.trim_start_matches("Examples:\n"));
    }
    for beneath in visible(command).cloned().collect::<Vec<_>>() {
        write(page, &mut beneath.clone(), &name, "###");
    }
}

/// Whether an argument is one of the common options, which commands hide, or clap's own.
fn is_common(argument: &Arg) -> bool {
    argument.is_hide_set() || ["help", "version"].contains(&argument.get_id().as_str())
}

fn options(arguments: &[&Arg]) -> String {
    let rows: Vec<Vec<String>> = arguments.iter().map(|argument| vec![form(argument), meaning(argument)]).collect();
    table(&["argument", "meaning"], &rows)
}

fn form(argument: &Arg) -> String {
    let short = argument.get_short().map(|letter| format!("`-{letter}`, ")).unwrap_or_default();
    format!("{short}`{argument}`")
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut parts = vec![help.replace("\n\n", ". ").trim_end_matches('.').to_owned()];
    let values = argument.get_possible_values();
    if argument.get_action().takes_values() && !values.is_empty() {
        let names: Vec<String> = values.iter().map(|value| format!("`{}`", value.get_name())).collect();
        parts.push(format!("Values: {}", names.join(", ")));
    }
    let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if argument.get_action().takes_values() && !defaults.is_empty() {
        parts.push(format!("Default: `{}`", defaults.join(" ")));
    }
    if let Some(variable) = argument.get_env() {
        parts.push(format!("Environment: `{}`", variable.to_string_lossy()));
    }
    parts.join(". ")
}
