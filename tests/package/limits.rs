//! Lambda's limits at their real size, with files that are quick to create.

use std::fs::File;

use stackctl::package::package;

use super::folder;

/// The error message, without the folder's own path.
fn rejection(source: &tempfile::TempDir) -> String {
    package(source.path()).unwrap_err().to_string().replace(&source.path().display().to_string(), "lambdas/test")
}

#[test]
fn a_folder_over_250_megabytes_is_rejected_with_its_biggest_files_before_any_file_is_read() {
    let source = folder(&[("a.py", "x"), ("b.py", "xx"), ("c.py", "xxx"), ("d.py", "xxxx")]);
    // Sparse files use no disk space.
    File::create(source.path().join("model.bin")).unwrap().set_len(200 * 1024 * 1024).unwrap();
    File::create(source.path().join("words.bin")).unwrap().set_len(51 * 1024 * 1024 + 1).unwrap();
    assert_eq!(
        rejection(&source),
        "the package of `lambdas/test` has 251.1 MB unzipped, and Lambda takes 250.0 MB\n  \
         the biggest files are:\n  \
         200.0 MB model.bin\n  \
         51.1 MB words.bin\n  \
         0.1 MB d.py\n  \
         0.1 MB c.py\n  \
         0.1 MB b.py"
    );
}
