//! The users of a pool: a table of all, and a card with all attributes of one.

use std::fmt::Write as _;

use anstyle::Style;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    card::Card,
    paint::{BAD, CHANGE, FAINT, GOOD, STRONG, paint},
    plain::plain,
    table::{Cell, table},
};
use crate::users::User;

/// Users of a pool.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UserTable<'a> {
    /// In Cognito's order.
    pub(crate) users: &'a [User],
    /// Whether there are more than these.
    pub(crate) more: bool,
}

/// One user.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct UserCard<'a> {
    #[serde(flatten)]
    pub(crate) user: &'a User,
    pub(crate) groups: &'a [String],
}

impl Card for UserTable<'_> {
    const EVENT: &'static str = "users";
    const WIDE: bool = true;

    fn text(&self) -> String {
        let cells = |user: &User| {
            let created = user.created.map(|time| time.strftime("%F").to_string()).unwrap_or_default();
            [
                Cell::plain(plain(user.name())),
                Cell::painted(colour(user), &user.status),
                Cell::painted(FAINT, created),
                Cell::painted(BAD, if user.enabled { "" } else { "disabled" }),
            ]
        };
        let rows: Vec<_> = self.users.iter().map(cells).collect();
        let mut text = table(["USER", "STATUS", "CREATED", "ENABLED"], &rows).concat();
        if !text.is_empty() {
            text.push('\n');
        }
        text + &paint(STRONG, self.count()) + "\n"
    }
}

impl UserTable<'_> {
    fn count(&self) -> String {
        let count = match self.users.len() {
            1 => "1 user".to_owned(),
            count => format!("{count} users"),
        };
        if self.more { format!("{count}, and more exist") } else { count }
    }
}

impl Card for UserCard<'_> {
    const EVENT: &'static str = "user";

    fn text(&self) -> String {
        let Self { user, groups } = self;
        let rows = [
            ("username", plain(&user.username)),
            ("status", paint(colour(user), &user.status)),
            ("enabled", if user.enabled { "yes".to_owned() } else { paint(BAD, "no") }),
            ("created", moment(user.created)),
            ("modified", moment(user.modified)),
            ("groups", listed(groups)),
            ("mfa", listed(&user.mfa)),
        ];
        let mut text = String::new();
        for (name, value) in &rows {
            let _ = writeln!(text, "{}  {value}", paint(STRONG, format_args!("{name:<8}")));
        }
        if !user.attributes.is_empty() {
            text.push('\n');
        }
        let widest = user.attributes.keys().map(|name| name.chars().count()).max().unwrap_or(0);
        for (name, value) in &user.attributes {
            let _ = writeln!(text, "{name:<widest$}  {}", plain(value));
        }
        text
    }
}

fn colour(user: &User) -> Style {
    if user.status == "CONFIRMED" { GOOD } else { CHANGE }
}

fn moment(time: Option<Timestamp>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { plain(&names.join(", ")) }
}
