//! Compares AWS's service models from botocore with the limits of config.json and the validation of the local emulator,
//! and with the pruned copies that the emulator embeds.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;
use stackctl_local::{Emulator, Settings};
use tokio::net::TcpListener;

use super::emulator::programs;
use crate::harness::process::{Process, Ran};

/// The page with the table.
const PAGE: &str = "docs/aws-constraints.md";

/// The file with moto's copy of AWS's managed policies.
const POLICIES: &str = "data/aws-managed-policies.txt";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a script of this folder with the botocore models that `tests/conformance/run` installed separately.
fn python(script: &str, argument: &str, input: &str) -> Ran {
    let models: PathBuf = programs().join("../../models");
    let mut command = Command::new(programs().join("python"));
    command.arg(root().join("tests/conformance").join(script)).arg(argument).env("PYTHONPATH", models);
    command.env_remove("AWS_PROFILE").env("AWS_CONFIG_FILE", "/dev/null");
    Process::run_with(&mut command, input)
}

/// Compares what a judge generated with the committed text, after writing it if `UPDATE_<JUDGE>` is set.
pub(super) fn is_committed(judge: &str, name: &str, generated: &str) {
    let path = root().join(name);
    let update = format!("UPDATE_{}", judge.to_uppercase());
    if std::env::var_os(&update).is_some() {
        std::fs::write(&path, generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "{name} is stale: {update}=1 tests/conformance/run {judge}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the models that tests/conformance/run installs"]
async fn every_difference_from_aws_models_has_a_reason() {
    let cloud = Emulator::new(Settings::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(stackctl_local::serve(cloud.clone(), listener, std::future::pending()));
    let ours = json!({ "limits": stackctl::config::limits(), "schema": stackctl::config::schema() }).to_string();
    let ran = tokio::task::spawn_blocking(move || python("constraints.py", &url, &ours)).await.unwrap();
    cloud.stop();
    serving.await.unwrap().unwrap();
    std::io::stderr().write_all(ran.err.as_bytes()).unwrap();
    assert_eq!(ran.code, 0, "the differences are printed above");
    is_committed("constraints", PAGE, &ran.out);
}

#[test]
#[ignore = "needs the models that tests/conformance/run installs"]
fn the_models_of_the_emulator_are_those_of_botocore() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(root().join("local/models/imitated.txt"), folder.path().join("imitated.txt")).unwrap();
    let ran = python("service_models.py", folder.path().to_str().unwrap(), "");
    assert_eq!(ran.code, 0, "{}", ran.err);
    for service in ["apigateway", "cognito-idp", "iam", "lambda", "logs", "s3", "sts"] {
        let name = format!("{service}.json");
        let generated = std::fs::read_to_string(folder.path().join(&name)).unwrap();
        is_committed("constraints", &format!("local/models/{name}"), &generated);
    }
}

#[test]
#[ignore = "needs the moto that tests/conformance/run installs"]
fn the_managed_policies_are_those_of_moto() {
    let ran = python("managed_policies.py", "", "");
    assert_eq!(ran.code, 0, "{}", ran.err);
    is_committed("constraints", POLICIES, &ran.out);
}
