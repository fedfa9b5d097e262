//! Assigns log lines to requests.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    lambda::{Own, own},
    line::Line,
};

/// Tracks the current request of every execution environment. An environment handles one request at a time, so all
/// lines in its stream between the first and last line of a request belong to that request.
#[derive(Debug, Default)]
pub struct RequestIds {
    under_way: BTreeMap<(usize, String), String>,
}

impl RequestIds {
    /// The request ID of a line. Lines must arrive in the order of their stream.
    pub fn of(&mut self, line: &Line) -> Option<String> {
        let stream = (line.source, line.stream.clone());
        match own(&line.message) {
            Some(Own::Init) => None,
            Some(Own::Start { request_id }) => {
                self.under_way.insert(stream, request_id.to_owned());
                Some(request_id.to_owned())
            }
            Some(Own::End { request_id }) => Some(request_id.to_owned()),
            Some(Own::Report(report)) => {
                self.under_way.remove(&stream);
                Some(report.request_id.to_owned())
            }
            None => named(&line.message).or_else(|| self.under_way.get(&stream).cloned()),
        }
    }
}

/// The request ID in a line itself: a JSON field, or a column in the format of the managed runtimes. It is needed when
/// a filter excludes the START line.
fn named(message: &str) -> Option<String> {
    if message.starts_with('{') {
        let line: Value = serde_json::from_str(message).ok()?;
        let members = ["requestId", "AWSRequestId", "function_request_id"];
        let id = members.iter().find_map(|name| line.get(*name)).or_else(|| line.get("record")?.get("requestId"));
        return id.and_then(Value::as_str).map(str::to_owned);
    }
    message.split([' ', '\t']).take(4).find(|word| is_uuid(word)).map(str::to_owned)
}

fn is_uuid(word: &str) -> bool {
    word.len() == 36 && uuid::Uuid::try_parse(word).is_ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const ONE: &str = "11111111-1111-4111-8111-111111111111";
    const TWO: &str = "22222222-2222-4222-8222-222222222222";

    fn line(stream: &str, message: &str) -> Line {
        Line {
            source: 0,
            stream: stream.into(),
            id: String::new(),
            at: Timestamp::UNIX_EPOCH,
            message: message.replace("ONE", ONE).replace("TWO", TWO),
        }
    }

    #[test]
    fn lines_belong_to_the_current_request_of_their_environment() {
        let mut ids = RequestIds::default();
        for (stream, message, id) in [
            ("a", "loaded", None),
            ("a", "START RequestId: ONE Version: 3", Some(ONE)),
            ("b", "START RequestId: TWO Version: 3", Some(TWO)),
            ("a", "hello from a", Some(ONE)),
            ("b", "hello from b", Some(TWO)),
            ("a", "END RequestId: ONE", Some(ONE)),
            ("a", "a late line", Some(ONE)),
            ("a", "REPORT RequestId: ONE\tDuration: 1 ms", Some(ONE)),
            ("a", "between two requests", None),
        ] {
            assert_eq!(ids.of(&line(stream, message)).as_deref(), id, "{stream}: {message}");
        }
    }

    #[test]
    fn a_line_with_a_request_id_needs_no_start_line() {
        for message in [
            "[INFO]\t2026-11-25T01:02:03.004Z\tONE\thello",
            "2026-11-25T01:02:03.004Z\tONE\tINFO\thello",
            "2026-11-25T01:02:03.004Z ONE Task timed out after 3.00 seconds",
            r#"{"level":"INFO","requestId":"ONE","message":"hello"}"#,
            r#"{"type":"platform.start","record":{"requestId":"ONE"}}"#,
        ] {
            assert_eq!(RequestIds::default().of(&line("a", message)).as_deref(), Some(ONE), "{message}");
        }
        assert_eq!(RequestIds::default().of(&line("a", "an order of 4 items was ONE of many")), None);
    }
}
