//! Rules for Lambda runtimes and their deprecation dates.

use jiff::civil::{Date, date};

use crate::config::problem::{Findings, Problem};
use crate::config::suggest::{closest, did_you_mean, list};
use crate::config::tree::JsonNode;

/// A runtime and its deprecation.
struct Runtime {
    name: &'static str,
    /// `None` if no deprecation is announced.
    end: Option<End>,
}

/// The deprecation dates of a runtime. They do not affect existing functions, which can still be invoked, rolled back
/// and deleted.
struct End {
    /// From this date, the runtime gets no security updates.
    deprecated: Date,
    /// From this date, `CreateFunction` rejects the runtime.
    create_blocked: Date,
    /// From this date, functions with the runtime cannot be updated.
    update_blocked: Date,
}

impl Runtime {
    fn is_current(&self, today: Date) -> bool {
        self.end.as_ref().is_none_or(|end| end.deprecated > today)
    }
}

const fn runtime(name: &'static str, deprecated: Date, create_blocked: Date, update_blocked: Date) -> Runtime {
    Runtime { name, end: Some(End { deprecated, create_blocked, update_blocked }) }
}

/// A deprecated runtime whose block AWS has postponed to the common date for all older runtimes.
const fn ended(name: &'static str, deprecated: Date) -> Runtime {
    runtime(name, deprecated, date(2027, 2, 1), date(2027, 3, 3))
}

const fn without_end(name: &'static str) -> Runtime {
    Runtime { name, end: None }
}

/// The table of supported and deprecated runtimes in the AWS docs. The newest runtime of each family comes first.
const RUNTIMES: &[Runtime] = &[
    runtime("python3.14", date(2029, 6, 30), date(2029, 7, 31), date(2029, 8, 31)),
    runtime("python3.13", date(2029, 6, 30), date(2029, 7, 31), date(2029, 8, 31)),
    runtime("python3.12", date(2028, 10, 31), date(2028, 11, 30), date(2029, 1, 10)),
    runtime("python3.11", date(2027, 6, 30), date(2027, 7, 31), date(2027, 8, 31)),
    ended("python3.10", date(2026, 10, 31)),
    ended("python3.9", date(2025, 12, 15)),
    ended("python3.8", date(2024, 10, 14)),
    runtime("nodejs24.x", date(2028, 4, 30), date(2028, 6, 1), date(2028, 7, 1)),
    runtime("nodejs22.x", date(2027, 4, 30), date(2027, 6, 1), date(2027, 7, 1)),
    ended("nodejs20.x", date(2026, 4, 30)),
    ended("nodejs18.x", date(2025, 9, 1)),
    ended("nodejs16.x", date(2024, 6, 12)),
    runtime("provided.al2023", date(2029, 6, 30), date(2029, 7, 31), date(2029, 8, 31)),
    ended("provided.al2", date(2026, 7, 31)),
    runtime("java25", date(2029, 6, 30), date(2029, 7, 31), date(2029, 8, 31)),
    runtime("java21", date(2029, 6, 30), date(2029, 7, 31), date(2029, 8, 31)),
    without_end("java17.al2023"),
    runtime("java17", date(2027, 6, 30), date(2027, 7, 31), date(2027, 8, 31)),
    without_end("java11.al2023"),
    runtime("java11", date(2027, 6, 30), date(2027, 7, 31), date(2027, 8, 31)),
    without_end("java8.al2023"),
    runtime("java8.al2", date(2027, 6, 30), date(2027, 7, 31), date(2027, 8, 31)),
    runtime("dotnet10", date(2028, 11, 14), date(2028, 12, 14), date(2029, 1, 15)),
    ended("dotnet8", date(2026, 11, 10)),
    ended("dotnet6", date(2024, 12, 20)),
    runtime("ruby4.0", date(2029, 3, 31), date(2029, 4, 30), date(2029, 5, 31)),
    runtime("ruby3.4", date(2028, 3, 31), date(2028, 4, 30), date(2028, 5, 31)),
    runtime("ruby3.3", date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)),
    ended("ruby3.2", date(2026, 3, 31)),
];

/// The names of all runtimes in the table.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    RUNTIMES.iter().map(|runtime| runtime.name)
}

/// A planned change of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionChange {
    /// The function is created.
    Create,
    /// The function's code or configuration is updated.
    Update,
}

/// The date since which AWS rejects a change of functions with this runtime, and the newest current runtime of the
/// family. `None` if AWS does not reject the change on this day.
#[must_use]
pub fn blocked_since(runtime: &str, change: FunctionChange, today: Date) -> Option<(Date, Option<&'static str>)> {
    let end = RUNTIMES.iter().find(|known| known.name == runtime)?.end.as_ref()?;
    let since = match change {
        FunctionChange::Create => end.create_blocked,
        FunctionChange::Update => end.update_blocked,
    };
    (since <= today).then(|| (since, newest_of_family(runtime, today)))
}

