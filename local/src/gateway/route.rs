//! Which resource of a snapshot a path leads to.

use percent_encoding::percent_decode_str;

use crate::apigateway::SnapshotResource;

/// Finds the most specific resource: step by step a literal goes before `{name}`, and that before `{proxy+}`.
///
/// The values of the path's variables stay percent-encoded, as API Gateway passes them on.
pub(super) fn find<'a>(
    resources: &'a [SnapshotResource],
    path: &str,
) -> Option<(&'a SnapshotResource, Vec<(String, String)>)> {
    // API Gateway does not mind one slash at the end.
    let steps: Vec<_> = split(path.strip_suffix('/').unwrap_or(path));
    let matches = resources.iter().filter_map(|resource| {
        let (rank, variables) = fit(&split(&resource.path), &steps)?;
        Some((rank, resource, variables))
    });
    matches.min_by(|(left, ..), (right, ..)| left.cmp(right)).map(|(_, resource, variables)| (resource, variables))
}

fn split(path: &str) -> Vec<&str> {
    path.strip_prefix('/').unwrap_or(path).split('/').filter(|step| !step.is_empty()).collect()
}

/// How well a path fits, the smaller the better, and the values of the variables.
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
            variables.push((greedy.to_owned(), steps[at..].join("/")));
            return Some((rank, variables));
        }
        rank.push(1);
        variables.push((variable.to_owned(), (*step).to_owned()));
    }
    (pattern.len() == steps.len()).then_some((rank, variables))
}
