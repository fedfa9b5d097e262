//! Errors of the connection to AWS: credentials, profiles, accounts, Regions, proxies and endpoints.

use stackctl_local::Settings;

use super::{emulator::ServedEmulator, sandbox::Sandbox};

/// Unknown credentials, and a proxy that does not respond, so that no request leaves this machine.
fn sandbox() -> Sandbox {
    Sandbox::new()
        .with("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE000000000")
        .with("AWS_SECRET_ACCESS_KEY", "an-example-of-a-secret-key")
        .with("HTTPS_PROXY", "http://ann:word@127.0.0.1:1/")
}

/// A transcript without the line that appears when retries take longer than two seconds.
fn transcript(sandbox: &Sandbox, line: &str) -> String {
    let text = sandbox.transcript(line);
    let lines = text.lines().filter(|line| !line.starts_with("waiting for a response from "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn another_account_is_rejected() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    sandbox.edit(r#""stage": "dev""#, r#""stage": "dev", "accountId": "123456789012""#);
    insta::assert_snapshot!(sandbox.transcript("plan"), @r"
    exit code 2
    error: these credentials are of account 000000000000, not of 123456789012
      `deployment.accountId` allows no other account
    hint: choose the right credentials with `--profile`
    ");
}

#[test]
fn missing_credentials_are_reported_with_hints() {
    insta::assert_snapshot!(Sandbox::new().transcript("plan"), @r"
    exit code 1
    error: AWS cannot be used
      sts:GetCallerIdentity: no AWS credentials found
    hint: sign in (`aws configure`, `aws sso login`), choose `--profile`, or try without an account: `--local`
    ");
}

#[test]
fn an_unknown_region_is_named_with_the_nearest_one() {
    let sandbox = sandbox();
    sandbox.edit("eu-west-1", "us-wset-2");
    insta::assert_snapshot!(transcript(&sandbox, "plan"), @"
    exit code 1
    warning: config.json:2:52: deployment.region: this version of stackctl does not know the Region `us-wset-2`
    hint: did you mean `us-west-2`?
    error: AWS cannot be used
      sts:GetCallerIdentity: `sts.us-wset-2.amazonaws.com` cannot be reached
    hint: check the network connection, or set a proxy (HTTPS_PROXY)
    hint: this version of stackctl does not know the Region `us-wset-2`: did you mean `us-west-2`?
    hint: requests go through the proxy of HTTPS_PROXY, `http://127.0.0.1:PORT/`
    ");
}

#[test]
fn a_proxy_that_does_not_respond_is_named_without_its_password() {
    insta::assert_snapshot!(transcript(&sandbox(), "plan"), @"
    exit code 1
    error: AWS cannot be used
      sts:GetCallerIdentity: `sts.eu-west-1.amazonaws.com` cannot be reached
    hint: check the network connection, or set a proxy (HTTPS_PROXY)
    hint: requests go through the proxy of HTTPS_PROXY, `http://127.0.0.1:PORT/`
    ");
}

#[test]
fn an_unknown_profile_is_named_with_those_that_exist() {
    let sandbox = sandbox().with("AWS_PROFILE", "nobody");
    sandbox.write(".aws/config", "[default]\nregion = eu-west-1\n[profile test]\nregion = eu-west-1\n");
    sandbox.write(".aws/credentials", "[prod]\naws_access_key_id = x\naws_secret_access_key = y\n");
    insta::assert_snapshot!(sandbox.session(&["plan --profile prdo", "plan"]), @r"
    $ plan --profile prdo
    exit code 1
    error: AWS cannot be used with the profile `prdo`
      profile not found; it comes from --profile
      profiles are: default, prod, test
    hint: did you mean `prod`?

    $ plan
    exit code 1
    error: AWS cannot be used with the profile `nobody`
      profile not found; it comes from AWS_PROFILE
      profiles are: default, prod, test
    ");
    sandbox.write(".aws/config", "[default\n");
    assert!(sandbox.run("plan").err.contains("could not parse profile file: error parsing"));
}

#[test]
fn an_endpoint_that_is_no_url_is_named_with_its_variable() {
    for (name, value) in [
        ("AWS_ENDPOINT_URL", "foo"),
        ("AWS_ENDPOINT_URL", "localhost:4566"),
        ("AWS_ENDPOINT_URL_LAMBDA", "http://"),
        ("AWS_ENDPOINT_URL_API_GATEWAY", "ftp://example.com"),
    ] {
        let ran = sandbox().with(name, value).run("plan");
        let said = format!(
            "error: AWS cannot be used\n  `{value}` is not the URL of an endpoint\nhint: {name} names it, or `endpoint_url` of \
             the profile: unset it, or write it like https://host:port\n"
        );
        assert!(ran.err.starts_with(&said), "{}", ran.err);
    }
}
