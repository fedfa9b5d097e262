//! The example that `stackctl init` writes: the repository's own files, so that the two cannot differ.

use super::{
    problem::{Problem, Problems},
    rules,
};

/// What the example's config says and `init` replaces.
const SERVICE_NAME: &str = "\"myname1\"";
const REGION: &str = "\"us-west-2\"";

/// The name of the example's config.
const CONFIG: &str = "config.json";

/// The files of the example for a service and a Region, as paths relative to the folder and their texts.
///
/// # Errors
/// When the name or the Region is not valid.
pub fn example_files(name: &str, region: Option<&str>) -> Result<Vec<(&'static str, String)>, Problems> {
    let problems: Vec<Problem> = [
        rules::service_name(name, Problem::error("--name", "")),
        region.and_then(|region| rules::malformed_region(region, Problem::error("--region", ""))),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let quoted = |text: &str| format!("\"{text}\"");
    let config = include_str!("../../config.json").replace(SERVICE_NAME, &quoted(name));
    let config = region.map_or_else(|| config.clone(), |region| config.replace(REGION, &quoted(region)));
    Ok(vec![
        (CONFIG, config),
        ("schema/config.schema.json", include_str!("../../schema/config.schema.json").to_owned()),
        ("lambdas/test/test.py", include_str!("../../lambdas/test/test.py").to_owned()),
    ])
}

/// The paths that git is to ignore: the state names the resources of one account, `.stackctl/` is the emulator's data.
pub(crate) const IGNORED_BY_GIT: [&str; 3] = ["/state/", "/.stackctl/", "__pycache__/"];

/// A service name made of the name of a folder.
#[must_use]
pub(crate) fn service_name_of(folder: &str) -> String {
    let name: String =
        folder.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).trim_end_matches('-');
    if name.is_empty() { "my-api".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_and_the_region_are_replaced() {
        let files = example_files("notes", Some("eu-west-1")).unwrap();
        assert!(files[0].1.contains("\"serviceName\": \"notes\"") && files[0].1.contains("\"region\": \"eu-west-1\""));
    }

    #[test]
    fn a_folder_gives_a_service_name() {
        for (folder, name) in
            [("notes", "notes"), ("My Notes (2)", "my-notes--2"), ("2026_api", "api"), ("日本", "my-api")]
        {
            assert_eq!(service_name_of(folder), name);
            assert!(example_files(name, None).is_ok());
        }
    }

    #[test]
    fn a_wrong_name_and_a_wrong_region_are_both_reported() {
        let problems = example_files("my api", Some("europe")).unwrap_err().0;
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(texts.join("\n"), @r"
        error: --name: `my api` is not a service name
          a service name consists of letters, digits and hyphens, and starts with a letter
        error: --region: `europe` is not a Region
          a Region is written like `us-west-2`
        ");
    }
}
