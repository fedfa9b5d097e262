//! The log lines that Lambda itself writes for each request.

/// A line written by Lambda.
#[derive(Debug, Clone, PartialEq)]
pub enum Own<'m> {
    /// The initialization of a new execution environment.
    Init,
    Start {
        request_id: &'m str,
    },
    /// The end of a request; a report follows.
    End {
        request_id: &'m str,
    },
    Report(InvocationReport<'m>),
}

/// The report of a request, with the values as Lambda writes them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InvocationReport<'m> {
    pub request_id: &'m str,
    /// The duration, such as `12.34 ms`.
    pub duration: &'m str,
    /// The billed duration, such as `13 ms`.
    pub billed: &'m str,
    /// The memory size, such as `128 MB`.
    pub memory: &'m str,
    /// The maximum memory used, such as `31 MB`; empty if not measured.
    pub used: &'m str,
    /// The init duration, such as `120.5 ms`; empty without a cold start.
    pub init: &'m str,
    /// The status, such as `timeout`; empty on success.
    pub status: &'m str,
}

/// Parses a line written by Lambda; `None` for a line of the function.
#[must_use]
pub fn own(message: &str) -> Option<Own<'_>> {
    if let Some(rest) = message.strip_prefix("START RequestId: ") {
        return Some(Own::Start { request_id: rest.split_whitespace().next()? });
    }
    if let Some(rest) = message.strip_prefix("END RequestId: ") {
        return Some(Own::End { request_id: rest.split_whitespace().next()? });
    }
    if message.starts_with("INIT_START ") {
        return Some(Own::Init);
    }
    message.strip_prefix("REPORT ").filter(|rest| rest.starts_with("RequestId: ")).map(|rest| Own::Report(report(rest)))
}

/// Whether Lambda wrote a line, in either of its log formats (text and JSON).
#[must_use]
pub fn is_system(message: &str) -> bool {
    own(message).is_some()
        || serde_json::from_str::<serde_json::Value>(message).is_ok_and(|line| {
            line.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| kind.starts_with("platform."))
        })
}

fn report(text: &str) -> InvocationReport<'_> {
    let mut report = InvocationReport::default();
    for (name, value) in text.split('\t').filter_map(|part| part.trim().split_once(": ")) {
        let field = match name {
            "RequestId" => &mut report.request_id,
            "Duration" => &mut report.duration,
            "Billed Duration" => &mut report.billed,
            "Memory Size" => &mut report.memory,
            "Max Memory Used" => &mut report.used,
            "Init Duration" => &mut report.init,
            "Status" => &mut report.status,
            _ => continue,
        };
        *field = value;
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambda_lines_are_distinguished_from_function_lines() {
        let start = "START RequestId: 8f507cfc-xmpl Version: $LATEST";
        assert_eq!(own(start), Some(Own::Start { request_id: "8f507cfc-xmpl" }));
        assert_eq!(own("END RequestId: 8f507cfc-xmpl"), Some(Own::End { request_id: "8f507cfc-xmpl" }));
        assert_eq!(own("INIT_START Runtime Version: python:3.13.v14\tRuntime Version ARN: arn:aws:…"), Some(Own::Init));
        for line in ["START of something", "END", "REPORT: all is well", "REPORT of the day", "RequestId: 7", ""] {
            assert_eq!(own(line), None, "{line}");
        }
    }

    #[test]
    fn json_lines_are_distinguished_by_their_type() {
        for (line, system) in [
            (r#"{"time":"2026-11-30T10:00:00.000Z","type":"platform.report","record":{}}"#, true),
            (r#"{"type":"order.placed"}"#, false),
            ("END RequestId: 8f507cfc-xmpl", true),
            ("platform.report", false),
        ] {
            assert_eq!(is_system(line), system, "{line}");
        }
    }

    #[test]
    fn a_report_is_parsed_by_field_name() {
        let text = "REPORT RequestId: 8f5\tDuration: 12.34 ms\tBilled Duration: 133 ms\tMemory Size: 128 MB\t\
                    Max Memory Used: 31 MB\tInit Duration: 120.50 ms\tXRAY TraceId: 1-5\tStatus: timeout";
        let report = InvocationReport {
            request_id: "8f5",
            duration: "12.34 ms",
            billed: "133 ms",
            memory: "128 MB",
            used: "31 MB",
            init: "120.50 ms",
            status: "timeout",
        };
        assert_eq!(own(text), Some(Own::Report(report)));
    }
}