/// The successor of a runtime that `CreateFunction` has rejected for a long time.
fn successor(name: &str) -> Option<&'static str> {
    match name {
        "go1.x" | "provided" => return Some("provided.al2023"),
        "java8" => return Some("java25"),
        "dotnet5" | "dotnet7" => return Some("dotnet10"),
        _ if name.starts_with("dotnetcore") => return Some("dotnet10"),
        _ => {}
    }
    match dissect(name).filter(|_| name.contains('.'))? {
        ("nodejs", version, _) if version < (15, 0) => Some("nodejs24.x"),
        ("python", version, _) if version < (3, 8) => Some("python3.14"),
        ("ruby", version, _) if version < (3, 0) => Some("ruby4.0"),
        _ => None,
    }
}

/// Checks a function's runtime as of a date.
pub(super) fn check(node: &JsonNode, today: Date, findings: &mut Findings) {
    let Some(name) = node.text() else { return };
    let problem = match RUNTIMES.iter().find(|known| known.name == name) {
        Some(known) => ending(node, known, today),
        None => Some(unknown(node, name, today)),
    };
    if let Some(problem) = problem {
        findings.add(problem);
    }
}

/// Warns about a deprecated runtime. This is never an error: whether AWS rejects the runtime depends on the planned
/// change.
fn ending(node: &JsonNode, runtime: &Runtime, today: Date) -> Option<Problem> {
    let (name, end) = (runtime.name, runtime.end.as_ref()?);
    if end.deprecated > today {
        return None;
    }
    let day = |day: Date| if day <= today { format!("since {day}") } else { format!("from {day} on") };
    let hint = newest_of_family(name, today).map(|newest| format!("the newest of its family is `{newest}`"));
    let problem = node
        .error(format!("AWS ended the runtime `{name}` on {}: it gets no security updates", end.deprecated))
        .detail(format!("no function can be created with it {}", day(end.create_blocked)))
        .detail(format!("no function with it can be updated {}", day(end.update_blocked)));
    Some(problem.maybe_hint(hint).warning())
}

fn unknown(node: &JsonNode, name: &str, today: Date) -> Problem {
    if let Some(successor) = successor(name) {
        return node
            .error(format!("AWS ended the runtime `{name}`: no function can be created with it"))
            .hint(format!("what came after it is `{successor}`"));
    }
    if name == "custom" {
        return node
            .error("Lambda does not allow the runtime `custom` without the ARN of your own runtime")
            .detail("stackctl cannot name one")
            .hint("put the runtime into the package: `provided.al2023`");
    }
    let current = || RUNTIMES.iter().filter(|known| known.is_current(today)).map(|known| known.name);
    if is_plausible(name) {
        return node
            .error(format!("this version of stackctl does not know the runtime `{name}`"))
            .detail("whether AWS does shows when the function is created")
            .warning();
    }
    node.error(format!("unknown runtime `{name}`"))
        .detail(format!("runtimes are: {}", list(current())))
        .maybe_hint(did_you_mean(name, current()).or_else(|| newest_of_language(name)))
}

/// Whether AWS may have added a runtime with this name: a higher version of a known family, a known version on another
/// operating system, or a new family with a distinct name.
fn is_plausible(name: &str) -> bool {
    let Some((family, version, rest)) = dissect(name) else { return false };
    let known = || RUNTIMES.iter().filter_map(|runtime| dissect(runtime.name));
    let mut alike = known().filter(|known| known.0 == family && known.2 == rest).peekable();
    if alike.peek().is_some() {
        return alike.all(|known| known.1 < version);
    }
    if known().any(|known| known.0 == family) {
        let system = rest.strip_prefix(".al").is_some_and(|year| year.parse::<u32>().is_ok());
        return system && known().any(|known| known.0 == family && known.1 == version);
    }
    let families: Vec<_> = known().map(|known| known.0).collect();
    family.chars().all(|c| c.is_ascii_lowercase())
        && closest(family, families).is_none()
        && newest_of_language(name).is_none()
}

/// Splits a name into family, version and suffix: `nodejs24.x` into `nodejs`, 24.0 and `.x`.
fn dissect(name: &str) -> Option<(&str, (u32, u32), &str)> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (family, version) = name.split_at(digits);
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    let (numbers, _) = version.split_at(end);
    let numbers = numbers.trim_end_matches('.');
    let rest = &version[numbers.len()..];
    let (major, minor) = numbers.split_once('.').unwrap_or((numbers, "0"));
    Some((family, (major.parse().ok()?, minor.parse().ok()?), rest))
}

fn newest_of_family(name: &str, today: Date) -> Option<&'static str> {
    let family = dissect(name)?.0;
    RUNTIMES
        .iter()
        .filter(|known| known.is_current(today))
        .map(|known| known.name)
        .find(|known| dissect(known).is_some_and(|known| known.0 == family))
}

/// Suggests the newest runtime for the name of a language.
fn newest_of_language(name: &str) -> Option<String> {
    let language = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | 'x')).to_lowercase();
    let runtime = match language.as_str() {
        "python" | "py" => "python3.14",
        "node" | "nodejs" | "javascript" | "js" => "nodejs24.x",
        "rust" | "go" | "golang" | "c++" => "provided.al2023",
        "java" => "java25",
        "dotnet" | "net" | "csharp" => "dotnet10",
        "ruby" => "ruby4.0",
        _ => return None,
    };
    Some(format!("did you mean `{runtime}`?"))
}
