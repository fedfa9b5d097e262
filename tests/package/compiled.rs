//! Compiled files that cannot be loaded on the function's platform, with the complete messages.

use insta::assert_snapshot;
use stackctl::package::{Platform, package};

use super::elf::{ARM64, X86_64, library, linked, of_musl};
use super::{folder, write};

/// The messages about a package with these files.
fn said(runtime: &str, architecture: &str, files: &[(&str, &[u8])]) -> String {
    let source = folder(&[]);
    for (name, content) in files {
        write(source.path(), name, content);
    }
    let unfit = package(source.path()).unwrap().unfit(&Platform::new(runtime, architecture), "lambdas/test");
    let texts = unfit.into_iter().map(|unfit| {
        let kind = if unfit.fatal { "error" } else { "warning" };
        let details: Vec<_> = unfit.details.iter().map(|detail| format!("\n  {detail}")).collect();
        let hints: Vec<_> = unfit.hints.iter().map(|hint| format!("\nhint: {hint}")).collect();
        format!("{kind}: {}{}{}\n", unfit.message, details.concat(), hints.concat())
    });
    texts.collect()
}

/// Whether there is a message about one file in a function with Python 3.13 on `x86_64`.
fn is_told(name: &str, content: &[u8]) -> bool {
    !said("python3.13", "x86_64", &[(name, content)]).is_empty()
}

const MAC: &[u8] = b"\xcf\xfa\xed\xfe\x0c\0\0\x01\0\0\0\0\x06\0\0\0";
const WINDOWS: &[u8] = b"MZ\x90\0\x03\0\0\0";

