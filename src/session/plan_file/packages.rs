//! The packages beside a plan file: one zip for each package, named by its source hash. `up FILE` uploads these bytes, so
//! it needs neither the functions' folders nor a build.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{document::PlanFile, write};
use crate::{
    failure::{Failure, Fault},
    filesystem,
    package::Package,
    stack::FunctionPackages,
};

/// The folder of a plan file's packages: `plan.json.packages` beside `plan.json`.
pub(super) fn folder(file: &Path) -> PathBuf {
    let mut path = OsString::from(file);
    path.push(".packages");
    path.into()
}

/// Writes the packages, and deletes those of an earlier plan.
///
/// # Errors
/// When the folder or a package cannot be written.
pub(super) fn keep(file: &Path, packages: &FunctionPackages) -> Result<(), Failure> {
    let folder = folder(file);
    let failed = |error: io::Error| Failure::io(format!("{} cannot be written", folder.display()), &error);
    filesystem::private_folder(&folder).map_err(failed)?;
    let names: BTreeSet<OsString> = packages.values().map(|package| zip(&package.source_hash).into()).collect();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let earlier = path.file_name().is_some_and(|name| !names.contains(name) && is_zip(&name.to_string_lossy()));
        if earlier {
            fs::remove_file(path).map_err(failed)?;
        }
    }
    let written: BTreeMap<&String, &Arc<Package>> =
        packages.values().map(|package| (&package.source_hash, package)).collect();
    for (hash, package) in written {
        write(&folder.join(zip(hash)), &package.bytes).map_err(failed)?;
    }
    Ok(())
}

/// Reads the packages that were kept.
///
/// # Errors
/// When a package is missing, or is not the one of the plan. The failure names each.
pub(super) fn read(path: &Path, file: &PlanFile) -> Result<FunctionPackages, Failure> {
    let folder = folder(path);
    let (mut read, mut packages, mut faults) = (BTreeMap::new(), FunctionPackages::new(), Vec::new());
    for (function, digests) in &file.packages {
        let zip = folder.join(zip(&digests.source_hash));
        let package = read.entry(&digests.source_hash).or_insert_with(|| {
            let bytes = filesystem::read(&zip).map_err(|error| Failure::io("", &error).errors.remove(0).details)?;
            let package = Package::of_zip(bytes, digests.source_hash.clone());
            let same = package.code_sha256 == digests.code_sha256;
            if same { Ok(Arc::new(package)) } else { Err(vec!["it is not the package of the plan".to_owned()]) }
        });
        match package {
            Ok(package) => {
                packages.insert(function.clone(), Arc::clone(package));
            }
            Err(details) => {
                let fault = Fault::new(format!("{}: the package of `{function}` cannot be used", zip.display()));
                faults.push(details.iter().fold(fault, Fault::detail));
            }
        }
    }
    if faults.is_empty() {
        return Ok(packages);
    }
    let hint = format!("keep `{}` with the plan file, as `plan --with-packages` wrote both", folder.display());
    Err(Failure { exit: crate::exit::Exit::Usage, errors: faults, hints: vec![hint.into()] })
}

fn zip(source_hash: &str) -> String {
    format!("{source_hash}.zip")
}

/// Whether a file has the name of a package.
fn is_zip(name: &str) -> bool {
    name.strip_suffix(".zip").is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|c| c.is_ascii_hexdigit()))
}
