//! The order of the events of `--json`: `target` is the first one in every outcome, also of a run that failed before it
//! knew the whole target.

use schemars::JsonSchema;
use serde::Serialize;

use super::{card::Card, json, target::Target};
use crate::cli::Options;

/// A target as far as it is known. Fields that are not known are `null`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct PartialTarget {
    /// `deployment.serviceName`.
    stack: Option<String>,
    stage: Option<String>,
    region: Option<String>,
    /// The account ID, twelve digits.
    account: Option<String>,
    /// The endpoint; `null` for that of AWS.
    endpoint: Option<String>,
    /// Whether it is the local emulator.
    local: bool,
}

impl Card for PartialTarget {
    const EVENT: &'static str = Target::EVENT;

    fn text(&self) -> String {
        String::new()
    }
}

/// The events that may come before the target is known. They are held back until then.
const HELD_BACK: [&str; 3] = ["note", "warning", "emulator"];

/// The beginning of the events.
pub(super) struct Opening {
    /// The target as far as it is known; `None` once it was printed.
    target: Option<PartialTarget>,
    held_back: String,
}

impl Opening {
    pub(super) fn new(options: &Options) -> Self {
        let (stage, region) = (options.stage.clone(), options.region.clone());
        Self::of(PartialTarget { stage, region, local: options.local, ..PartialTarget::default() })
    }

    /// Begins with what is known of the target.
    pub(super) fn of(target: PartialTarget) -> Self {
        Self { target: Some(target), held_back: String::new() }
    }

    /// Notes what became known of the target.
    pub(super) fn identified(&mut self, [stack, stage, region]: [&str; 3]) {
        if let Some(target) = &mut self.target {
            (target.stack, target.stage) = (Some(stack.to_owned()), Some(stage.to_owned()));
            target.region.get_or_insert_with(|| region.to_owned());
        }
    }

    /// What to print now that an event is ready.
    pub(super) fn events(&mut self, event: &str, line: String) -> String {
        if event == Target::EVENT {
            self.target = None;
            return line + &std::mem::take(&mut self.held_back);
        }
        if self.target.is_some() && HELD_BACK.contains(&event) {
            self.held_back += &line;
            return String::new();
        }
        let target = self.target.take().map(|target| json::card(&target)).unwrap_or_default();
        target + &std::mem::take(&mut self.held_back) + &line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening() -> Opening {
        Opening::of(PartialTarget::default())
    }

    #[test]
    fn a_note_waits_for_the_target() {
        let mut opening = opening();
        assert_eq!(opening.events("note", "a".into()), "");
        assert_eq!(opening.events("target", "t".into()), "ta");
        assert_eq!(opening.events("note", "b".into()), "b");
    }

    #[test]
    fn a_result_without_a_target_comes_after_what_is_known_of_it() {
        let mut opening = opening();
        opening.identified(["shop", "dev", "eu-west-1"]);
        assert_eq!(opening.events("note", "n".into()), "");
        let target = r#"{"v":3,"event":"target","stack":"shop","stage":"dev","region":"eu-west-1","account":null,"endpoint":null,"local":false}"#;
        assert_eq!(opening.events("done", "d".into()), format!("{target}\nnd"));
    }
}
