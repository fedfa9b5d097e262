//! The URLs and ids of a stack, and what to do with them next.

use std::fmt::Write as _;

use serde::Serialize;

use super::paint::{FAINT, STRONG, paint};

/// What a person needs of a deployed stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OutputTable {
    /// Where the API answers.
    pub(crate) invoke_url: String,
    /// The user pool.
    pub(crate) user_pool_id: String,
    /// The app client.
    pub(crate) client_id: String,
    /// The Region.
    pub(crate) region: String,
    /// The routes.
    pub(crate) routes: Vec<OutputRow>,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OutputRow {
    /// `GET /test`.
    pub(crate) route: String,
    /// Its whole URL.
    pub(crate) url: String,
    /// Who may call.
    pub(crate) auth: Guard,
}

/// Who may call a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Guard {
    /// Everybody.
    Public,
    /// Whoever has an ID token.
    IdToken,
    /// Whoever has an access token with one of these scopes.
    Scopes(Vec<String>),
}

impl OutputTable {
    /// The single values by the names that `outputs KEY` takes.
    pub(crate) fn values(&self) -> [(&'static str, &str); 4] {
        [
            ("invoke_url", &self.invoke_url),
            ("user_pool_id", &self.user_pool_id),
            ("client_id", &self.client_id),
            ("region", &self.region),
        ]
    }

    /// A single value, or a route's URL.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.values().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        value.or_else(|| self.routes.iter().find(|row| row.route == name).map(|row| row.url.as_str()))
    }

    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        for (name, value) in self.values() {
            let _ = writeln!(text, "{}  {value}", paint(STRONG, format_args!("{name:<12}")));
        }
        text.push('\n');
        let widest = self.routes.iter().map(|row| row.route.chars().count()).max().unwrap_or(0);
        for row in &self.routes {
            let who = paint(FAINT, row.auth.describe());
            let _ = writeln!(text, "{:<widest$}  {}  {who}", row.route, row.url);
        }
        text
    }

    /// Commands to try: one for a public route and one for a protected route, when a plain GET can call them.
    pub(crate) fn next(&self) -> Vec<String> {
        let callable = |row: &&OutputRow| row.route.starts_with("GET ") && !row.route.contains('{');
        let public = self.routes.iter().filter(callable).find(|row| row.auth == Guard::Public);
        let protected = self.routes.iter().filter(callable).find(|row| row.auth != Guard::Public);
        let public = public.map(|row| format!("curl -i {}    # anybody may", row.url));
        let protected = protected.map(|row| format!("curl -i {}    # 401 without a token", row.url));
        public.into_iter().chain(protected).collect()
    }
}

impl Guard {
    fn describe(&self) -> String {
        match self {
            Self::Public => "public".into(),
            Self::IdToken => "ID token".into(),
            Self::Scopes(scopes) => format!("access token with {}", scopes.join(" or ")),
        }
    }
}
