//! Routes a request to a resource and method of a snapshot.

use percent_encoding::percent_decode_str;

use crate::services::apigateway::{MethodSnapshot, SnapshotResource};

/// The methods that `ANY` includes.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// The matching resource and method.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) resource: &'a SnapshotResource,
    pub(super) method: &'a MethodSnapshot,
    /// The values of the path variables, percent-encoded as sent.
    pub(super) path_parameters: Vec<(String, String)>,
}

/// Finds the most specific resource that has the method, or `ANY`. For each path segment, a literal takes precedence
/// over `{name}`, and `{name}` over `{proxy+}`. A resource without the method is skipped: `OPTIONS /x` matches
/// `/{proxy+}` if `/x` has only POST.
pub(super) fn find<'a>(resources: &'a [SnapshotResource], (verb, path): (&str, &str)) -> Option<Found<'a>> {
    // API Gateway ignores one trailing slash.
    let steps: Vec<_> = split(path.strip_suffix('/').unwrap_or(path));
    let matches = resources.iter().filter_map(|resource| {
        let (rank, path_parameters) = fit(&split(&resource.path), &steps)?;
        let any = || resource.methods.get("ANY").filter(|_| METHODS.contains(&verb));
        let method = resource.methods.get(verb).or_else(any)?;
        Some((rank, Found { resource, method, path_parameters }))
    });
    matches.min_by(|(left, _), (right, _)| left.cmp(right)).map(|(_, found)| found)
}

/// The segments of a path. Doubled slashes make empty ones, which only `{proxy+}` matches.
fn split(path: &str) -> Vec<&str> {
    match path.strip_prefix('/').unwrap_or(path) {
        "" => Vec::new(),
        path => path.split('/').collect(),
    }
}

/// The rank of a match (lower is better) and the values of the variables.
type Fit = (Vec<u8>, Vec<(String, String)>);

fn fit(pattern: &[&str], steps: &[&str]) -> Option<Fit> {
    let (mut rank, mut variables) = (Vec::new(), Vec::new());
    for (at, part) in pattern.iter().enumerate() {
        let step = steps.get(at)?;
        let Some(variable) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
            if percent_decode_str(step).decode_utf8_lossy() != *part {
                return None;
            }
            rank.push(0);
            continue;
        };
        if let Some(greedy) = variable.strip_suffix('+') {
            rank.push(2);
            let rest = steps[at..].join("/");
            if rest.is_empty() {
                return None;
            }
            variables.push((greedy.to_owned(), rest));
            return Some((rank, variables));
        }
        if step.is_empty() {
            return None;
        }
        rank.push(1);
        variables.push((variable.to_owned(), (*step).to_owned()));
    }
    (pattern.len() == steps.len()).then_some((rank, variables))
}
