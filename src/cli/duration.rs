//! Durations on the command line: `90s`, `5m`, `2h`, `1d`.

use std::time::Duration;

/// Parses a whole number with its unit.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];
    let read = units.iter().find_map(|(unit, seconds)| {
        let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
        Some(Duration::from_secs(u64::from(number) * seconds))
    });
    read.ok_or_else(|| "expected a whole number with its unit, such as 30s, 5m or 1h".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        assert_eq!(parse("0s"), Ok(Duration::ZERO));
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(parse("2h"), Ok(Duration::from_hours(2)));
        assert_eq!(parse("1d"), Ok(Duration::from_hours(24)));
        for wrong in ["", "5", "m", "-5s", "1.5m", "5 m", "5w", "99999999999s"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