#[test]
fn a_module_for_another_python_is_reported_with_an_install_command() {
    let name = "native/_core.cpython-311-x86_64-linux-gnu.so";
    assert_snapshot!(said("python3.13", "arm64", &[(name, &library(X86_64))]), @"
    warning: 1 compiled file cannot be loaded, because the function runs Python 3.13 on Linux arm64
      native/_core.cpython-311-x86_64-linux-gnu.so: for Python 3.11 on Linux x86_64
    hint: install for Lambda: `pip install --platform manylinux_2_28_aarch64 --platform manylinux2014_aarch64 --python-version 3.13 --only-binary=:all: --upgrade --target lambdas/test -r requirements.txt`
    hint: or name in `.lambdaignore` what the function does not use
    ");
    assert_snapshot!(said("python3.11", "arm64", &[(name, &library(X86_64))]), @"
    warning: 1 compiled file cannot be loaded, because the function runs Python 3.11 on Linux arm64
      native/_core.cpython-311-x86_64-linux-gnu.so: for Python 3.11 on Linux x86_64
    hint: install for Lambda: `pip install --platform manylinux2014_aarch64 --python-version 3.11 --only-binary=:all: --upgrade --target lambdas/test -r requirements.txt`
    hint: or name in `.lambdaignore` what the function does not use
    ");
}

#[test]
fn the_python_version_and_system_are_read_from_module_names() {
    for name in [
        "_core.cpython-311-x86_64-linux-gnu.so",
        "_core.cpython-313-aarch64-linux-gnu.so",
        "_core.cpython-313-x86_64-linux-musl.so",
        "_core.cpython-313t-x86_64-linux-gnu.so",
        "_core.cpython-313-darwin.so",
        "_core.pypy310-pp73-x86_64-linux-gnu.so",
        "_core.cp313-win_amd64.pyd",
        "_core.pyd",
        "libcore.dylib",
    ] {
        assert!(is_told(name, b"no header"), "{name}");
    }
    for name in [
        "_core.cpython-313-x86_64-linux-gnu.so",
        "_core.abi3.so",
        "_core.so",
        "cpython-311-x86_64-linux-gnu.txt",
        "cp311.py",
    ] {
        assert!(!is_told(name, b"no header"), "{name}");
    }
}

#[test]
fn headers_take_precedence_over_names() {
    for (name, content) in [
        ("_core.abi3.so", library(ARM64)),
        ("libcore.so.1.2.3", library(ARM64)),
        ("bin/convert", library(ARM64)),
        ("_core.abi3.so", MAC.to_vec()),
        ("bin/convert", MAC.to_vec()),
        ("addon.node", WINDOWS.to_vec()),
        ("bin/convert", of_musl(X86_64)),
        ("_core.so", linked(X86_64, "GLIBC_2.38")),
    ] {
        assert!(is_told(name, &content), "{name}");
    }
    let object = {
        let mut object = library(ARM64);
        object[16] = 1;
        object
    };
    for (name, content) in [
        ("_core.so", library(X86_64)),
        ("_core.so", linked(X86_64, "GLIBC_2.34")),
        ("core.o", object),
        ("setuptools/cli-64.exe", WINDOWS.to_vec()),
        ("Main.class", b"\xca\xfe\xba\xbe\0\0\0\x41".to_vec()),
        ("broken.so", b"\x7fELF".to_vec()),
        ("empty.so", Vec::new()),
    ] {
        assert!(!is_told(name, &content), "{name}");
    }
}

#[test]
fn wheel_tags_name_the_distributions_to_reinstall() {
    let wheel = b"Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_17_x86_64\nTag: cp311-cp311-manylinux2014_x86_64\n";
    assert_snapshot!(said("python3.13", "x86_64", &[("numpy-2.1.0.dist-info/WHEEL", wheel)]), @"
    warning: 1 Python distribution cannot be loaded, because the function runs Python 3.13 on Linux x86_64
      numpy-2.1.0.dist-info/WHEEL: for Python 3.11 on Linux x86_64
    hint: install for Lambda: `pip install --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64 --python-version 3.13 --only-binary=:all: --upgrade --target lambdas/test numpy==2.1.0`
    hint: or name in `.lambdaignore` what the function does not use
    ");
    let files: Vec<_> = (0..7).map(|number| format!("numpy/_{number}.cpython-311-x86_64-linux-gnu.so")).collect();
    let mut files: Vec<(&str, &[u8])> = files.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    files.push(("numpy-2.1.0.dist-info/WHEEL", wheel));
    assert_snapshot!(said("python3.13", "x86_64", &files), @"
    warning: 7 compiled files cannot be loaded, because the function runs Python 3.13 on Linux x86_64
      numpy/_0.cpython-311-x86_64-linux-gnu.so: for Python 3.11 on Linux x86_64
      numpy/_1.cpython-311-x86_64-linux-gnu.so: for Python 3.11 on Linux x86_64
      numpy/_2.cpython-311-x86_64-linux-gnu.so: for Python 3.11 on Linux x86_64
      numpy/_3.cpython-311-x86_64-linux-gnu.so: for Python 3.11 on Linux x86_64
      numpy/_4.cpython-311-x86_64-linux-gnu.so: for Python 3.11 on Linux x86_64
      and 2 more
    hint: install for Lambda: `pip install --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64 --python-version 3.13 --only-binary=:all: --upgrade --target lambdas/test numpy==2.1.0`
    hint: or name in `.lambdaignore` what the function does not use
    ");
}

#[test]
fn for_a_newer_glibc_the_hint_allows_an_older_version() {
    let files: &[(&str, &[u8])] = &[
        ("cryptography/_rust.abi3.so", &linked(X86_64, "GLIBC_2.34")),
        ("cryptography-50.0.2.dist-info/WHEEL", b"Tag: cp311-abi3-manylinux_2_34_x86_64\n"),
    ];
    assert_snapshot!(said("python3.11", "x86_64", files), @"
    warning: 1 compiled file cannot be loaded, because the function runs Python 3.11 on Linux x86_64
      cryptography/_rust.abi3.so: for Linux x86_64 with glibc 2.34 (the function has 2.26)
    hint: install for Lambda: `pip install --platform manylinux2014_x86_64 --python-version 3.11 --only-binary=:all: --upgrade --target lambdas/test cryptography`
    hint: or name in `.lambdaignore` what the function does not use
    ");
    assert_eq!(said("python3.12", "x86_64", files), "");
}

#[test]
fn a_wheel_fits_if_any_of_its_tags_fits() {
    let told = |tag: &str| is_told("x-1.dist-info/WHEEL", format!("Tag: {tag}\n").as_bytes());
    for tag in [
        "py3-none-any",
        "py2.py3-none-any",
        "py312-none-any",
        "cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "cp313-cp313-linux_x86_64",
        "cp312-cp312-linux_x86_64\nTag: cp313-cp313-linux_x86_64",
        "py3-none-manylinux_2_34_x86_64",
        "unreadable",
    ] {
        assert!(!told(tag), "{tag}");
    }
    for tag in [
        "py2-none-any",
        "py314-none-any",
        "cp314-abi3-manylinux2014_x86_64",
        "cp313-cp313t-manylinux2014_x86_64",
        "cp313-cp313-macosx_11_0_arm64",
        "cp313-cp313-win_amd64",
        "cp313-cp313-musllinux_1_2_x86_64",
        "pp310-pypy310_pp73-manylinux2014_x86_64",
        "py3-none-manylinux_2_39_x86_64",
        "py3-none-manylinux2014_aarch64",
    ] {
        assert!(told(tag), "{tag}");
    }
    let tag = b"Tag: cp311-cp311-macosx_11_0_arm64\n";
    assert_eq!(said("nodejs22.x", "x86_64", &[("x-1.dist-info/WHEEL", tag)]), "", "Node.js loads no wheels");
}

#[test]
fn one_build_that_fits_is_enough() {
    let (arm, intel) = (library(ARM64), library(X86_64));
    let node: &[(&str, &[u8])] = &[
        ("node_modules/@img/sharp-darwin-arm64/lib/sharp-darwin-arm64.node", MAC),
        ("node_modules/@img/sharp-linux-arm64/lib/sharp-linux-arm64.node", &arm),
        ("node_modules/@img/sharp-linux-x64/lib/sharp-linux-x64.node", &intel),
        ("node_modules/bcrypt/prebuilds/darwin-arm64/bcrypt.node", MAC),
        ("node_modules/bcrypt/prebuilds/linux-x64/bcrypt.glibc.node", &intel),
        ("node_modules/bcrypt/prebuilds/win32-x64/bcrypt.node", WINDOWS),
        ("node_modules/.prisma/client/libquery_engine-darwin-arm64.dylib.node", MAC),
        ("node_modules/.prisma/client/libquery_engine-rhel-openssl-3.0.x.so.node", &intel),
    ];
    assert_eq!(said("nodejs22.x", "x86_64", node), "");
    assert_snapshot!(said("nodejs22.x", "arm64", node), @"
    warning: 5 compiled files cannot be loaded, because the function runs on Linux arm64
      node_modules/.prisma/client/libquery_engine-darwin-arm64.dylib.node: for macOS arm64
      node_modules/.prisma/client/libquery_engine-rhel-openssl-3.0.x.so.node: for Linux x86_64
      node_modules/bcrypt/prebuilds/darwin-arm64/bcrypt.node: for macOS arm64
      node_modules/bcrypt/prebuilds/linux-x64/bcrypt.glibc.node: for Linux x86_64
      node_modules/bcrypt/prebuilds/win32-x64/bcrypt.node: for Windows
    hint: install for Lambda: `npm install --prefix lambdas/test --os=linux --cpu=arm64 --libc=glibc`; what npm compiles needs `npm rebuild` on such a machine
    hint: or name in `.lambdaignore` what the function does not use
    ");
}

#[test]
fn a_bootstrap_that_cannot_run_is_an_error() {
    assert_snapshot!(said("provided.al2023", "arm64", &[("bootstrap", MAC)]), @"
    error: `bootstrap` is for macOS arm64, and the function runs on Linux arm64
    hint: build it for that: `cargo lambda build --release --arm64`, or `GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build -o bootstrap`
    ");
    assert_snapshot!(said("provided.al2023", "arm64", &[("bootstrap", &library(X86_64))]), @"
    error: `bootstrap` is for Linux x86_64, and the function runs on Linux arm64
    hint: build it for that: `cargo lambda build --release --arm64`, or `GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build -o bootstrap`
    ");
    let bootstrap = linked(X86_64, "GLIBC_2.32");
    assert_snapshot!(said("provided.al2", "x86_64", &[("bootstrap", &bootstrap)]), @"
    error: `bootstrap` is for Linux x86_64 with glibc 2.32 (the function has 2.26), and the function runs on Linux x86_64
    hint: build it on a system that is as old, such as the image `public.ecr.aws/lambda/provided`, or link it statically
    ");
    assert_eq!(said("provided.al2023", "x86_64", &[("bootstrap", &bootstrap)]), "");
    assert_eq!(said("provided.al2023", "x86_64", &[("bootstrap", b"#!/bin/sh\n")]), "");
}

#[test]
fn another_program_that_cannot_run_is_a_warning() {
    assert_snapshot!(said("provided.al2023", "x86_64", &[("bin/tool", &of_musl(X86_64)), ("bootstrap", b"#!/bin/sh")]), @"
    warning: 1 compiled file cannot be loaded, because the function runs on Linux x86_64
      bin/tool: for Linux x86_64 with musl (the function has glibc)
    hint: put a build for Linux x86_64 with glibc in its place
    hint: or name in `.lambdaignore` what the function does not use
    ");
}
