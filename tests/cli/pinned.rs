//! Replaces the parts of a text that differ from run to run.

/// Replaces digests of ids, ports, process ids, times and measurements by placeholders.
pub(super) fn pinned(text: &str) -> String {
    let text = after(text, "127.0.0.1:", "PORT", |c| c.is_ascii_digit());
    let text = after(&text, ".localhost:", "PORT", |c| c.is_ascii_digit());
    let text = after(&text, "(process ", "PID", |c| c.is_ascii_digit());
    let text = after(&text, "request id ", "REQUEST", |c| c.is_ascii_hexdigit() || c == '-');
    let text = after(&text, "stackctl-check-", "TOKEN", |c| c.is_ascii_hexdigit());
    let text = after(&text, "stackctl:token,Value=", "TOKEN", |c| c.is_ascii_hexdigit() || c == '-');
    let lines = text.lines().map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let pinned = words.iter().zip(words.iter().skip(1).chain([&""])).map(|(word, next)| match *word {
            word if is_time(word) => "TIME",
            word if is_cut_hash(word) => "HASH…",
            word if word.strip_suffix(';').is_some_and(is_cut_hash) => "HASH…;",
            word if is_moment(word) => "MOMENT",
            word if is_clock(word) => "CLOCK",
            word if is_request_id(word) => "ID",
            word if is_measured(word, next) => "N",
            word => word,
        });
        pinned.collect::<Vec<_>>().join(" ")
    });
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Replaces the given characters that follow each `marker`.
fn after(text: &str, marker: &str, replacement: &str, is_part: impl Fn(char) -> bool) -> String {
    let mut parts = text.split(marker);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push_str(marker);
        let rest = part.trim_start_matches(&is_part);
        result.push_str(if rest.len() == part.len() { "" } else { replacement });
        result.push_str(rest);
    }
    result
}

fn is_time(word: &str) -> bool {
    word.strip_suffix('s').is_some_and(|number| number.contains('.') && number.parse::<f64>().is_ok())
}

/// A timestamp such as `2026-11-25T01:02:03.004Z`.
fn is_moment(word: &str) -> bool {
    word.ends_with('Z') && word.contains('.') && word.parse::<jiff::Timestamp>().is_ok()
}

/// A time such as `01:02:03`.
fn is_clock(word: &str) -> bool {
    word.len() == 8 && word.parse::<jiff::civil::Time>().is_ok()
}

/// The id of a request to a function, or its start.
fn is_request_id(word: &str) -> bool {
    let hexadecimal = |word: &str| word.bytes().all(|byte| byte.is_ascii_hexdigit());
    word.len() == 36 && word.split('-').all(hexadecimal) || word.len() == 8 && hexadecimal(word)
}

/// A measurement, such as the number in `12.34 ms` and `20 MB of`. The memory size of a function is not measured.
fn is_measured(word: &str, unit: &str) -> bool {
    word.parse::<f64>().is_ok() && (unit.starts_with("ms") || unit == "MB" && word != "128")
}

/// A digest of settings that contain ids.
fn is_cut_hash(word: &str) -> bool {
    word.strip_suffix('…').is_some_and(|hash| hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
