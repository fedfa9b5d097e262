//! One line of a log.

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    paint::{BAD, CHANGE, FAINT, GOOD, paint},
};
use crate::logs::{Own, access, own};

/// Colors that distinguish functions. Red is reserved for errors.
const COLOURS: [Style; 5] = [
    AnsiColor::Cyan.on_default(),
    AnsiColor::Magenta.on_default(),
    AnsiColor::Green.on_default(),
    AnsiColor::Yellow.on_default(),
    AnsiColor::Blue.on_default(),
];

/// The name shown for the API. No function can have this name.
pub(crate) const API: &str = "[api]";

/// A log line and its source.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct LogLine<'a> {
    /// The function's name in the config; `None` for a request to the API.
    pub(crate) function: Option<&'a str>,
    /// The time of the line.
    #[schemars(with = "String")]
    pub(crate) at: Timestamp,
    /// The request that it belongs to, when known.
    pub(crate) request_id: Option<&'a str>,
    /// The unchanged message.
    pub(crate) message: &'a str,
    pub(crate) stream: &'a str,
    /// The event ID of CloudWatch Logs.
    pub(crate) id: &'a str,
    /// The index of the function among those that are shown. It selects the color.
    #[serde(skip)]
    pub(crate) place: usize,
    /// The width of the longest name shown.
    #[serde(skip)]
    pub(crate) width: usize,
}

impl Card for LogLine<'_> {
    const EVENT: &'static str = "log_line";

    /// Empty for a line without information for readers.
    fn text(&self) -> String {
        let message = match self.function {
            Some(_) => message(self.message),
            None => Some(request(self.message)),
        };
        let Some(message) = message else { return String::new() };
        let time = self.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        let name = format!("{:<1$}", self.function.unwrap_or(API), self.width);
        let id = format!("{:<8}", self.request_id.unwrap_or_default().chars().take(8).collect::<String>());
        // The other lines of a message are indented below its first line.
        let margin = format!("\n{:1$}", "", time.len() + name.chars().count() + id.len() + 3);
        let message = message.replace('\n', &margin);
        let colour = COLOURS[self.place % COLOURS.len()];
        format!("{} {} {} {message}\n", paint(FAINT, time), paint(colour, name), paint(FAINT, id))
    }
}

/// A request to the API in a readable form. A line in another format is unchanged.
fn request(message: &str) -> String {
    let Some(access) = access(message) else { return harmless(message) };
    let what =
        [&access.method, &access.path].into_iter().flatten().map(|text| harmless(text)).collect::<Vec<_>>().join(" ");
    let status = access.status.as_deref().unwrap_or("no response");
    let style = match status.as_bytes().first() {
        Some(b'5') => BAD,
        Some(b'4') => CHANGE,
        _ => GOOD,
    };
    let why =
        [&access.error, &access.authorizer_error].into_iter().flatten().map(|text| harmless(text)).collect::<Vec<_>>();
    let took = access.latency.map(|millis| format!("{millis} ms"));
    let facts = [took, access.ip, access.request_id].into_iter().flatten().collect::<Vec<_>>().join("  ");
    let why = if why.is_empty() { String::new() } else { format!("  {}", why.join(": ")) };
    format!("{what}  {}{why}  {}", paint(style, status), paint(FAINT, harmless(&facts)))
}

/// A message in a readable form. Lambda's own lines are dimmed and shortened, and colors in the message are removed.
/// Other control characters are escaped on a terminal. `None` for the line that only announces a report.
pub(super) fn message(message: &str) -> Option<String> {
    match own(message) {
        Some(Own::End { .. }) => None,
        Some(Own::Init | Own::Start { .. }) => Some(paint(FAINT, message)),
        Some(Own::Report(report)) => {
            let memory =
                Some(report.used).filter(|used| !used.is_empty()).map(|used| format!("{used} of {}", report.memory));
            let init = Some(report.init).filter(|init| !init.is_empty()).map(|init| format!("init {init}"));
            let parts: Vec<String> = [Some(report.duration.to_owned()), memory, init].into_iter().flatten().collect();
            let text = paint(FAINT, format_args!("REPORT RequestId: {} {}", report.request_id, parts.join(", ")));
            let status = Some(report.status).filter(|status| !status.is_empty());
            Some(text + &status.map(|status| format!(" {}", paint(BAD, status))).unwrap_or_default())
        }
        None => Some(harmless(message)),
    }
}

fn harmless(message: &str) -> String {
    anstream::adapter::strip_str(message).to_string()
}
