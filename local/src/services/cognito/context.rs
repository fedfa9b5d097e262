//! The context of an operation: the request, the settings and the time.

use std::time::Duration;

use serde_json::Value;

use crate::{
    emulator::Emulator,
    services::cognito::{moment::Moment, trigger::Triggers},
    store::settings::Settings,
    wire::call::Call,
};

/// A request and its context.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) call: &'a Call,
    pub(super) account: &'a str,
    pub(super) emulator: &'a Emulator,
    pub(super) list_lag: Duration,
    pub(super) now: Moment,
    pub(super) triggers: Triggers,
}

impl<'a> Context<'a> {
    pub(super) fn new(emulator: &'a Emulator, call: &'a Call, triggers: Triggers) -> Self {
        let Settings { account, weather, .. } = emulator.settings();
        Self { call, emulator, account, list_lag: weather.list_lag, now: Moment::now(emulator), triggers }
    }

    /// The host that the request was sent to.
    pub(super) fn host(&self) -> Option<&'a str> {
        self.call.headers.get(http::header::HOST)?.to_str().ok()
    }

    /// The members of the request.
    pub(super) fn input(&self) -> &'a Value {
        &self.call.input
    }

    /// A string member. It is empty if absent, which the check of required members prevents.
    pub(super) fn text(&self, member: &str) -> &'a str {
        self.call.text(member).unwrap_or_default()
    }

    /// A member that is neither absent nor null.
    pub(super) fn member(&self, name: &str) -> Option<&'a Value> {
        self.call.input.get(name).filter(|value| !value.is_null())
    }

    /// The strings of a list member.
    pub(super) fn texts(&self, member: &str) -> Vec<String> {
        texts(self.member(member))
    }
}

/// The strings of a JSON list; empty for any other value.
pub(super) fn texts(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
