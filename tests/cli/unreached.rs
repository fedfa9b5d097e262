//! Why there is no connection to AWS, as far as it can be told without one.

use super::sandbox::Sandbox;

/// Credentials that nobody knows, and a proxy at which nothing answers, so that no request leaves this machine.
fn sandbox() -> Sandbox {
    Sandbox::new()
        .with("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE000000000")
        .with("AWS_SECRET_ACCESS_KEY", "an-example-of-a-secret-key")
        .with("HTTPS_PROXY", "http://ann:word@127.0.0.1:1/")
}

/// A transcript without the line that is there when the retries took longer than two seconds.
fn transcript(sandbox: &Sandbox, line: &str) -> String {
    let text = sandbox.transcript(line);
    let lines = text.lines().filter(|line| !line.starts_with("waiting for a response from "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_region_that_does_not_exist_is_told_with_the_one_that_was_meant() {
    let sandbox = sandbox();
    sandbox.edit("eu-west-1", "us-wset-2");
    insta::assert_snapshot!(sandbox.transcript("validate"), @"
    exit code 0
    --- stdout
    config.json is valid: 1 function, 2 routes
    --- stderr
    warning: config.json:2:52: deployment.region: this version of stackctl knows no Region `us-wset-2`
    hint: did you mean `us-west-2`?
    ");
    insta::assert_snapshot!(transcript(&sandbox, "plan"), @"
    exit code 1
    --- stdout
    --- stderr
    warning: config.json:2:52: deployment.region: this version of stackctl knows no Region `us-wset-2`
    hint: did you mean `us-west-2`?
    error: AWS cannot be used
      sts:GetCallerIdentity: `sts.us-wset-2.amazonaws.com` cannot be reached
    hint: is there a network, or a proxy to be set (HTTPS_PROXY)?
    hint: this version of stackctl knows no Region `us-wset-2`: did you mean `us-west-2`?
    hint: requests go through the proxy of HTTPS_PROXY, `http://127.0.0.1:PORT/`
    ");
}

#[test]
fn a_proxy_that_does_not_answer_is_named_without_its_password() {
    insta::assert_snapshot!(transcript(&sandbox(), "plan"), @"
    exit code 1
    --- stdout
    --- stderr
    error: AWS cannot be used
      sts:GetCallerIdentity: `sts.eu-west-1.amazonaws.com` cannot be reached
    hint: is there a network, or a proxy to be set (HTTPS_PROXY)?
    hint: requests go through the proxy of HTTPS_PROXY, `http://127.0.0.1:PORT/`
    ");
}

#[test]
fn a_profile_that_does_not_exist_is_told_with_those_there_are() {
    let sandbox = sandbox();
    sandbox.write(".aws/config", "[default]\nregion = eu-west-1\n[profile test]\nregion = eu-west-1\n");
    sandbox.write(".aws/credentials", "[prod]\naws_access_key_id = x\naws_secret_access_key = y\n");
    insta::assert_snapshot!(sandbox.transcript("plan --profile prdo"), @"
    exit code 1
    --- stdout
    --- stderr
    error: AWS cannot be used with the profile `prdo`
      --profile names it, and there is no such profile
      profiles are: default, prod, test
    hint: did you mean `prod`?
    ");
    let sandbox = sandbox.with("AWS_PROFILE", "nobody");
    insta::assert_snapshot!(sandbox.transcript("plan"), @"
    exit code 1
    --- stdout
    --- stderr
    error: AWS cannot be used with the profile `nobody`
      AWS_PROFILE names it, and there is no such profile
      profiles are: default, prod, test
    ");
    sandbox.write(".aws/config", "[default\n");
    insta::assert_snapshot!(sandbox.transcript("plan"), @"
    exit code 1
    --- stdout
    --- stderr
    error: AWS cannot be used with the profile `nobody`
      could not parse profile file: error parsing FOLDER/.aws/config on line 1:
      Profile definition must end with ']'
    ");
}

#[test]
fn an_endpoint_that_is_no_url_is_told_with_its_variable() {
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
