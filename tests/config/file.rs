//! The file itself: how it is encoded, and what is no file.

use std::{path::Path, process::Command};

use insta::assert_snapshot;
use stackctl::config::load;

use super::harness::Folder;

/// What is said of these bytes as `config.json`.
fn of_bytes(bytes: &[u8]) -> String {
    let folder = Folder::with("");
    std::fs::write(folder.path(), bytes).unwrap();
    folder.problems()
}

/// What is said of another file.
fn of_path(path: &Path) -> String {
    load(path, &Folder::empty().selection).unwrap_err().to_string()
}

#[test]
fn a_byte_order_mark_is_read_over() {
    let folder = Folder::example();
    let text = format!("\u{feff}{}", folder.text());
    let folder = folder.write("config.json", &text);
    assert_eq!(folder.problems(), "");
    assert_snapshot!(of_bytes("\u{feff}{ \"x\" }".as_bytes()), @"error: config.json:1:7: not JSON: expected colon after the string or word in object property");
}

#[test]
fn another_encoding_is_named() {
    let utf_16 = |unit: fn(u16) -> [u8; 2]| "{}".encode_utf16().flat_map(unit).collect::<Vec<_>>();
    assert_snapshot!(of_bytes(&utf_16(u16::to_le_bytes)), @"
    error: config.json: the file is UTF-16, little-endian, not UTF-8
    hint: save it as UTF-8
    ");
    assert_snapshot!(of_bytes(&[&[0xFE, 0xFF], utf_16(u16::to_be_bytes).as_slice()].concat()), @"
    error: config.json: the file is UTF-16, big-endian, not UTF-8
    hint: save it as UTF-8
    ");
    assert_snapshot!(of_bytes(b"{\n  \"deployment\": \"caf\xe9\" }"), @"
    error: config.json: the file is not UTF-8 text: byte 23 on line 2
    hint: save it as UTF-8
    ");
}

#[test]
fn what_may_have_no_end_is_not_read() {
    assert_snapshot!(of_path(Path::new("/dev/zero")), @"
    error: /dev/zero: it is not a regular file
    hint: write the configuration to a file first
    ");
    let folder = Folder::empty();
    let pipe = folder.path().with_file_name("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_snapshot!(folder.without_path(&of_path(&pipe)), @"
    error: pipe: it is not a regular file
    hint: write the configuration to a file first
    ");
    let large = folder.path().with_file_name("large");
    std::fs::File::create(&large).unwrap().set_len(1 << 40).unwrap();
    assert_snapshot!(folder.without_path(&of_path(&large)), @"error: large: the file has more than 16 MB");
}

#[test]
fn a_folder_and_a_missing_file_are_told_apart() {
    let folder = Folder::empty();
    let name = |text: &str| text.replace(&folder.path().parent().unwrap().display().to_string(), "FOLDER");
    assert_snapshot!(name(&of_path(folder.path().parent().unwrap())), @"
    error: FOLDER: it is a folder, not a file
    hint: name the file in it, as `--config FOLDER/config.json`
    ");
    assert_snapshot!(name(&of_path(&folder.path())), @"
    error: FOLDER/config.json: there is no such file
    hint: `stackctl init` writes an example into an empty folder; `--config` names another file
    ");
    let folder = folder.write("file", "");
    assert_snapshot!(folder.without_path(&of_path(&folder.path().with_file_name("file/config.json"))), @"
    error: file/config.json: there is no such file
    hint: `stackctl init` writes an example into an empty folder; `--config` names another file
    ");
}
