//! `user create` from a script: clients, invitations, attributes, failures half-way and kills.

use stackctl_local::{Effect, Fault, Settings};

use super::{
    cloud::Served,
    people::{PASSWORD, stack, transcript},
    sandbox::Ran,
};

#[test]
fn a_flow_that_the_client_does_not_allow_names_the_line_of_the_config() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
    sandbox.edit(r#""functions":"#, r#""client": { "explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] }, "functions":"#);
    assert_eq!(sandbox.run("up --yes").code, 0);
    insta::assert_snapshot!(transcript(&sandbox, "user create bob"), @r#"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    error: the app client `<user_pool_client.main#id>` does not allow the flow `ADMIN_USER_PASSWORD_AUTH`
      it allows: ALLOW_USER_SRP_AUTH
    hint: write `"explicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"]` into `client` of config.json, then run `stackctl up`
    "#);
    assert!(!aws.cloud.call_counts().contains_key("cognito-idp:AdminCreateUser"));
    sandbox.edit(r#"["ALLOW_USER_SRP_AUTH"]"#, r#"["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"]"#);
    assert_eq!(sandbox.run("up --yes").code, 0);
    assert_eq!(sandbox.run("user create bob").code, 0);
}

#[test]
fn a_client_is_chosen_where_there_are_several() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    let output = |name: &str| sandbox.run(&format!("outputs {name}")).out.trim().to_owned();
    let (pool, client) = (output("user_pool_id"), output("client_id"));
    let auth = format!("user auth bob --user-pool-id {pool}");
    assert_eq!(sandbox.run(&auth).code, 0);
    aws.add_client(&pool, "second");
    let Ran { code, err, .. } = sandbox.run(&auth);
    assert_eq!(code, 2);
    assert!(err.contains(&format!("error: user pool `{pool}` has several app clients\n  clients are: ")), "{err}");
    assert!(err.contains(&client) && err.ends_with("\nhint: choose one with `--client-id`\n"), "{err}");
    assert_eq!(sandbox.run(&format!("{auth} --client-id {client}")).code, 0);
    insta::assert_snapshot!(transcript(&sandbox, "user auth bob --client-id nobody"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    error: there is no such app client in user pool `<user_pool.main#id>`
    hint: `aws cognito-idp list-user-pool-clients` lists those there are
    ");
}

#[test]
fn an_invitation_leaves_the_choice_to_whoever_is_invited() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    insta::assert_snapshot!(transcript(&sandbox, "user create ann@example.com --send-invite"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    invited ann@example.com: Cognito sends them a temporary password
    ");
    insta::assert_snapshot!(transcript(&sandbox, "user create ann@example.com --send-invite"), @r"
    exit code 0
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    ann@example.com is there and waits for a password: going on from there
    invited ann@example.com: Cognito sends them a temporary password
    ");
    let sandbox = sandbox.with("STACKCTL_PASSWORD", PASSWORD);
    let Ran { code, out, .. } = sandbox.run("user create eve@example.com --send-invite");
    assert_eq!((code, out.lines().count()), (0, 1));
}

#[test]
fn what_was_made_before_a_failure_is_told() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
    sandbox.edit(r#""functions":"#, r#""userPool": { "mfa": "ON" }, "functions":"#);
    assert_eq!(sandbox.run("up --yes").code, 0);
    insta::assert_snapshot!(transcript(&sandbox, "user create bob"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    error: MFA_SETUP: Cognito asks for an authenticator app to be set up, and nobody is here to answer
      the user is made and has the password
    hint: on a terminal `stackctl user auth bob` asks for it
    ");
    let effect = Effect::Refuse { status: 400, code: "InternalErrorException".into(), message: "no luck".into() };
    let operation = Some("cognito-idp:AdminInitiateAuth".to_owned());
    aws.cloud.add_fault(Fault { operation, skip: 0, times: 1, effect });
    insta::assert_snapshot!(transcript(&sandbox, "user create eve"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, DAY at http://127.0.0.1:PORT, which stands in for AWS

    error: eve: not signed in
      cognito-idp:AdminInitiateAuth: InternalErrorException: no luck
      request id REQUEST
    hint: the user is made and waits for a password: `stackctl user create eve` goes on from there
    ");
}

#[test]
fn attributes_are_given_by_name() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    assert_eq!(sandbox.run("user create eve --attribute email=eve@example.com --attribute given_name=Eve=1").code, 0);
    let event = &sandbox.events("user show eve")[1];
    assert_eq!(
        (&event["attributes"]["given_name"], &event["attributes"]["email_verified"]),
        (&"Eve=1".into(), &"true".into())
    );
    insta::assert_snapshot!(transcript(&sandbox, "user create mal --attribute email"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: invalid value 'email' for '--attribute <NAME=VALUE>': an attribute is given as NAME=VALUE

    For more information, try '--help'.
    ");
}

#[test]
fn a_user_create_that_is_killed_is_finished_by_the_next() {
    for operation in ["AdminCreateUser", "AdminInitiateAuth", "AdminRespondToAuthChallenge"] {
        for after in [false, true] {
            let aws = Served::new(Settings::default());
            let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
            assert_eq!(sandbox.run("up --yes").code, 0);
            assert!(aws.kills(sandbox.command("user create bob"), operation, after), "{operation} {after}");
            let again = sandbox.run("user create bob");
            let all_was_done = (operation, after) == ("AdminRespondToAuthChallenge", true);
            assert_eq!(again.code, i32::from(all_was_done), "{operation} {after}: {}", again.err);
            assert_eq!(sandbox.run("user auth bob").code, 0, "{operation} {after}");
            assert_eq!(sandbox.events("user list")[1]["users"].as_array().unwrap().len(), 1);
        }
    }
}
