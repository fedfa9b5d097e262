//! The example that `stackctl init` writes: the repository's own files, so that the two cannot differ.

/// Gives the files of the example, as paths relative to the folder and their texts.
#[must_use]
pub fn example_files() -> &'static [(&'static str, &'static str)] {
    &[
        ("config.json", include_str!("../../config.json")),
        ("schema/config.schema.json", include_str!("../../schema/config.schema.json")),
        ("lambdas/test/test.py", include_str!("../../lambdas/test/test.py")),
        // The state names what exists in one person's account and `.stackctl/` is the local cloud's own data.
        (".gitignore", "/state/\n/.stackctl/\n__pycache__/\n"),
    ]
}
