//! The person's look: messages and events as text, coloured.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, time::Duration};

use super::{
    locked,
    message::{LocalCloud, Message, PoolTarget, Recovered, Target, ValidStage},
    outputs,
    paint::{BAD, CHANGE, FAINT, GOOD, HINT, STRONG, paint},
};
use crate::{
    check::CheckReport,
    engine::{Event, Verb},
    failure::{Failure, Fault},
    state::{Holder, LockNews},
};

/// Renders a message, with a line break at its end; nothing for what a person need not be told.
pub(super) fn render(message: &Message<'_>, settings: bool) -> String {
    match message {
        Message::Target(target) => target_line(target),
        Message::Pool(pool) => pool_line(pool),
        Message::Note { message } => format!("{message}\n"),
        Message::Warning(fault) => fault_text(&paint(CHANGE.bold(), "warning:"), fault),
        Message::Lock(news) => lock_news(news),
        Message::Locked { place, lock } => locked::render(place, lock),
        Message::Plan(plan) => plan.render(settings),
        Message::Found(found) => found.render(),
        Message::Recovered(recovered) => recovered_text(recovered),
        Message::State(state) => state.render(),
        Message::Status(status) => status.render(),
        Message::Watching(watching) => watching.render(),
        Message::Cycle(cycle) => cycle.render(),
        Message::Outputs(outputs) => outputs::render(outputs),
        Message::Output { value, .. } => format!("{value}\n"),
        Message::Users(users) => users.render(),
        Message::User(user) => user.render(),
        Message::Token(token) => token.render(),
        Message::SignedIn(signed_in) => signed_in.render(),
        Message::Invoked(invoked) => invoked.render(),
        Message::LogLine(line) => line.render(),
        Message::Next { commands } => next(commands),
        Message::Written { files, folder } => {
            files.iter().fold(String::new(), |text, file| text + &format!("wrote {}\n", folder.join(file).display()))
        }
        Message::Valid { config, stages } => valid(config, stages),
        Message::Local(local) => local_line(local),
        Message::Error(failure) => failure_text(failure),
        Message::History(history) => history.render(),
        Message::RolledBack(rolled_back) => rolled_back.render(),
        Message::Unavailable(unavailable) => unavailable.render(),
        Message::Checked(report) => checked(report),
        Message::Executed { steps, took } => executed(steps, *took),
        // What it cost is for machines; a person has seen how it ended, and an answer's own bytes.
        Message::Answer(_) | Message::Done(_) | Message::RolledForward(_) => String::new(),
    }
}

/// Renders an event of the engine, keys `width` wide; `spinning` when spinners show what is under way.
pub(super) fn event(event: &Event, spinning: bool, width: usize) -> Option<String> {
    let text = match event {
        Event::StepStarted { .. } => return None,
        Event::Waiting { .. } if spinning => return None,
        Event::Waiting { key, reason } => format!("  {:<width$}  {}", key.to_string(), paint(FAINT, reason)),
        Event::StepDone { key, verb, took } => {
            format!("  {:<width$}  {}  {}", key.to_string(), paint(GOOD, past(*verb)), paint(FAINT, elapsed(*took)))
        }
        Event::StepFailed { key, verb, .. } => {
            format!("  {:<width$}  {}", key.to_string(), paint(BAD, format_args!("not {}", past(*verb))))
        }
        Event::StepStopped { key, reason, .. } => {
            format!("  {:<width$}  {}", key.to_string(), paint(CHANGE, reason))
        }
        Event::StepSkipped { key, .. } => format!("  {:<width$}  {}", key.to_string(), paint(FAINT, "skipped")),
        Event::Interrupted => {
            paint(CHANGE, "interrupted: finishing what is under way; once more to stop at once, which is safe too")
        }
    };
    Some(text + "\n")
}

/// What a step has done.
pub(crate) fn past(verb: Verb) -> &'static str {
    match verb {
        Verb::Keep => "kept",
        Verb::Create => "created",
        Verb::Adopt => "adopted",
        Verb::Update => "updated",
        Verb::Replace => "replaced",
        Verb::Delete => "deleted",
        Verb::Forget => "forgotten",
    }
}

fn target_line(target: &Target) -> String {
    let Target { stack, stage, region, account, endpoint, local } = target;
    let place = place(endpoint.as_deref(), *local, account);
    format!("{}, stage {}, {region}, {place}\n\n", paint(STRONG, stack), paint(STRONG, stage))
}

fn pool_line(pool: &PoolTarget) -> String {
    let PoolTarget { user_pool_id, region, account, endpoint, local } = pool;
    let place = place(endpoint.as_deref(), *local, account);
    format!("user pool {}, {region}, {place}\n\n", paint(STRONG, user_pool_id))
}

