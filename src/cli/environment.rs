//! The only module that reads the environment. An empty variable counts as unset, because CI systems set variables
//! without a value to the empty string.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    time::SystemTime,
};

use clap::{ArgMatches, Command, builder::Resettable, error::ContextKind, parser::ValueSource};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The environment, for `${env:NAME}` in the config. Variables that are not Unicode are left out.
#[expect(clippy::disallowed_methods, reason = "the only module that reads the environment")]
pub(super) fn environment() -> BTreeMap<String, String> {
    let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    std::env::vars_os().filter_map(text).collect()
}

/// Variables of CI systems that do not set `CI`, or whose jobs may remove it.
const CI_SYSTEMS: [&str; 6] =
    ["GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "CODEBUILD_BUILD_ID", "JENKINS_URL", "TEAMCITY_VERSION"];

/// Whether this is a CI system. `CI=false` says that it is not.
pub(super) fn is_ci(environment: &BTreeMap<String, String>) -> bool {
    let set = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    match set("CI") {
        Some(value) => !matches!(value.as_str(), "0" | "false"),
        None => CI_SYSTEMS.iter().any(|name| set(name).is_some()),
    }
}

/// Whether colors are off, because a CI system did not ask for them.
pub(super) fn is_plain(environment: &BTreeMap<String, String>) -> bool {
    let forced = environment.get("CLICOLOR_FORCE").is_some_and(|value| !matches!(value.as_str(), "" | "0"));
    is_ci(environment) && !forced
}

/// Today's date in UTC by this machine's clock, which may be set to any time.
pub(super) fn today() -> Date {
    let now = Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::MAX);
    now.to_zoned_datetime(TimeZone::UTC).date()
}

/// The user and the host for the state lock, as far as they are known.
pub(crate) fn person(environment: &BTreeMap<String, String>) -> (String, String) {
    let named = |names: [&str; 2]| {
        let values = names.iter().filter_map(|name| environment.get(*name));
        values.clone().find(|value| !value.is_empty()).cloned()
    };
    let user = named(["USER", "LOGNAME"]).unwrap_or_else(|| "unknown user".into());
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    let machine = machine.or_else(|| named(["HOSTNAME", "HOST"])).unwrap_or_else(|| "this machine".into());
    (user, machine)
}

/// The variables that the process of the local emulator gets: those that programs and interpreters need to be found
/// and to run. Credentials and settings of the user are not among them, because functions run in that process's place.
#[expect(clippy::disallowed_methods, reason = "the only module that reads the environment")]
pub(crate) fn variables_of_emulator() -> Vec<(OsString, OsString)> {
    const NAMES: [&str; 13] = [
        "HOME",
        "LANG",
        "LOGNAME",
        "NVM_DIR",
        "PATH",
        "PYENV_ROOT",
        "RUST_BACKTRACE",
        "RUST_LOG",
        "SHELL",
        "TMPDIR",
        "TZ",
        "USER",
        "VOLTA_HOME",
    ];
    const PREFIXES: [&str; 8] = ["ASDF_", "DYLD_", "FAKETIME", "FNM_", "LC_", "LD_", "MISE_", "XDG_"];
    let is_needed = |name: &str| NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_needed)).collect()
}

/// Makes every flag of a command and of its subcommands ignore an empty environment variable.
pub(super) fn without_empty(command: Command) -> Command {
    ignore_empty(command, &environment())
}

fn ignore_empty(command: Command, environment: &BTreeMap<String, String>) -> Command {
    let is_empty =
        |name: &std::ffi::OsStr| name.to_str().and_then(|name| environment.get(name)).is_some_and(String::is_empty);
    let command = command.mut_args(|argument| match argument.get_env() {
        Some(name) if is_empty(name) => argument.env(Resettable::Reset),
        _ => argument,
    });
    command.mut_subcommands(|command| ignore_empty(command, environment))
}

/// The flags whose values come from their environment variables, with the names of these.
pub(super) fn from_variables(command: &Command, matches: &ArgMatches) -> BTreeSet<&'static str> {
    let ids = command.get_arguments().filter(|argument| argument.get_env().is_some()).map(clap::Arg::get_id);
    let ids = ids.filter(|id| matches.value_source(id.as_str()) == Some(ValueSource::EnvVariable));
    ids.filter_map(|id| super::VARIABLES.iter().find(|(flag, _)| *flag == id.as_str())).map(|(flag, _)| *flag).collect()
}

/// Names the environment variable in an error about its value. Otherwise the error would name a flag that was not
/// given.
pub(super) fn name_variable(command: &Command, arguments: &[OsString], error: clap::Error) -> clap::Error {
    let Some(flag) = error.get(ContextKind::InvalidArg).map(ToString::to_string) else { return error };
    let name = flag.split([' ', '=']).next().unwrap_or_default();
    let given = |argument: &OsString| argument.to_str().is_some_and(|text| text.split('=').next() == Some(name));
    let of_flag = |argument: &&clap::Arg| argument.get_long().is_some_and(|long| name == format!("--{long}"));
    let variable = command.get_arguments().find(of_flag).and_then(|argument| argument.get_env()?.to_str());
    match variable.filter(|_| !arguments.iter().any(given)) {
        Some(variable) => {
            let text = error.render().to_string().replace(&format!("'{flag}'"), &format!("the variable {variable}"));
            let text = text.strip_prefix("error: ").unwrap_or(&text);
            clap::Error::raw(error.kind(), text)
        }
        None => error,
    }
}
