//! Environment variables: empty ones, wrong ones, and those of the libraries beneath.

use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};

/// The first lines of what is said about a run that fails.
fn said(sandbox: &Sandbox, line: &str) -> String {
    let ran = sandbox.run(line);
    assert_ne!(ran.code, 0, "{line}");
    assert_ne!(ran.code, 101, "{line}: {}", ran.err);
    ran.err.split("\n\nFor more").next().unwrap().trim_end().to_owned()
}

#[test]
fn an_empty_variable_is_as_good_as_none() {
    let aws = Served::new(Settings::default());
    let names = [
        "STACKCTL_CONFIG",
        "STACKCTL_STAGE",
        "STACKCTL_REGION",
        "STACKCTL_COLOR",
        "STACKCTL_PARALLEL",
        "STACKCTL_LOCK_TIMEOUT",
        "STACKCTL_PASSWORD",
        "STACKCTL_TOKEN",
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_REGION",
        "HTTPS_PROXY",
        "NO_COLOR",
        "USER",
    ];
    let sandbox = names.iter().fold(aws.sandbox(), |sandbox, name| sandbox.with(name, ""));
    for line in ["validate", "up --yes --quiet", "outputs", "down --yes --quiet"] {
        let ran = sandbox.run(line);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{line}");
    }
    let sandbox = Sandbox::new().with("AWS_ENDPOINT_URL", "").with("AWS_PROFILE", "");
    insta::assert_snapshot!(said(&sandbox, "plan"), @"
    error: AWS cannot be used
      sts:GetCallerIdentity: there are no AWS credentials
    hint: sign in (`aws configure`, `aws sso login`), choose `--profile`, or try without an account: `--local`
    ");
}

#[test]
fn a_wrong_value_is_told_with_the_name_of_its_variable() {
    let said = |name: &str, value: &str| said(&Sandbox::new().with(name, value), "validate");
    insta::assert_snapshot!(said("STACKCTL_COLOR", "blue"), @"
    error: invalid value 'blue' for the variable STACKCTL_COLOR
      [possible values: auto, always, never]
    ");
    insta::assert_snapshot!(said("STACKCTL_PARALLEL", "0"), @"error: invalid value '0' for the variable STACKCTL_PARALLEL: allowed are whole numbers from 1 to 100");
    insta::assert_snapshot!(said("STACKCTL_LOCK_TIMEOUT", "5"), @"error: invalid value '5' for the variable STACKCTL_LOCK_TIMEOUT: a duration is a whole number with its unit, such as 30s, 5m or 1h");
    insta::assert_snapshot!(said("STACKCTL_STAGE", "my stage"), @"
    error: STACKCTL_STAGE: `my stage` is not a stage name
      a stage has 1 to 128 letters, digits, hyphens and underscores
    ");
    insta::assert_snapshot!(said("STACKCTL_REGION", "nowhere"), @"
    error: STACKCTL_REGION: `nowhere` is not a Region
      a Region is written like `us-west-2`
    ");
    let sandbox = Sandbox::new().with("STACKCTL_COLOR", "blue");
    let flag = self::said(&sandbox, "validate --color red");
    assert!(flag.starts_with("error: invalid value 'red' for '--color <WHEN>'"), "{flag}");
}

#[test]
fn numbers_are_told_what_is_allowed() {
    let said = |line: &str| said(&Sandbox::new(), line);
    insta::assert_snapshot!(said("plan --parallel x"), @"error: invalid value 'x' for '--parallel <N>': allowed are whole numbers from 1 to 100");
    insta::assert_snapshot!(said("rollback abc"), @"error: invalid value 'abc' for '[RELEASE]': a release has a whole number, which `stackctl history` shows");
    insta::assert_snapshot!(said("down --delete-users all"), @"error: invalid value 'all' for '--delete-users <N>': it is the exact number of users, which `stackctl down` shows");
    insta::assert_snapshot!(said("user list --limit 0"), @"error: invalid value '0' for '--limit <N>': allowed are whole numbers of at least 1");
}

#[test]
fn no_variable_of_a_library_makes_it_panic() {
    let libraries = [
        ("TOKIO_WORKER_THREADS", "0"),
        ("TOKIO_WORKER_THREADS", "many"),
        ("COLUMNS", "0"),
        ("COLUMNS", "-1"),
        ("TERM", ""),
        ("TZ", "Mars/Olympus"),
        ("RUST_LOG", "]["),
        ("RUST_BACKTRACE", "full"),
        ("AWS_MAX_ATTEMPTS", "none"),
        ("AWS_RETRY_MODE", "never"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_USE_FIPS_ENDPOINT", "perhaps"),
        ("HTTPS_PROXY", "::"),
        ("NO_PROXY", ",,"),
    ];
    for (name, value) in libraries {
        let aws = Served::new(Settings::default());
        let sandbox = aws.sandbox().with(name, value);
        for line in ["validate", "plan", "--help"] {
            let ran = sandbox.run(line);
            assert!([0, 1].contains(&ran.code), "{name}={value}: {line}: {} {}", ran.code, ran.err);
        }
    }
}
