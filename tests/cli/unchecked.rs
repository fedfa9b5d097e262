//! A change whose check comes to no end, or whose end cannot be recorded.

use stackctl_local::Settings;

use super::{bucket, cloud::Served, sandbox::Sandbox};

/// Changes what is served, and has it checked as a user.
fn change(sandbox: &Sandbox) {
    sandbox.edit(r#""provided.al2023" }"#, r#""provided.al2023", "timeout": 7 }"#);
    let check = r#""POST /hello/{name}": { "function": "hello", "check": { "path": { "name": "ada" } } }"#;
    sandbox.edit(r#""POST /hello/{name}": { "function": "hello" }"#, check);
}

#[test]
fn a_check_that_cannot_be_made_leaves_the_change_unchecked() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes --quiet").code, 0);
    change(&sandbox);
    aws.refuse("cognito-idp:AdminCreateUser");
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r#"
    exit code 1
    --- stdout
    --- stderr
    error: what is served cannot be checked as a user
      stackctl-check-TOKEN: not created
      cognito-idp:AdminCreateUser: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `cognito-idp:AdminCreateUser`
    hint: what is served stays as it is, unchecked; `stackctl up` checks it again
    "#);
    insta::assert_snapshot!(sandbox.transcript("plan"), @r#"
    exit code 0
    --- stdout
    nothing to change
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    the last change has not passed its check yet: `stackctl up` checks what is served
    "#);
}

#[test]
fn what_a_check_has_found_is_told_although_the_state_cannot_be_saved() {
    let (aws, sandbox) = bucket::served(Settings::default());
    assert_eq!(sandbox.run("up --yes --quiet").code, 0);
    change(&sandbox);
    // The lock, the intents, the results, the user, and then that they are gone.
    aws.refuse_later("s3:PutObject", 4);
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r#"
    exit code 1
    --- stdout
    --- stderr
    error: POST /hello/ada as a user: the answer is 502, not 200; `hello` exited while it handled the request: without a reason
      | {"message": "Internal server error"}
      `hello` has logged:
        RequestId: ID Error: Runtime exited without providing a reason
        Runtime.ExitError
    error: s3://states/stackctl/shop.dev.json: the state cannot be saved
      s3:PutObject: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `s3:PutObject` and `s3:GetObject`
    hint: what is served stays as it is, unchecked; `stackctl up` checks it again
    "#);
    // The lock, that the last user is gone, the next one, that they are gone, and then that the change is.
    aws.refuse_later("s3:PutObject", 4);
    insta::assert_snapshot!(sandbox.transcript("up --yes --quiet"), @r#"
    exit code 1
    --- stdout
    --- stderr
    error: POST /hello/ada as a user: the answer is 502, not 200; `hello` exited while it handled the request: without a reason
      | {"message": "Internal server error"}
      `hello` has logged:
        RequestId: ID Error: Runtime exited without providing a reason
        Runtime.ExitError
    error: s3://states/stackctl/shop.dev.json: the state cannot be saved
      s3:PutObject: AccessDeniedException: User: arn:aws:iam::000000000000:user/ann is not authorized
      request id REQUEST
    hint: the caller needs `s3:PutObject` and `s3:GetObject`
    hint: put back: lambda_function.hello serves again what was served before
    hint: everything else is as configured; `stackctl up` plans the change again
    "#);
}
