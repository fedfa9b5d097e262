//! `user create` and `user auth` where nobody types: what a script gives, gets and is told.

use serde_json::Value;
use stackctl_local::Settings;

use super::{
    cloud::Served,
    sandbox::{Ran, Sandbox},
};

const PASSWORD: &str = "Engine-1842";

/// A stack that is up on a cloud in this process, and a password for whoever is made.
fn stack(aws: &Served) -> Sandbox {
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
    assert_eq!(sandbox.run("up --yes").code, 0);
    sandbox
}

/// The claims of a token, unverified.
fn claims(token: &str) -> Value {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

#[test]
fn stdout_is_the_bare_token() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    let Ran { code, out, err, .. } = sandbox.run("user create ann@example.com");
    assert_eq!((code, out.lines().count()), (0, 1), "{err}");
    let id = claims(out.trim_end());
    assert_eq!(
        (&id["token_use"], &id["email"], &id["email_verified"]),
        (&"id".into(), &"ann@example.com".into(), &true.into())
    );
    let access = sandbox.run("user auth ann@example.com --access-token");
    assert_eq!(claims(access.out.trim_end())["token_use"], "access");
    assert_eq!(sandbox.run("user auth ann@example.com --quiet").err, "");
}

#[test]
fn a_machine_gets_all_tokens_with_their_lifetimes() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    sandbox.edit(
        r#""functions":"#,
        r#""client": { "idTokenValidityMinutes": 5, "refreshTokenValidityDays": 1 }, "functions":"#,
    );
    assert_eq!(sandbox.run("up --yes").code, 0);
    let events = sandbox.events("user create ann@example.com");
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["target", "signed_in", "done"]);
    let tokens = &events[1];
    assert_eq!(
        (&tokens["v"], &tokens["user"], &tokens["token_type"]),
        (&1.into(), &"ann@example.com".into(), &"Bearer".into())
    );
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["token_use"], "id");
    assert_eq!(claims(tokens["access_token"].as_str().unwrap())["token_use"], "access");
    assert!(tokens["refresh_token"].as_str().unwrap().len() > 40);
    let lifetimes =
        ["id", "access", "refresh"].map(|token| tokens[format!("{token}_token_expires_in")].as_u64().unwrap());
    assert_eq!(lifetimes, [300, 3600, 86_400]);
}

#[test]
fn a_password_is_checked_before_anything_is_sent() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws).with("STACKCTL_PASSWORD", "engine");
    insta::assert_snapshot!(sandbox.transcript("user create ann@example.com"), @r"
    exit code 2
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: the password does not meet the user pool's policy, so nothing was sent
      it needs at least 8 characters (it has 6)
      it needs an uppercase letter
      it needs a digit
      it needs a symbol
    ");
    let counts = aws.cloud.call_counts();
    assert!(!counts.contains_key("cognito-idp:AdminCreateUser"), "{counts:?}");
}

#[test]
fn a_user_who_is_there_is_an_error() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    assert_eq!(sandbox.run("user create ann@example.com").code, 0);
    insta::assert_snapshot!(sandbox.transcript("user create ann@example.com"), @r"
    exit code 1
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: `ann@example.com` exists already, with the status CONFIRMED
    hint: `stackctl user auth ann@example.com` signs in, `stackctl user set-password ann@example.com` sets another password
    ");
}

#[test]
fn a_user_who_waits_for_a_password_is_finished() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    let pool = sandbox.run("outputs user_pool_id").out.trim().to_owned();
    aws.add_user(&pool, "ann@example.com");
    let Ran { code, out, err, .. } = sandbox.run("user create ann@example.com");
    assert_eq!(code, 0, "{err}");
    assert_eq!(claims(out.trim_end())["email_verified"], true);
    insta::assert_snapshot!(sandbox.pinned(&err), @r"
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    ann@example.com is there and waits for a password: going on from there
    ");
    assert_eq!(sandbox.run("user auth ann@example.com").code, 0);
}

#[test]
fn without_a_password_nobody_is_made() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    insta::assert_snapshot!(sandbox.transcript("user create ann@example.com"), @r"
    exit code 2
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: there is no password, and nobody is here to type one
    hint: give it in the first line of stdin with `--password-stdin`, or in STACKCTL_PASSWORD
    ");
    insta::assert_snapshot!(sandbox.transcript("user auth ann@example.com"), @r"
    exit code 2
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: there is no password, and nobody is here to type one
    hint: give it in the first line of stdin with `--password-stdin`, or in STACKCTL_PASSWORD
    ");
    insta::assert_snapshot!(sandbox.transcript("user auth ann@example.com --password-stdin"), @r"
    exit code 2
    --- stdout
    --- stderr
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: there is no password: the first line of stdin is empty
    ");
}

#[test]
fn a_pool_that_this_tool_did_not_make_needs_no_config() {
    let aws = Served::new(Settings::default());
    let stack = stack(&aws);
    let pool = stack.run("outputs user_pool_id").out.trim().to_owned();
    let sandbox = aws.empty().with("STACKCTL_PASSWORD", PASSWORD);
    let Ran { code, out, err, .. } = sandbox.run(&format!("user create ann@example.com --user-pool-id {pool}"));
    assert_eq!((code, &claims(out.trim_end())["email"]), (0, &"ann@example.com".into()), "{err}");
    insta::assert_snapshot!(stack.pinned(&err), @"user pool <user_pool.main#id>, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS");
    insta::assert_snapshot!(sandbox.transcript("user auth ann@example.com"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: config.json: there is no such file
    hint: `stackctl init` writes an example into an empty folder; `--config` names another file
    hint: to use a user pool without a config, name it with `--user-pool-id`
    ");
    insta::assert_snapshot!(sandbox.transcript("user auth ann@example.com --user-pool-id eu-west-1_nobody123"), @r"
    exit code 1
    --- stdout
    --- stderr
    user pool eu-west-1_nobody123, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    error: there is no user pool `eu-west-1_nobody123` in this account and Region
    hint: its id says that it is in eu-west-1; `--region` and `--profile` choose the place
    ");
}

#[test]
fn what_is_not_deployed_has_no_users() {
    insta::assert_snapshot!(Sandbox::new().transcript("user auth ann@example.com --local"), @r"
    exit code 1
    --- stdout
    --- stderr
    error: shop, stage dev: not deployed, so there is no user pool
      no state at .stackctl/local/state/shop.dev.json, and the local emulator has no data
    hint: `stackctl up --local` deploys it
    ");
}
