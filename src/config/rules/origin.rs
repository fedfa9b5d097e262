//! Rules for origins. API Gateway compares the `Origin` header character by character.

use crate::config::problem::Problem;
use crate::config::tree::JsonNode;

use super::made_of;

/// Checks an origin: a scheme, a host and an optional port. Apps and browser extensions have their own schemes, some
/// without a host.
pub(super) fn problem(node: &JsonNode, origin: &str) -> Option<Problem> {
    if origin == "null" {
        return Some(opaque(node));
    }
    let Some((scheme, host)) = origin.split_once("://") else {
        return Some(malformed(node, origin, "https", origin));
    };
    if !is_scheme(scheme) {
        return Some(malformed(node, origin, &scheme.to_lowercase(), host));
    }
    let web = matches!(scheme, "http" | "https");
    let well_formed = if web { is_host(host) } else { host.is_empty() || is_host(&host.to_ascii_lowercase()) };
    if !well_formed {
        return Some(malformed(node, origin, scheme, host));
    }
    let port = if scheme == "https" { ":443" } else { ":80" };
    let without = host.strip_suffix(port).filter(|_| web)?;
    let problem = node.error(format!("browsers leave `{port}` out of the origin `{origin}`"));
    Some(problem.hint(format!("did you mean `{scheme}://{without}`?")))
}

fn opaque(node: &JsonNode) -> Problem {
    node.error("every local file and every sandboxed frame has the origin `null`")
        .hint("name the origins of your own pages, unless any page may call the API")
        .warning()
}

fn malformed(node: &JsonNode, origin: &str, scheme: &str, rest: &str) -> Problem {
    let host = rest.split('/').next().unwrap_or_default().to_lowercase();
    let guess = (is_scheme(scheme) && is_host(&host)).then(|| format!("did you mean `{scheme}://{host}`?"));
    node.error(format!("`{origin}` is not an origin"))
        .detail(
            "an origin is a scheme, a host and perhaps a port, such as `https://example.com`, `http://localhost:3000` or \
             `capacitor://localhost`, or is `*`",
        )
        .maybe_hint(guess)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && made_of(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+.-".contains(c))
}

fn is_host(text: &str) -> bool {
    made_of(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_:[]".contains(c))
}
