//! The file itself: its encoding, and paths that are not a regular file.

use std::{path::Path, process::Command};

use insta::assert_snapshot;
use stackctl::config::load;

use super::harness::Folder;

/// The problems of these bytes as `config.json`.
fn of_bytes(bytes: &[u8]) -> String {
    let folder = Folder::with("");
    std::fs::write(folder.path(), bytes).unwrap();
    folder.problems()
}

/// The problems of another file.
fn of_path(path: &Path) -> String {
    load(path, &Folder::empty().selection).unwrap_err().to_string()
}

#[test]
fn a_byte_order_mark_is_ignored() {
    let folder = Folder::example();
    let text = format!("\u{feff}{}", folder.text());
    let folder = folder.write("config.json", &text);
    assert_eq!(folder.problems(), "");
    assert_snapshot!(of_bytes("\u{feff}{ \"x\" }".as_bytes()), @"error: config.json:1:7: not JSON: expected colon after the string or word in object property");
}

#[test]
fn a_file_that_is_not_text_is_reported() {
    let mut reported = Vec::new();
    let utf_16 = |unit: fn(u16) -> [u8; 2]| "{}".encode_utf16().flat_map(unit).collect::<Vec<_>>();
    reported.push(of_bytes(&utf_16(u16::to_le_bytes)));
    reported.push(of_bytes(&[&[0xFE, 0xFF], utf_16(u16::to_be_bytes).as_slice()].concat()));
    reported.push(of_bytes(b"{\n  \"deployment\": \"caf\xe9\" }"));
    reported.push(of_path(Path::new("/dev/zero")));
    let folder = Folder::empty();
    let pipe = folder.path().with_file_name("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    reported.push(folder.without_path(&of_path(&pipe)));
    let large = folder.path().with_file_name("large");
    std::fs::File::create(&large).unwrap().set_len(1 << 40).unwrap();
    reported.push(folder.without_path(&of_path(&large)));
    let folder = Folder::empty();
    let name = |text: &str| text.replace(&folder.path().parent().unwrap().display().to_string(), "FOLDER");
    reported.push(name(&of_path(folder.path().parent().unwrap())));
    reported.push(name(&of_path(&folder.path())));
    let folder = folder.write("file", "");
    reported.push(folder.without_path(&of_path(&folder.path().with_file_name("file/config.json"))));
    assert_snapshot!(reported.join("\n"), @r"
    error: config.json: the file is UTF-16, little-endian, not UTF-8
    hint: save it as UTF-8
    error: config.json: the file is UTF-16, big-endian, not UTF-8
    hint: save it as UTF-8
    error: config.json: the file is not UTF-8 text: byte 23 on line 2
    hint: save it as UTF-8
    error: /dev/zero: it is not a regular file
    hint: write the configuration to a file first
    error: pipe: it is not a regular file
    hint: write the configuration to a file first
    error: large: the file has more than 16 MB
    error: FOLDER: it is a folder, not a file
    hint: name the file in it, as `--config FOLDER/config.json`
    error: FOLDER/config.json: file not found
    hint: `stackctl init` creates an example project; pass `--config` for another file
    error: file/config.json: file not found
    hint: `stackctl init` creates an example project; pass `--config` for another file
    ");
}
