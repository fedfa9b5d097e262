//! One request as the operations see it: its typed members and the settings that apply to it.

use std::{collections::BTreeMap, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use super::refusal::bad_request;
use crate::{
    store::settings::Settings,
    wire::{
        answer::Answer,
        call::Call,
        error::{Answered, AwsError},
    },
};

/// A request to API Gateway.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) call: &'a Call,
    pub(super) settings: &'a Settings,
    /// The time on the emulator's clock.
    pub(super) now: Duration,
}

impl Asked<'_> {
    /// A required string member of the request.
    pub(super) fn text(&self, member: &str) -> Result<&str, AwsError> {
        self.call
            .text(member)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| bad_request(format!("Invalid request input: {member} is missing")))
    }

    /// The members of the request, deserialized as `T`.
    pub(super) fn members<T: DeserializeOwned>(&self) -> Result<T, AwsError> {
        T::deserialize(&self.call.input).map_err(|error| bad_request(format!("Invalid request input: {error}")))
    }

    /// Whether the member `embed` contains this word.
    pub(super) fn embeds(&self, word: &str) -> bool {
        match self.call.input.get("embed") {
            Some(Value::Array(words)) => words.iter().any(|one| one == word),
            _ => false,
        }
    }

    /// One page of a list, in key order.
    ///
    /// The position is the key of the next page's first item, so a list keeps its place while items are created and
    /// deleted.
    pub(super) fn page<T: Serialize>(&self, items: BTreeMap<&str, T>) -> Answered {
        let limit = match self.call.number("limit") {
            None => 25,
            Some(limit @ 1..) => usize::try_from(limit).unwrap_or(usize::MAX).min(500),
            Some(_) => return Err(bad_request("Invalid limit parameter")),
        };
        let limit = limit.min(self.settings.page_size.unwrap_or(limit)).max(1);
        let from = self.call.text("position").unwrap_or_default();
        let mut rest = items.into_iter().skip_while(|(key, _)| *key < from);
        let page = rest.by_ref().take(limit).map(|(_, item)| json(&item)).collect::<Vec<_>>();
        let mut answer = serde_json::json!({ "item": page });
        if let Some((key, _)) = rest.next() {
            answer["position"] = key.into();
        }
        Ok(answer.into())
    }
}

/// A value of the model as JSON.
pub(super) fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("the model is plain data")
}

/// A value of the model as a response.
pub(super) fn answer(value: &impl Serialize) -> Answered {
    serde_json::to_value(value)
        .map(Answer::Members)
        .map_err(|error| AwsError::new(500, "InternalServerErrorException", error.to_string()))
}

/// An empty response.
pub(super) fn nothing() -> Answer {
    Answer::Members(Value::Null)
}

/// A new ID of `length` lowercase letters and digits, at most ten.
pub(super) fn fresh_id(length: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut number = Uuid::new_v4().as_u128();
    let mut id = String::with_capacity(length);
    for _ in 0..length {
        id.push(char::from(DIGITS[usize::try_from(number % 36).unwrap_or(0)]));
        number /= 36;
    }
    id
}

/// The current time as the API's dates: seconds since 1970.
pub(super) fn date() -> i64 {
    jiff::Timestamp::now().as_second()
}
