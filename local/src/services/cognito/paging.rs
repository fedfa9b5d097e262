//! Paging of lists, with a token for the next page.

use std::ops::Bound;

use serde_json::Value;

use crate::{
    services::cognito::{context::Context, refusal},
    wire::{error::AwsError, paging},
};

/// The maximum page size of all lists.
const MOST: usize = 60;

/// One page of `entries`, which must be sorted by key, and the token of the next page.
pub(super) fn page(
    context: &Context<'_>,
    limit_member: &str,
    token_member: &str,
    entries: impl IntoIterator<Item = (String, Value)>,
) -> Result<(Vec<Value>, Option<String>), AwsError> {
    // A limit of zero means the default, as documented for Cognito's `QueryLimit`.
    let asked = context.member(limit_member).and_then(Value::as_i64).filter(|limit| *limit > 0);
    let size = context.emulator.page_size(asked, MOST, MOST);
    let page = paging::page(entries, context.call.text(token_member), size).map_err(|_| invalid())?;
    Ok((page.items, page.next))
}

fn invalid() -> AwsError {
    refusal::invalid_parameter("Invalid pagination token")
}

/// The place after the last entry of the previous page, so that a page of a large table does not read those before it.
pub(super) fn start(context: &Context<'_>, token_member: &str) -> Result<Bound<String>, AwsError> {
    let after = context.call.text(token_member).map(paging::read).transpose().map_err(|_| invalid())?;
    Ok(after.map_or(Bound::Unbounded, Bound::Excluded))
}

/// A response with a page of `member` and, if there are more, the token of the next page.
pub(super) fn answer(member: &str, token_member: &str, (values, next): (Vec<Value>, Option<String>)) -> Value {
    let mut members = serde_json::Map::from_iter([(member.to_owned(), Value::Array(values))]);
    members.extend(next.map(|next| (token_member.to_owned(), Value::String(next))));
    Value::Object(members)
}
