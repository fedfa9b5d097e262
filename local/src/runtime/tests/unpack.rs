//! Unpacking: the function gets the content of its zip, and nothing is written elsewhere.

use std::{
    fs,
    io::{Cursor, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{answered, test};
use crate::{
    runtime::unpack::unpack,
    testing::{function, lying_zip},
};

/// A zip entry: a file with its mode and text, or a symlink with its target.
enum Entry<'a> {
    File(&'a str, u32, &'a str),
    Link(&'a str, &'a str),
}

use Entry::{File, Link};

fn zip(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        match entry {
            File(name, mode, text) => {
                writer.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode)).unwrap();
                writer.write_all(text.as_bytes()).unwrap();
            }
            Link(name, target) => writer.add_symlink(*name, *target, SimpleFileOptions::default()).unwrap(),
        }
    }
    writer.finish().unwrap().into_inner()
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn executables_and_symlinks_are_preserved() {
    let test = test().await;
    let source = "
import os, subprocess
def handler(event, context):
    root = os.environ['LAMBDA_TASK_ROOT']
    tool = subprocess.run([os.path.join(root, 'tool')], capture_output=True, text=True)
    return [tool.stdout, os.readlink('tool')]
";
    let mut members = function("hello", &[]);
    let code =
        [File("main.py", 0o644, source), File("bin/tool", 0o755, "#!/bin/sh\necho found\n"), Link("tool", "bin/tool")];
    members["Code"] = json!({ "ZipFile": STANDARD.encode(zip(&code)) });
    test.call(Method::POST, "/2015-03-31/functions", &members).await.done();
    assert_eq!(answered(test.invoke("hello", &Value::Null).await), json!(["found\n", "bin/tool"]));
}

#[test]
fn files_get_the_permissions_of_a_user_who_does_not_own_them() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("code");
    let code = [File("plain", 0o644, ""), File("tool", 0o755, ""), File("mine", 0o700, ""), File("ours", 0o650, "")];
    unpack(&zip(&code), &target).unwrap();
    let modes = ["plain", "tool", "mine", "ours"].map(|name| format!("{:o}", mode(&target.join(name))));
    assert_eq!(modes, ["444", "555", "0", "50"]);
}

#[test]
fn nothing_is_written_outside_the_folder() {
    let outside = tempfile::tempdir().unwrap();
    let out = outside.path().to_str().unwrap();
    let inside = outside.path().join("victim");
    let victim = inside.to_str().unwrap();
    for (code, why) in [
        (&[Link("out", out), File("out/file", 0o644, "")][..], "`out` in its zip goes through what is no folder"),
        (&[Link("out", out), Link("out/link", "x")], "`out` in its zip goes through what is no folder"),
        (&[Link("a", "b"), Link("b", out), File("a/file", 0o644, "")], "`a` in its zip goes through what is no folder"),
        (
            &[File("plain", 0o644, ""), File("plain/file", 0o644, "")],
            "`plain` in its zip goes through what is no folder",
        ),
        (&[File("../file", 0o644, "")], "`../file` in its zip leads out of the folder"),
        (&[File("/file", 0o644, "")], "`/file` in its zip leads out of the folder"),
        (&[Link("out", victim), File("./out", 0o644, "")], "File exists (os error 17)"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(unpack(&zip(code), &folder.path().join("code")).unwrap_err().to_string(), why);
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0, "{why}");
        assert!(!folder.path().join("code").exists());
    }
}

#[test]
fn no_more_is_written_than_the_zip_declares() {
    let folder = tempfile::tempdir().unwrap();
    let zip = lying_zip(&vec![0; 1_000_000], 10);
    let refused = unpack(&zip, &folder.path().join("code")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`main.py` in its zip is damaged: File is larger than its declared uncompressed size"
    );
    assert!(fs::metadata(folder.path().join("code.half/main.py")).unwrap().len() <= 10);
}
