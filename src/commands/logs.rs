//! `stackctl logs`: what the functions have logged, and what they log from now on.

use jiff::Timestamp;

use super::{
    app::{App, OnInterrupt},
    deployed::{Deployed, not_deployed},
};
use crate::{
    cli::{LogsArgs, Since},
    engine::{Key, Resource as _},
    error::Failure,
    exit::Exit,
    logs::{Line, RequestIds, Source, Tail, Unread, Wanted},
    report::{LogLine, Message},
    resources::log_group::LogGroup,
    stack::log_group_name,
};

pub(crate) async fn run(app: &App, arguments: &LogsArgs) -> Result<Exit, Failure> {
    let deployed = Deployed::reachable(app).await?;
    let names = names(&deployed, &arguments.functions)?;
    let wanted = Wanted { since: since(arguments.since)?, filter: arguments.filter.clone() };
    let session = deployed.connect(app).await?;
    let mut shown = Shown::new(app, &names);
    let sources = names
        .iter()
        .map(|name| Source { key: Key::new(LogGroup::KIND, *name), group: log_group_name(&session.config, name) });
    let mut tail = Tail::new(&session.cloud, (&app.report, &app.interrupt), sources.collect(), wanted.clone());
    let unread = |unread: Unread| failure(app, names[unread.source], &unread);
    if arguments.follow {
        app.set_on_interrupt(OnInterrupt::End);
        match tail.follow(|line| shown.show(&line)).await.map_err(unread)? {}
    }
    tail.read(|line| shown.show(&line)).await.map_err(unread)?;
    if shown.none() {
        let what = if wanted.filter.is_some() { "nothing that fits the filter" } else { "nothing" };
        let message = format!(
            "{what} was logged since {}; `--since` looks further back",
            wanted.since.strftime("%Y-%m-%dT%H:%M:%SZ")
        );
        app.report.tell(&Message::Note { message: &message });
    }
    Ok(Exit::Done)
}

/// The functions that are asked for, each once, or all.
fn names<'d>(deployed: &'d Deployed, asked: &[String]) -> Result<Vec<&'d str>, Failure> {
    if asked.is_empty() {
        return Ok(deployed.config.functions.keys().map(String::as_str).collect());
    }
    let mut names = asked.iter().map(|name| Ok(deployed.function(name)?.0)).collect::<Result<Vec<_>, Failure>>()?;
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

fn since(since: Since) -> Result<Timestamp, Failure> {
    let now = Timestamp::now();
    match since {
        Since::At(time) if time > now => Err(Failure::usage(format!("{time} lies in the future"))),
        Since::At(time) => Ok(time.max(Timestamp::UNIX_EPOCH)),
        Since::Ago(ago) => Ok(now.checked_sub(ago).unwrap_or(Timestamp::UNIX_EPOCH).max(Timestamp::UNIX_EPOCH)),
    }
}

fn failure(app: &App, name: &str, Unread { error, .. }: &Unread) -> Failure {
    match error.code.as_deref() {
        Some("ResourceNotFoundException") => not_deployed(app, &format!("`{name}` has no log group")),
        Some("InvalidParameterException") => {
            Failure::resource("the filter pattern is not one of CloudWatch", error).hint("see `stackctl logs --help`")
        }
        _ => Failure::resource(format!("the log of `{name}` cannot be read"), error),
    }
}

/// Shows lines and counts them.
struct Shown<'a> {
    app: &'a App,
    names: &'a [&'a str],
    width: usize,
    request_ids: RequestIds,
    count: usize,
}

impl<'a> Shown<'a> {
    fn new(app: &'a App, names: &'a [&'a str]) -> Self {
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        Self { app, names, width, request_ids: RequestIds::default(), count: 0 }
    }

    fn show(&mut self, line: &Line) {
        self.count += 1;
        self.app.report.data(&Message::LogLine(&LogLine {
            function: self.names[line.source],
            at: line.at,
            request_id: self.request_ids.of(line).as_deref(),
            message: &line.message,
            stream: &line.stream,
            id: &line.id,
            place: line.source,
            width: self.width,
        }));
    }

    fn none(&self) -> bool {
        self.count == 0
    }
}
