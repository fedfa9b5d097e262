//! Rules for patterns of origins, such as `https://*.preview.example.com`.

use crate::config::problem::Problem;
use crate::config::tree::JsonNode;

use super::made_of;

/// Domains whose subdomains belong to different customers.
const SHARED: [&str; 16] = [
    "amplifyapp.com",
    "azurestaticapps.net",
    "cloudfront.net",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "ngrok-free.app",
    "ngrok.app",
    "onrender.com",
    "pages.dev",
    "vercel.app",
    "web.app",
    "workers.dev",
];

/// Checks a pattern: one `*` in the first label of a host below a domain, with `http` or `https`.
pub(super) fn problem(node: &JsonNode, pattern: &str) -> Option<Problem> {
    let host = pattern.strip_prefix("https://").or_else(|| pattern.strip_prefix("http://"));
    let Some((label, domain)) = host.and_then(|host| host.split_once('.')).filter(|parts| is_pattern(*parts)) else {
        return Some(
            node.error(format!("`{pattern}` is not a pattern of origins"))
                .detail("`*` may appear once, in the first label of a host below a domain")
                .hint("write it like `https://*.preview.example.com` or `https://my-app-*.vercel.app`"),
        );
    };
    (label == "*" && SHARED.contains(&domain)).then(|| {
        node.error(format!("`{pattern}` allows the sites of all customers of {domain}"))
            .hint(format!("name your part of it, such as `https://my-app-*.{domain}`"))
            .warning()
    })
}

fn is_pattern((label, domain): (&str, &str)) -> bool {
    let (name, port) = domain.split_once(':').map_or((domain, "1"), |(name, port)| (name, port));
    let beneath = name == "localhost" || name.split('.').count() > 1;
    let labels = label.split('*').chain(name.split('.'));
    label.matches('*').count() == 1
        && beneath
        && name.split('.').all(|label| !label.is_empty())
        && labels.filter(|label| !label.is_empty()).all(is_label)
        && made_of(port, |c| c.is_ascii_digit())
}

fn is_label(text: &str) -> bool {
    made_of(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
}
