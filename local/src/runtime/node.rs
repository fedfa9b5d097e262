//! The options with which Lambda starts Node.js.

use std::ffi::OsString;

use super::interpreter::Program;

/// Lambda sizes the heap by the function's memory, and switches off what Node.js calls experimental, as far as the local
/// version knows it. A function switches it on again in its `NODE_OPTIONS`, here `by_function`.
pub(super) fn options(program: &Program, runtime: &str, memory_size: u32, by_function: &str) -> Vec<OsString> {
    let mut options = Vec::new();
    let sized = ["max-old-space-size", "max_old_space_size", "max-semi-space-size", "max_semi_space_size"];
    if !sized.iter().any(|option| by_function.contains(option)) {
        let new_space = memory_size / 10;
        options.push(format!("--max-semi-space-size={}", new_space / 2));
        options.push(format!("--max-old-space-size={}", memory_size - new_space));
    }
    let runtime = runtime.strip_prefix("nodejs").and_then(|version| version.split('.').next()?.parse().ok());
    let runtime: u32 = runtime.unwrap_or(22);
    let mut numbers = program.version.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    let local = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    for (feature, known) in [
        ("experimental-detect-module", local >= (21, 1) || (local.0 == 20 && local.1 >= 10)),
        ("experimental-require-module", local >= (22, 0) || (local.0 == 20 && local.1 >= 17)),
    ] {
        if known && !by_function.contains(feature) {
            options.push(if runtime >= 24 { format!("--{feature}") } else { format!("--no-{feature}") });
        }
    }
    options.into_iter().map(OsString::from).collect()
}

#[cfg(test)]
mod tests {
    use super::options;
    use crate::runtime::interpreter::Program;

    #[test]
    fn experimental_features_follow_the_runtime_as_far_as_the_local_version_knows_them() {
        let detect = "--experimental-detect-module --max-old-space-size=9";
        let heap = ["--max-semi-space-size=6", "--max-old-space-size=116"];
        let off = ["--no-experimental-detect-module", "--no-experimental-require-module"];
        let on = ["--experimental-detect-module", "--experimental-require-module"];
        for (local, runtime, variables, wanted) in [
            ("20.9.0", "nodejs22.x", "", heap.to_vec()),
            ("20.20.2", "nodejs22.x", "", [heap, off].concat()),
            ("22.12.0", "nodejs24.x", "", [heap, on].concat()),
            ("24.1.0", "nodejs22.x", detect, vec![off[1]]),
        ] {
            let found = options(&Program::of_version(local), runtime, 128, variables);
            assert_eq!(found, wanted, "{local} {runtime}");
        }
    }
}
