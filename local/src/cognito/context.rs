//! What an operation may know besides the world: the call, the settings and the time.

use std::time::Duration;

use serde_json::Value;

use crate::{call::Call, cloud::Cloud, cognito::moment::Moment, settings::Settings};

/// One call and its surroundings.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) call: &'a Call,
    pub(super) account: &'a str,
    pub(super) cloud: &'a Cloud,
    pub(super) list_lag: Duration,
    pub(super) now: Moment,
}

impl<'a> Context<'a> {
    pub(super) fn new(cloud: &'a Cloud, call: &'a Call) -> Self {
        let Settings { account, weather, .. } = cloud.settings();
        Self { call, cloud, account, list_lag: weather.list_lag, now: Moment::now(cloud) }
    }

    /// The members of the call.
    pub(super) fn input(&self) -> &'a Value {
        &self.call.input
    }

    /// A text member; empty when it is absent, which the checks of required members rule out.
    pub(super) fn text(&self, member: &str) -> &'a str {
        self.call.text(member).unwrap_or_default()
    }

    /// A member that is neither absent nor null.
    pub(super) fn member(&self, name: &str) -> Option<&'a Value> {
        self.call.input.get(name).filter(|value| !value.is_null())
    }

    /// The texts of a list member.
    pub(super) fn texts(&self, member: &str) -> Vec<String> {
        texts(self.member(member))
    }
}

/// The texts of a JSON list; empty for anything else.
pub(super) fn texts(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
