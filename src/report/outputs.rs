//! The URLs and ids of a stack, and what to do with them next.

use std::fmt::Write as _;

use super::paint::{FAINT, STRONG, paint};
use crate::stack::{Outputs, RouteUrl};

/// The single values by the names that `outputs KEY` takes; what does not exist yet is left out.
pub(crate) fn values(outputs: &Outputs) -> Vec<(&'static str, &str)> {
    let values = [
        ("invoke_url", outputs.invoke_url.as_deref()),
        ("rest_api_id", outputs.rest_api_id.as_deref()),
        ("user_pool_id", outputs.user_pool_id.as_deref()),
        ("client_id", outputs.client_id.as_deref()),
        ("region", Some(outputs.region.as_str())),
        ("account", Some(outputs.account.as_str())),
        ("endpoint", outputs.endpoint.as_deref()),
    ];
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

pub(super) fn render(outputs: &Outputs) -> String {
    let mut text = String::new();
    for (name, value) in values(outputs) {
        let _ = writeln!(text, "{}  {value}", paint(STRONG, format_args!("{name:<12}")));
    }
    if !outputs.routes.is_empty() {
        text.push('\n');
    }
    let widest = outputs.routes.iter().map(|row| row.route.chars().count()).max().unwrap_or(0);
    for row in &outputs.routes {
        let public = if row.public { paint(FAINT, "  public") } else { String::new() };
        let _ = writeln!(text, "{:<widest$}  {}{public}", row.route, row.url);
    }
    text
}

/// Commands to try, with these flags: one for a public route, and what gets a token and calls a protected one, where a
/// plain GET can call them.
pub(crate) fn next(outputs: &Outputs, flags: &str) -> Vec<String> {
    let callable = |row: &&RouteUrl| row.route.starts_with("GET ") && !row.route.contains('{');
    let first = |public: bool| outputs.routes.iter().filter(callable).find(|row| row.public == public);
    let public = first(true).map(|row| format!("curl -i {}    # anybody may", row.url));
    let asks = outputs.client_id.is_some() && outputs.routes.iter().any(|row| !row.public);
    let user = format!("stackctl user create mail@example.com{flags}    # makes a user and prints an ID token");
    let protected = first(false).map(|row| format!("stackctl call {} --as mail@example.com{flags}", row.route));
    public.into_iter().chain(asks.then_some(user)).chain(protected).collect()
}
