//! A state that is missing is never success: the resources of the stack are looked up. AWS is played by a local cloud in this
//! process.

use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};

const USES: [&str; 8] =
    ["down --yes", "status", "outputs", "history", "logs", "call GET /hello", "invoke hello", "rollback --yes"];

/// A stack whose state was taken away, to where its ids are still known.
fn without_state(aws: &Served) -> Sandbox {
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    std::fs::rename(sandbox.path("state"), sandbox.path("lost")).unwrap();
    sandbox
}

#[test]
fn a_stack_without_its_state_is_found_and_recover_is_named() {
    let aws = Served::new(Settings::default());
    let sandbox = without_state(&aws);
    let before = aws.cloud.call_log().len();
    insta::assert_snapshot!(sandbox.transcript("down --yes"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: shop, stage dev: no state at state/shop.dev.json, but 6 of its resources exist in account 000000000000 in eu-west-1 at http://127.0.0.1:PORT
      iam_role.hello: arn:aws:iam::000000000000:role/stackctl/shop/dev/shop-dev-hello-eu-west-1
      lambda_function.hello: shop-dev-hello
      log_group.hello: /aws/lambda/shop-dev-hello
      rest_api.main: <rest_api.main#id>
      stage.main: <rest_api.main#id>/dev
      user_pool.main: <user_pool.main#id>
    hint: `stackctl recover` rebuilds the state
    hint: if the state is kept elsewhere, such as in another checkout or a bucket, use that one
    ");
    let told = sandbox.run("down --yes").err;
    for line in USES {
        let ran = sandbox.run(line);
        assert_eq!((ran.code, ran.err.as_str()), (1, told.as_str()), "{line}");
    }
    assert_eq!(sandbox.run("user list").err, told);
    assert_eq!(aws.writes_since(before), [""; 0]);
    assert_eq!(sandbox.run("recover --yes").code, 0);
    assert_eq!(sandbox.run("down --yes").code, 0);
}

#[test]
fn a_stack_on_the_local_cloud_is_found_as_well() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("up --local").code, 0);
    std::fs::remove_dir_all(sandbox.path(".stackctl/local/state")).unwrap();
    assert_eq!(sandbox.run("local stop").code, 0);
    let ran = sandbox.run("down --local --yes");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("of its resources exist in the local emulator\n"), "{}", ran.err);
    assert!(ran.err.contains("hint: `stackctl recover --local` rebuilds the state\n"), "{}", ran.err);
}

#[test]
fn a_stack_that_does_not_exist_is_deleted_already() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    insta::assert_snapshot!(sandbox.transcript("down"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev: nothing to delete: no state at state/shop.dev.json, and no resources of it in account 000000000000 in eu-west-1 at http://127.0.0.1:PORT
    ");
    insta::assert_snapshot!(sandbox.transcript("down --local"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev: nothing to delete: no state at .stackctl/local/state/shop.dev.json, and the local emulator has no data
    ");
    assert!(!sandbox.path(".stackctl").exists(), "nothing is started for that");
    insta::assert_snapshot!(sandbox.transcript("outputs"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: shop, stage dev: not deployed
      no state at state/shop.dev.json, and no resources of it in account 000000000000 in eu-west-1 at http://127.0.0.1:PORT
    hint: `stackctl up` deploys it
    ");
    assert_eq!(sandbox.run("status").out, "shop, stage dev: not deployed\n");
    assert_eq!(sandbox.run("up --yes").code, 0);
    assert_eq!(sandbox.run("down --yes").code, 0);
    let again = sandbox.run("down --yes");
    assert_eq!(again.code, 0);
    assert!(again.err.contains("no resources are recorded at state/shop.dev.json, and no resources"), "{}", again.err);
}

#[test]
fn what_cannot_be_looked_up_is_no_success() {
    let aws = Served::new(Settings::default());
    let sandbox = without_state(&aws);
    aws.refuse("apigateway:GetRestApis");
    insta::assert_snapshot!(sandbox.transcript("down --yes"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: shop, stage dev: no state at state/shop.dev.json, and its resources cannot be looked up
    error: rest_api.*: cannot be looked at
      apigateway:GetRestApis: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `apigateway:GET`
    ");
    insta::assert_snapshot!(Sandbox::new().transcript("down --yes"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: shop, stage dev: no state at state/shop.dev.json, and its resources cannot be looked up
    error: AWS cannot be used
      sts:GetCallerIdentity: there are no AWS credentials
    hint: sign in (`aws configure`, `aws sso login`), choose `--profile`, or try without an account: `--local`
    ");
    assert_eq!(Sandbox::new().run("status").code, 1);
}
