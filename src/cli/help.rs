//! The help screens: commands in groups, common options on the root only, and which command takes which of them.

use std::{ffi::OsString, fmt::Write as _};

use clap::{ArgMatches, ColorChoice, CommandFactory as _, error::ErrorKind, parser::ValueSource};

use super::{Cli, environment};

/// The commands in the order of the root's help, by group.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Deploy", &["init", "validate", "plan", "show", "up", "status", "list", "outputs", "history", "rollback", "down"]),
    ("Develop", &["watch", "call", "invoke", "logs", "graph", "policy", "local"]),
    ("Users", &["user"]),
    ("State", &["state", "unlock", "recover"]),
    ("Other", &["completions", "man", "version", "help"]),
];

/// The ids of [`Options`](super::Options)'s options.
const COMMON: [&str; 13] = [
    "config",
    "stage",
    "region",
    "profile",
    "local",
    "json",
    "yes",
    "quiet",
    "verbose",
    "color",
    "parallel",
    "lock_timeout",
    "allow_local_state",
];

/// The whole command line, with its help screens.
pub(crate) fn command() -> clap::Command {
    let mut command = Cli::command();
    // Propagates the common options to the subcommands, which are hidden below.
    command.build();
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{}\nOptions:\n{{options}}{{after-help}}",
        groups(&command)
    );
    command.help_template(template).mut_subcommands(|command| document(command, ""))
}

/// The command line for completions, where each command offers the common options that it takes. `values` adds the possible
/// values of arguments.
pub(crate) fn completion(values: impl FnOnce(clap::Command) -> clap::Command) -> clap::Command {
    let mut command = values(Cli::command());
    command.build();
    command.mut_subcommands(|command| offer(command, ""))
}

/// Hides the common options that a command does not take.
fn offer(command: clap::Command, parents: &str) -> clap::Command {
    let path = format!("{parents}{}", command.get_name());
    let accepted = if command.has_subcommands() { &[] } else { accepted(&path) };
    let command = command.mut_args(|arg| {
        let hide = COMMON.contains(&arg.get_id().as_str()) && !accepted.contains(&arg.get_id().as_str());
        if hide { arg.hide(true) } else { arg }
    });
    if path == "help" { command } else { command.mut_subcommands(|child| offer(child, &format!("{path} "))) }
}

/// The commands with their summaries, under the headings of their groups.
fn groups(command: &clap::Command) -> String {
    let mut text = String::new();
    for (heading, names) in GROUPS {
        let _ = writeln!(text, "\n{heading}:");
        for name in names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about);
            let _ = writeln!(text, "  {name:<12} {}", about.map(ToString::to_string).unwrap_or_default());
        }
    }
    text
}

/// Hides the common options of a command and names those that it takes below its examples.
fn document(command: clap::Command, parents: &str) -> clap::Command {
    let path = format!("{parents}{}", command.get_name());
    if path.starts_with("help") {
        return command;
    }
    let command = command.mut_args(|arg| if COMMON.contains(&arg.get_id().as_str()) { arg.hide(true) } else { arg });
    if command.has_subcommands() {
        return command.mut_subcommands(|child| document(child, &format!("{path} ")));
    }
    let options: Vec<String> = accepted(&path).iter().map(|id| format!("--{}", id.replace('_', "-"))).collect();
    let examples = command.get_after_help().map(|help| format!("{help}\n\n")).unwrap_or_default();
    command.after_help(format!("{examples}Common options (see `stackctl --help`):\n  {}", options.join(" ")))
}

