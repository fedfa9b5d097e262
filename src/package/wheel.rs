//! The file `WHEEL` of an installed Python distribution: its Python versions and platforms.

use super::needs::{Needs, Python, joined_version};

/// The name and version of the distribution with this `WHEEL` file, as a pip requirement: `numpy==2.1.0`.
pub(super) fn distribution(name: &str) -> Option<String> {
    let folder = name.strip_suffix(".dist-info/WHEEL")?;
    let (name, version) = folder.rsplit('/').next()?.split_once('-')?;
    Some(format!("{name}=={version}"))
}

/// Parses the tags, such as `cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64`. The distribution can be used if
/// any of them matches.
pub(super) fn tags(text: &str) -> Vec<Needs> {
    text.lines().filter_map(|line| line.strip_prefix("Tag:")).flat_map(|tag| alternatives(tag.trim())).collect()
}

fn alternatives(tag: &str) -> Vec<Needs> {
    let [pythons, abis, platforms] = tag.split('-').collect::<Vec<_>>()[..] else { return Vec::new() };
    let each = |python: &str, platform: &str| {
        let python = abis.split('.').find_map(|abi| python_of(python, abi));
        let platform = if platform == "any" { Needs::default() } else { Needs::of_platform(platform) };
        Needs { python, ..platform }
    };
    pythons.split('.').flat_map(|python| platforms.split('.').map(move |platform| each(python, platform))).collect()
}

fn python_of(tag: &str, abi: &str) -> Option<Python> {
    let digits = tag.find(|letter: char| letter.is_ascii_digit())?;
    let version = joined_version(&tag[digits..])?;
    Some(match &tag[..digits] {
        "cp" if abi == "abi3" => Python::Since(version),
        "cp" if abi.ends_with('t') => Python::Other(format!("free-threaded Python {}.{}", version.0, version.1)),
        "cp" => Python::Exactly(version),
        "py" if version.0 >= 3 => Python::Since(version),
        "py" => Python::Other(format!("Python {}", version.0)),
        "pp" => Python::Other("PyPy".to_owned()),
        _ => Python::Other(tag.to_owned()),
    })
}
