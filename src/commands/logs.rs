//! `stackctl logs`: shows the logs of the functions and the API, and follows them.

use jiff::Timestamp;

use crate::{
    cli::{LogsArgs, Since},
    config::Config,
    engine::{Key, Resource as _},
    exit::Exit,
    failure::Failure,
    hint::{Hint, SuggestedCommand},
    logs::{Line, LogQuery, RequestIds, Source, Tail, Unread, access, is_system},
    report::{API, LogLine},
    resources::log_group::LogGroup,
    session::{DeployedStack, OnInterrupt, Run, deployed::lacks},
    stack::{access_log_group, access_log_group_name, log_group_name},
};

pub(crate) async fn run(run: &Run, arguments: &LogsArgs) -> Result<Exit, Failure> {
    let deployed = DeployedStack::reachable(run).await?;
    let logs = logs(&deployed, arguments)?;
    let wanted = LogQuery { since: since(arguments.since)?, filter: arguments.filter.clone() };
    let session = deployed.connect(run).await?;
    let mut shown = Shown::new(run, &logs, arguments.no_system);
    let sources = logs.iter().map(|log| log.source(&deployed.config)).collect();
    let mut tail = Tail::new(&session.cloud, (&run.report, &run.cancel.interrupt), sources, wanted.clone());
    let unread = |unread: Unread| failure(logs[unread.source], &unread);
    if arguments.follow {
        run.cancel.on_interrupt(OnInterrupt::End);
        match tail.follow(|line| shown.show(&line)).await.map_err(unread)? {}
    }
    tail.read(|line| shown.show(&line)).await.map_err(unread)?;
    if shown.none() {
        let what = if wanted.filter.is_some() { "nothing that fits the filter" } else { "nothing" };
        let message = format!(
            "no log events from {what} since {}; `--since` shows older ones",
            wanted.since.strftime("%Y-%m-%dT%H:%M:%SZ")
        );
        run.report.note(message);
    }
    Ok(Exit::Done)
}

/// A log to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Log<'d> {
    Function(&'d str),
    /// The access log of the API.
    Api,
}

impl<'d> Log<'d> {
    fn source(self, config: &Config) -> Source {
        match self {
            Self::Function(name) => Source { key: Key::new(LogGroup::KIND, name), group: log_group_name(config, name) },
            Self::Api => Source { key: access_log_group(), group: access_log_group_name(config) },
        }
    }

    fn function(self) -> Option<&'d str> {
        match self {
            Self::Function(name) => Some(name),
            Self::Api => None,
        }
    }
}

/// The logs that are asked for, each once, or those of all functions.
fn logs<'d>(deployed: &'d DeployedStack, arguments: &LogsArgs) -> Result<Vec<Log<'d>>, Failure> {
    if arguments.functions.is_empty() && !arguments.api {
        return Ok(deployed.config.functions.keys().map(|name| Log::Function(name)).collect());
    }
    let functions = arguments.functions.iter().map(|name| Ok(Log::Function(deployed.function(name)?.0)));
    let mut logs = functions.collect::<Result<Vec<_>, Failure>>()?;
    if arguments.api {
        if deployed.config.api.access_logs.is_none() {
            return Err(no_access_log());
        }
        logs.push(Log::Api);
    }
    logs.sort_unstable();
    logs.dedup();
    Ok(logs)
}

fn no_access_log() -> Failure {
    Failure::usage("the API writes no access log: `api.accessLogs` of the config is not set")
        .hint(Hint::from("put `\"accessLogs\": {}` into `api`, and run ").run(SuggestedCommand::stack("up")))
}

fn since(since: Since) -> Result<Timestamp, Failure> {
    let now = Timestamp::now();
    match since {
        Since::At(time) if time > now => Err(Failure::usage(format!("{time} is in the future"))),
        Since::At(time) => Ok(time.max(Timestamp::UNIX_EPOCH)),
        Since::Ago(ago) => Ok(now.checked_sub(ago).unwrap_or(Timestamp::UNIX_EPOCH).max(Timestamp::UNIX_EPOCH)),
    }
}

fn failure(log: Log<'_>, Unread { error, .. }: &Unread) -> Failure {
    let whose = log.function().map_or_else(|| "the API".to_owned(), |name| format!("`{name}`"));
    match error.code.as_deref() {
        Some("ResourceNotFoundException") => lacks(&format!("{whose} has no log group")),
        Some("InvalidParameterException") => Failure::resource("the filter pattern is not one of CloudWatch", error)
            .hint(Hint::from("see `stackctl logs --help`")),
        _ => Failure::resource(format!("the log of {whose} cannot be read"), error),
    }
}

/// Prints lines and counts them.
struct Shown<'a> {
    run: &'a Run,
    logs: &'a [Log<'a>],
    width: usize,
    request_ids: RequestIds,
    /// Whether to hide the lines that Lambda itself writes.
    no_system: bool,
    count: usize,
}

impl<'a> Shown<'a> {
    fn new(run: &'a Run, logs: &'a [Log<'a>], no_system: bool) -> Self {
        let width = logs.iter().map(|log| log.function().unwrap_or(API).chars().count()).max().unwrap_or_default();
        Self { run, logs, width, request_ids: RequestIds::default(), no_system, count: 0 }
    }

    fn show(&mut self, line: &Line) {
        let function = self.logs[line.source].function();
        // A request is identified by the ID of the function's invocation, where there is one, because the function's
        // log uses that ID.
        let request_id = match function {
            Some(_) => self.request_ids.of(line),
            None => access(&line.message).and_then(|access| access.function_request_id.or(access.request_id)),
        };
        if self.no_system && function.is_some() && is_system(&line.message) {
            return;
        }
        self.count += 1;
        self.run.report.data(&LogLine {
            function,
            at: line.at,
            request_id: request_id.as_deref(),
            message: &line.message,
            stream: &line.stream,
            id: &line.id,
            place: line.source,
            width: self.width,
        });
    }

    fn none(&self) -> bool {
        self.count == 0
    }
}