/// The ids of the common options that a command takes, by its name with those of its parents.
fn accepted(command: &str) -> &'static [&'static str] {
    const READS: &[&str] =
        &["config", "stage", "region", "profile", "local", "json", "quiet", "verbose", "color", "parallel"];
    match command {
        "completions" | "man" | "version" => &["color"],
        "show" | "local list" => &["json", "quiet", "verbose", "color"],
        "plan" => &[
            "config",
            "stage",
            "region",
            "profile",
            "local",
            "json",
            "quiet",
            "verbose",
            "color",
            "parallel",
            "allow_local_state",
        ],
        "list" => &["config", "region", "profile", "json", "quiet", "verbose", "color"],
        "graph" => &["config", "stage", "region", "quiet", "verbose", "color"],
        "init" => &["region", "json", "quiet", "verbose", "color"],
        "validate" | "policy" => &["config", "stage", "region", "json", "quiet", "verbose", "color"],
        "up" | "watch" | "rollback" | "down" | "recover" => &COMMON,
        "state migrate" => {
            &["config", "stage", "region", "profile", "json", "quiet", "verbose", "color", "lock_timeout"]
        }
        "unlock" | "user delete" => {
            &["config", "stage", "region", "profile", "local", "json", "yes", "quiet", "verbose", "color", "parallel"]
        }
        "local reset" => &["config", "json", "yes", "quiet", "verbose", "color"],
        name if name.starts_with("local ") => &["config", "json", "quiet", "verbose", "color"],
        _ => READS,
    }
}

/// The ids of the common options that a command line takes, without the name of the program.
pub(crate) fn accepted_by(words: &str) -> &'static [&'static str] {
    let words: Vec<&str> = words.split(' ').collect();
    let depth = if ["local", "state", "user"].contains(&words[0]) { 2 } else { 1 };
    accepted(&words[..words.len().min(depth)].join(" "))
}

/// Rejects common options on the command line that the command does not take. Returns those that it takes.
///
/// # Errors
/// For the first of them.
pub(super) fn reject_unused(
    root: &clap::Command,
    matches: &ArgMatches,
) -> Result<&'static [&'static str], clap::Error> {
    let (mut command, mut matches, mut path) = (root, matches, Vec::new());
    while let Some((name, below)) = matches.subcommand() {
        path.push(name);
        matches = below;
        command = command.find_subcommand(name).unwrap_or(command);
    }
    let path = path.join(" ");
    let accepted = accepted(&path);
    let given = |id: &&&str| matches.value_source(id) == Some(ValueSource::CommandLine);
    match COMMON.iter().filter(given).find(|id| !accepted.contains(id)) {
        Some(id) => {
            let text = format!("unexpected argument '--{}' for `stackctl {path}`", id.replace('_', "-"));
            Err(command.clone().error(ErrorKind::UnknownArgument, text))
        }
        None => Ok(accepted),
    }
}

/// The colors of help screens and usage errors, which clap decides on before it parses `--color`.
pub(super) fn color(arguments: &[OsString]) -> ColorChoice {
    let text: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let value = text.iter().enumerate().find_map(|(at, argument)| match argument.strip_prefix("--color") {
        Some("") => text.get(at + 1).copied(),
        Some(value) => value.strip_prefix('='),
        None => None,
    });
    match value {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ if environment::is_plain(&environment::environment()) => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_one_group() {
        let command = command();
        let mut names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        names.sort_unstable();
        grouped.sort_unstable();
        assert_eq!(names, grouped);
    }

    #[test]
    fn summaries_are_short_and_every_command_has_an_example() {
        fn check(command: &clap::Command, path: &str) {
            for child in command.get_subcommands().filter(|child| child.get_name() != "help" && !child.is_hide_set()) {
                let path = format!("{path} {}", child.get_name());
                let about = child.get_about().map(ToString::to_string).unwrap_or_default();
                assert!((1..60).contains(&about.len()), "{path}: {about}");
                if child.has_subcommands() {
                    check(child, &path);
                } else if path != " version" {
                    let help = child.get_after_help().map(ToString::to_string).unwrap_or_default();
                    assert!(help.starts_with("Examples:\n  "), "{path}: {help}");
                }
            }
        }
        check(&command(), "");
    }

    #[test]
    fn a_common_option_that_a_command_does_not_take_is_rejected() {
        for (line, message) in [
            ("init --stage prod", "unexpected argument '--stage' for `stackctl init`"),
            ("--yes plan", "unexpected argument '--yes' for `stackctl plan`"),
            ("local stop --profile x", "unexpected argument '--profile' for `stackctl local stop`"),
            ("completions bash --json", "unexpected argument '--json' for `stackctl completions`"),
        ] {
            let arguments: Vec<OsString> = format!("stackctl {line}").split(' ').map(Into::into).collect();
            let error = super::super::parse(&arguments).unwrap_err().to_string();
            assert!(error.starts_with(&format!("error: {message}\n\nUsage: stackctl ")), "{error}");
        }
    }
}