fn place(endpoint: Option<&str>, local: bool, account: &str) -> String {
    match (endpoint, local) {
        (Some(url), true) => format!("on the local cloud at {url}"),
        (Some(url), false) => paint(CHANGE.bold(), format_args!("at {url}, which stands in for AWS")),
        (None, _) => format!("in account {account}"),
    }
}

fn valid(config: &Path, stages: &[ValidStage]) -> String {
    let counts = |ValidStage { functions, routes, .. }: &ValidStage| {
        format!("{}, {}", counted(*functions, "function"), counted(*routes, "route"))
    };
    if let [only] = stages {
        return format!("{} is valid: {}\n", config.display(), counts(only));
    }
    let head = format!("{} is valid in every stage:\n", config.display());
    stages.iter().fold(head, |text, stage| text + &format!("  {}: {}\n", stage.stage, counts(stage)))
}

fn recovered_text(recovered: &Recovered) -> String {
    let Recovered { state, resources, damaged } = recovered;
    let kept = damaged.as_ref().map(|path| format!("the damaged state is kept as {path}\n"));
    let recorded = match resources {
        0 => format!("wrote an empty state to {state}\n"),
        _ => format!("recorded {} in {state}\n", counted(*resources, "thing")),
    };
    recorded + &kept.unwrap_or_default()
}

fn lock_news(news: &LockNews) -> String {
    let named = |holder: &Option<Holder>| holder.as_ref().map_or_else(|| "somebody".into(), Holder::to_string);
    match news {
        LockNews::Waiting { place, holder, at_most } => {
            format!("{place} is locked by {}; waiting at most {} s\n", named(holder), at_most.as_secs())
        }
        LockNews::Watching { place, holder, at_most } => {
            let (holder, at_most) = (named(holder), at_most.as_secs());
            format!("{place} is locked by {holder}; looking for a sign of life for at most {at_most} s\n")
        }
        LockNews::TakenOver { place, holder, because } => {
            format!("{place} was locked by {}; taken over, because {because}\n", named(holder))
        }
    }
}

fn fault_text(label: &str, fault: &Fault) -> String {
    let mut text = format!("{label} {}\n", fault.message);
    for detail in &fault.details {
        let _ = writeln!(text, "  {detail}");
    }
    text + &hints(&fault.hints)
}

fn failure_text(failure: &Failure) -> String {
    let label = paint(BAD.bold(), "error:");
    let errors = failure.errors.iter().map(|fault| fault_text(&label, fault)).collect::<String>();
    errors + &hints(&failure.hints)
}

fn hints(hints: &[String]) -> String {
    hints.iter().fold(String::new(), |text, hint| text + &format!("{} {hint}\n", paint(HINT, "hint:")))
}

fn next(commands: &[String]) -> String {
    let lines = commands.iter().fold(String::new(), |text, command| text + "  " + command + "\n");
    if lines.is_empty() { lines } else { format!("\n{}\n{lines}", paint(STRONG, "next:")) }
}

fn local_line(local: &LocalCloud) -> String {
    let LocalCloud { state, url, pid } = local;
    match (url, pid) {
        (Some(url), Some(pid)) => format!("the local cloud: {state} at {url} (process {pid})\n"),
        (Some(url), None) => format!("the local cloud: {state} at {url}\n"),
        _ => format!("the local cloud: {state}\n"),
    }
}

fn executed(steps: &BTreeMap<Verb, usize>, took: Duration) -> String {
    let parts: Vec<String> = steps.iter().map(|(verb, count)| format!("{count} {}", past(*verb))).collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("\n{} in {}\n\n", paint(STRONG, parts.join(", ")), elapsed(took))
}

/// What has failed is for the error to tell.
fn checked(report: &CheckReport) -> String {
    let CheckReport { passed, findings, took, .. } = report;
    if passed + findings.len() == 0 {
        return String::new();
    }
    let wrong = if findings.is_empty() { String::new() } else { format!(", {} with a wrong answer", findings.len()) };
    let all = counted(passed + findings.len(), "request");
    format!("{}{wrong} in {}\n\n", paint(STRONG, format_args!("checked with {all}")), elapsed(*took))
}

/// So many of something, in words.
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn elapsed(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1}s", duration.as_secs_f64())
    } else {
        format!("{}m{:02}s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_time_is_told_in_minutes() {
        assert_eq!(elapsed(Duration::from_millis(1249)), "1.2s");
        assert_eq!(elapsed(Duration::from_secs(125)), "2m05s");
    }
}
