//! Orders things that need each other.

use std::collections::{BTreeMap, BTreeSet};

/// Orders the nodes so that each comes after all it needs; needs outside the map do not count. Deterministic: among
/// those that could come next, the smallest comes first.
///
/// # Errors
/// When some need each other in a circle: these, and what needs them.
pub(crate) fn order<N: Ord + Clone>(needs: &BTreeMap<N, BTreeSet<N>>) -> Result<Vec<N>, Vec<N>> {
    let mut ordered = Vec::with_capacity(needs.len());
    let mut placed = BTreeSet::new();
    let mut left: BTreeSet<&N> = needs.keys().collect();
    while !left.is_empty() {
        let ready = |node: &&&N| needs[**node].iter().all(|need| placed.contains(need) || !needs.contains_key(need));
        let Some(next) = left.iter().find(ready).copied() else { return Err(left.into_iter().cloned().collect()) };
        left.remove(next);
        placed.insert(next);
        ordered.push(next.clone());
    }
    Ok(ordered)
}

/// Everything that `start` needs, directly or through others.
pub(crate) fn reachable<N: Ord + Clone>(start: &N, needs: &BTreeMap<N, BTreeSet<N>>) -> BTreeSet<N> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        for need in needs.get(node).into_iter().flatten() {
            if seen.insert(need.clone()) {
                open.push(need);
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&'static str, &[&'static str])]) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        edges.iter().map(|(node, needs)| (*node, needs.iter().copied().collect())).collect()
    }

    #[test]
    fn what_is_needed_comes_first_and_ties_go_by_name() {
        assert_eq!(order(&graph(&[("c", &[]), ("a", &["b"]), ("b", &[])])), Ok(vec!["b", "a", "c"]));
    }

    #[test]
    fn a_circle_is_named() {
        assert_eq!(order(&graph(&[("a", &["b"]), ("b", &["a"]), ("c", &[])])), Err(vec!["a", "b"]));
    }

    #[test]
    fn needs_reach_through_others() {
        assert_eq!(reachable(&"a", &graph(&[("a", &["b"]), ("b", &["c"]), ("d", &[])])), ["b", "c"].into());
    }
}
