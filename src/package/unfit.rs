//! Findings about compiled files that cannot be loaded in the function's environment.

use std::collections::BTreeSet;

use super::compiled::Compiled;
use super::target::{Language, Platform, Version};

/// Why compiled files of a package cannot be loaded in the function's environment, and how to fix it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Whether every request fails. Other files that cannot be loaded may be unused.
    pub fatal: bool,
    pub message: String,
    /// The first of the affected files.
    pub details: Vec<String>,
    /// How to fix the problem.
    pub hints: Vec<String>,
}

/// The maximum number of files in a message.
const NAMED: usize = 5;
/// The maximum number of distributions in a command.
const INSTALLED: usize = 3;

/// Finds the files in the package of `source` that cannot be loaded on `target`. A file is skipped if another build of
/// it can be loaded.
pub(super) fn unfit(compiled: &[Compiled], target: &Platform, source: &str) -> Vec<Unfit> {
    let (fit, unfit): (Vec<&Compiled>, Vec<_>) = compiled.iter().partition(|compiled| compiled.fits(target));
    let served: BTreeSet<String> = fit.into_iter().map(Compiled::family).collect();
    let is_program = |compiled: &&Compiled| target.language == Language::Bootstrap && compiled.name == "bootstrap";
    let (program, files): (Vec<_>, Vec<_>) = unfit.into_iter().partition(is_program);
    let (wheels, mut files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.distribution.is_some());
    files.retain(|file| !served.contains(&file.family()));
    let wheels = if matches!(target.language, Language::Python(_)) { wheels } else { Vec::new() };
    let program = program.into_iter().map(|program| wrong_program(program, target));
    program.chain(wrong_files(&files, &wheels, target, source)).collect()
}

fn wrong_program(program: &Compiled, target: &Platform) -> Unfit {
    let arm = target.machine == "arm64";
    let hint = if program.fits_but_for_libc(target) {
        "build it on a system that is as old, such as the image `public.ecr.aws/lambda/provided`, or link it statically"
            .to_owned()
    } else {
        format!(
            "build it for that: `cargo lambda build --release{}`, or `GOOS=linux GOARCH={} CGO_ENABLED=0 go build -o bootstrap`",
            if arm { " --arm64" } else { "" },
            if arm { "arm64" } else { "amd64" },
        )
    };
    Unfit {
        fatal: true,
        message: format!("`bootstrap` is for {}, and the function runs {target}", program.described(target)),
        details: Vec::new(),
        hints: vec![hint],
    }
}

fn wrong_files(files: &[&Compiled], wheels: &[&Compiled], target: &Platform, source: &str) -> Option<Unfit> {
    let (shown, noun) = if files.is_empty() { (wheels, "Python distribution") } else { (files, "compiled file") };
    let line = |compiled: &&Compiled| format!("{}: for {}", compiled.name, compiled.described(target));
    let mut details: Vec<_> = shown.iter().take(NAMED).map(line).collect();
    if shown.len() > NAMED {
        details.push(format!("and {} more", shown.len() - NAMED));
    }
    let count = match shown.len() {
        0 => return None,
        1 => format!("1 {noun}"),
        more => format!("{more} {noun}s"),
    };
    Some(Unfit {
        fatal: false,
        message: format!("{count} cannot be loaded, because the function runs {target}"),
        details,
        hints: ways_out(shown, wheels, target, source),
    })
}

fn ways_out(shown: &[&Compiled], wheels: &[&Compiled], target: &Platform, source: &str) -> Vec<String> {
    let (of_node, others): (Vec<&Compiled>, Vec<_>) = shown.iter().partition(|compiled| compiled.is_of_node());
    let others = others.first().map(|_| match target.language {
        Language::Python(version) => pip(version, wheels, target, source),
        _ => format!("put a build for Linux {} with glibc in its place", target.machine),
    });
    let of_node = of_node.first().map(|_| npm(target, source));
    let unused = "or name in `.lambdaignore` what the function does not use".to_owned();
    others.into_iter().chain(of_node).chain([unused]).collect()
}

/// The pip command that installs for Lambda.
fn pip((major, minor): Version, wheels: &[&Compiled], target: &Platform, source: &str) -> String {
    let machine = if target.machine == "arm64" { "aarch64" } else { &target.machine };
    // Newer wheels only have this platform tag, and pip accepts only the listed platforms.
    let newer = if target.glibc >= (2, 28) { format!("--platform manylinux_2_28_{machine} ") } else { String::new() };
    let names: Vec<&str> = wheels.iter().filter_map(|wheel| to_install(wheel, target)).collect();
    let what = if (1..=INSTALLED).contains(&names.len()) { names.join(" ") } else { "-r requirements.txt".to_owned() };
    format!(
        "install for Lambda: `pip install {newer}--platform manylinux2014_{machine} --python-version {major}.{minor} \
         --only-binary=:all: --upgrade --target {source} {what}`"
    )
}

/// A distribution as a pip requirement, without the version if that requires a newer glibc: an older version may
/// support the function's glibc.
fn to_install<'a>(wheel: &'a Compiled, target: &Platform) -> Option<&'a str> {
    let whole = wheel.distribution.as_deref()?;
    if wheel.fits_but_for_libc(target) { whole.split("==").next() } else { Some(whole) }
}

fn npm(target: &Platform, source: &str) -> String {
    let cpu = if target.machine == "arm64" { "arm64" } else { "x64" };
    format!(
        "install for Lambda: `npm install --prefix {source} --os=linux --cpu={cpu} --libc=glibc`; what npm compiles needs \
         `npm rebuild` on such a machine"
    )
}
