//! Packaging: the same zip for the same files everywhere, and clear errors.

mod compiled;
mod elf;
mod left_out;
mod limits;
mod links;
mod rejections;
mod reproducible;

use std::io::{Cursor, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use stackctl::package::Package;
use zip::ZipArchive;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        write(folder.path(), name, content.as_bytes());
    }
    folder
}

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn chmod(folder: &Path, name: &str, mode: u32) {
    std::fs::set_permissions(folder.join(name), PermissionsExt::from_mode(mode)).unwrap();
}

/// The entries of the zip, with mode and content.
fn entries(package: &Package) -> Vec<(String, u32, String)> {
    let mut archive = ZipArchive::new(Cursor::new(&package.bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut content = String::new();
            file.read_to_string(&mut content).unwrap();
            (file.name().unwrap().into_owned(), file.unix_mode().unwrap(), content)
        })
        .collect()
}
