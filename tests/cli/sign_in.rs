//! `stackctl user create`, `user auth` and `user token inspect` from a script.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use stackctl_local::Settings;

use super::{
    emulator::ServedEmulator,
    sandbox::{Ran, Sandbox},
    users::PASSWORD,
};
use crate::harness::process::Process;

/// A deployed stack, and a password for new users.
fn stack(aws: &ServedEmulator) -> Sandbox {
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
    sandbox.done("up --yes");
    sandbox
}

/// The claims of a token, unverified.
fn claims(token: &str) -> Value {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

#[test]
fn stdout_is_the_bare_token() {
    let aws = ServedEmulator::new(Settings::default());
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
fn the_event_has_all_tokens_with_their_lifetimes() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = stack(&aws);
    sandbox.edit(
        r#""functions":"#,
        r#""client": { "idTokenValidityMinutes": 5, "refreshTokenValidityDays": 1 }, "functions":"#,
    );
    sandbox.done("up --yes");
    let events = sandbox.events("user create ann@example.com");
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["target", "signed_in", "done"]);
    let tokens = &events[1];
    assert_eq!(
        (&tokens["v"], &tokens["user"], &tokens["token_type"]),
        (&3.into(), &"ann@example.com".into(), &"Bearer".into())
    );
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["token_use"], "id");
    assert_eq!(claims(tokens["access_token"].as_str().unwrap())["token_use"], "access");
    assert!(tokens["refresh_token"].as_str().unwrap().len() > 40);
    let lifetimes =
        ["id", "access", "refresh"].map(|token| tokens[format!("{token}_token_expires_in")].as_u64().unwrap());
    assert_eq!(lifetimes, [300, 3600, 86_400]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of messages")]
fn users_that_cannot_be_created_or_signed_in_are_reported() {
    let (aws, sandbox) = ServedEmulator::deployed();
    let lines = [
        "user create ann@example.com --quiet",
        "user auth ann@example.com --quiet",
        "user auth ann@example.com --password-stdin --quiet",
        "user create mal --attribute email",
        "user auth ann --user-pool-id eu-west-1_nobody123 --quiet",
        "user auth ann --client-id nobody --quiet",
    ];
    insta::assert_snapshot!(sandbox.session(&lines[..4]), @r"
    $ user create ann@example.com --quiet
    exit code 2
    error: no password, and cannot prompt for one: not a terminal
    hint: give it in the first line of stdin with `--password-stdin`, or in STACKCTL_PASSWORD

    $ user auth ann@example.com --quiet
    exit code 2
    error: no password, and cannot prompt for one: not a terminal
    hint: give it in the first line of stdin with `--password-stdin`, or in STACKCTL_PASSWORD

    $ user auth ann@example.com --password-stdin --quiet
    exit code 2
    error: no password: the first line of stdin is empty

    $ user create mal --attribute email
    exit code 2
    error: invalid value 'email' for '--attribute <NAME=VALUE>': expected NAME=VALUE

    For more information, try '--help'.
    ");
    let sandbox = sandbox.with("STACKCTL_PASSWORD", PASSWORD);
    insta::assert_snapshot!(sandbox.session(&lines[4..]), @r"
    $ user auth ann --user-pool-id eu-west-1_nobody123 --quiet
    exit code 1
    error: user pool `eu-west-1_nobody123` not found in this account and Region
    hint: its id says that it is in eu-west-1; `--region` and `--profile` choose the place

    $ user auth ann --client-id nobody --quiet
    exit code 1
    error: app client not found in user pool `<user_pool.main#id>`
    hint: `aws cognito-idp list-user-pool-clients` lists them
    ");
    sandbox.done("user create ann@example.com --attribute given_name=Ann=1");
    assert_eq!(sandbox.events("user show ann@example.com")[1]["attributes"]["given_name"], "Ann=1");
    insta::assert_snapshot!(sandbox.transcript("user create ann@example.com --quiet"), @r"
    exit code 1
    error: `ann@example.com` exists already, with the status CONFIRMED
    hint: `stackctl user auth ann@example.com` signs in, `stackctl user set-password ann@example.com` sets another password
    ");
    let sandbox = sandbox.with("STACKCTL_PASSWORD", "engine");
    insta::assert_snapshot!(sandbox.transcript("user create eve@example.com --quiet"), @r"
    exit code 2
    error: the password does not meet the user pool's policy, so nothing was sent
      it needs at least 8 characters (it has 6)
      it needs an uppercase letter
      it needs a digit
      it needs a symbol
    ");
    let sandbox = sandbox.with("STACKCTL_PASSWORD", "Wheels-1842");
    insta::assert_snapshot!(sandbox.transcript("user auth ann@example.com --quiet"), @r"
    exit code 1
    error: the password of `ann@example.com` is wrong
    hint: `stackctl user set-password ann@example.com` sets another one
    ");
    let anywhere = aws.empty().with("STACKCTL_PASSWORD", PASSWORD);
    insta::assert_snapshot!(anywhere.transcript("user auth ann@example.com"), @r"
    exit code 2
    error: config.json: file not found
    hint: `stackctl init` creates an example project; pass `--config` for another file
    hint: to use a user pool without a config, name it with `--user-pool-id`
    ");
    let pool = sandbox.run("outputs user_pool_id").out;
    let without_config = anywhere.done(&format!("user auth ann@example.com --user-pool-id {pool}"));
    assert!(without_config.err.starts_with("user pool eu-west-1_"), "{}", without_config.err);
    insta::assert_snapshot!(Sandbox::new().transcript("user auth ann@example.com --local"), @r"
    exit code 1
    error: shop, stage dev: not deployed: there is no user pool
      no state at .stackctl/local/state/shop.dev.json, and the local emulator has no data
    hint: `stackctl up --local` deploys it
    ");
}

#[test]
fn a_flow_that_the_client_does_not_allow_names_the_line_of_the_config() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
    sandbox.edit(r#""functions":"#, r#""client": { "explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] }, "functions":"#);
    sandbox.done("up --yes");
    insta::assert_snapshot!(sandbox.transcript("user create bob --quiet"), @r#"
    exit code 1
    error: the app client `<user_pool_client.main#id>` does not allow the flow `ADMIN_USER_PASSWORD_AUTH`
      it allows: ALLOW_USER_SRP_AUTH
    hint: write `"explicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"]` into `client` of config.json, then run `stackctl up`
    "#);
    assert!(!aws.cloud.call_counts().contains_key("cognito-idp:AdminCreateUser"));
    sandbox.edit(r#"["ALLOW_USER_SRP_AUTH"]"#, r#"["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"]"#);
    sandbox.done("up --yes");
    sandbox.done("user create bob");
}

#[test]
fn a_client_is_chosen_where_there_are_several() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = stack(&aws);
    sandbox.done("user create bob");
    let output = |name: &str| sandbox.run(&format!("outputs {name}")).out.trim().to_owned();
    let (pool, client) = (output("user_pool_id"), output("client_id"));
    let auth = format!("user auth bob --user-pool-id {pool}");
    sandbox.done(&auth);
    aws.add_client(&pool, "second");
    let Ran { code, err, .. } = sandbox.run(&auth);
    assert_eq!(code, 2);
    assert!(err.contains(&format!("error: user pool `{pool}` has several app clients\n  clients are: ")), "{err}");
    assert!(err.contains(&client) && err.ends_with("\nhint: choose one with `--client-id`\n"), "{err}");
    sandbox.done(&format!("{auth} --client-id {client}"));
}

#[test]
fn an_invited_user_chooses_a_password() {
    let (_aws, sandbox) = ServedEmulator::deployed();
    let invite = "user create ann@example.com --send-invite";
    insta::assert_snapshot!(sandbox.session(&[invite, invite]), @r"
    $ user create ann@example.com --send-invite
    exit code 0
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    invited ann@example.com: Cognito sends them a temporary password

    $ user create ann@example.com --send-invite
    exit code 0
    shop, stage dev, eu-west-1, at http://127.0.0.1:PORT, which stands in for AWS

    ann@example.com exists with a temporary password: continuing
    invited ann@example.com: Cognito sends them a temporary password
    ");
    let sandbox = sandbox.with("STACKCTL_PASSWORD", PASSWORD);
    let Ran { code, out, .. } = sandbox.run("user create ann@example.com");
    assert_eq!((code, &claims(out.trim_end())["email_verified"]), (0, &true.into()));
}

#[test]
fn a_failure_names_what_was_created_before_it() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
    sandbox.edit(r#""functions":"#, r#""userPool": { "mfa": "ON" }, "functions":"#);
    sandbox.done("up --yes");
    insta::assert_snapshot!(sandbox.transcript("user create bob --quiet"), @r"
    exit code 1
    error: MFA_SETUP: Cognito requires an authenticator app to be set up, and cannot prompt for it: not a terminal
      the user exists and has the password
    hint: on a terminal `stackctl user auth bob` asks for it
    ");
    aws.refuse_with("cognito-idp:AdminInitiateAuth", "InternalErrorException", "no luck");
    insta::assert_snapshot!(sandbox.transcript("user create eve --quiet"), @r"
    exit code 1
    error: eve: not signed in
      cognito-idp:AdminInitiateAuth: InternalErrorException: no luck
      request id REQUEST
    hint: the user exists with a temporary password: `stackctl user create eve` continues
    ");
}

fn inspect(sandbox: &Sandbox, flags: &str, token: &str) -> Ran {
    Process::run_with(&mut sandbox.command(&format!("user token inspect {flags}")), token)
}

#[test]
fn a_token_is_shown_with_its_claims() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = stack(&aws);
    sandbox.done("user create ann@example.com");
    let token = |flags: &str| sandbox.done(&format!("user auth ann@example.com {flags}")).out.trim().to_owned();
    for (flags, kind, claim) in [("", "ID token", "\nemail   "), ("--access-token", "access token", "\nscope   ")] {
        let Ran { code, out, err, .. } = inspect(&sandbox, "", &token(flags));
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert!(out.starts_with("valid for another "), "{out}");
        assert!(out.contains(&format!("\n{kind} of ann@example.com, through client ")), "{out}");
        assert!(out.contains(claim) && out.contains("\nexp "), "{out}");
    }
    let token = token("");
    let out = inspect(&sandbox, "--json", &format!("Bearer {token}\n")).out;
    let event: Value = serde_json::from_str(out.lines().nth(1).unwrap()).unwrap();
    assert_eq!((&event["event"], &event["valid"]), (&json!("token"), &json!(true)));
    assert_eq!((&event["claims"]["email"], &event["claims"]["token_use"]), (&json!("ann@example.com"), &json!("id")));
    assert!((3000..=3600).contains(&event["expires_in"].as_i64().unwrap()), "{event}");
    assert!(!out.contains(&token), "the token itself is not repeated");
    let other = "--stage test --user-pool-id eu-west-1_nobody123";
    let err = sandbox.run(&format!("user token inspect {token} {other}")).err;
    insta::assert_snapshot!(err.lines().take(2).collect::<Vec<_>>().join("\n"), @r"
    warning: others on this machine can read the token on the command line
    hint: pass it on stdin to `stackctl user token inspect --stage test --user-pool-id eu-west-1_nobody123`
    ");
}

/// A token with changed claims and the original signature.
fn forged(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let claims = claims.replace("ann@example.com", "eve@example.com");
    [parts[0], &URL_SAFE_NO_PAD.encode(claims), parts[2]].join(".")
}

#[test]
fn an_invalid_token_is_rejected() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = stack(&aws);
    sandbox.done("user create ann@example.com");
    let tokens = &sandbox.events("user auth ann@example.com")[1];
    let (token, refresh) = (tokens["id_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    let Ran { code, out, err, .. } = inspect(&sandbox, "", &forged(token));
    let why = "its signature is not that of its user pool";
    assert_eq!((code, err), (1, format!("error: the token is not valid: {why}\n")));
    assert!(out.starts_with(&format!("not valid: {why}\nID token of eve@example.com")), "{out}");
    for (text, message) in [
        ("a.b.c.d.e", "error: this is a refresh token: only Cognito can read it\n"),
        (refresh, "error: this is no JSON Web Token: three parts with dots between, of which two are JSON in base64\n"),
    ] {
        let ran = inspect(&sandbox, "", text);
        assert_eq!((ran.code, ran.err.as_str()), (2, message));
    }
    let other = aws.sandbox();
    other.edit(r#""stage": "dev""#, r#""stage": "prod""#);
    other.done("up --yes");
    let pool = |sandbox: &Sandbox| sandbox.run("outputs user_pool_id").out.trim().to_owned();
    let ran = inspect(&other, "", token);
    let message = format!("error: the token is of another user pool: {}, not {}\n", pool(&sandbox), pool(&other));
    assert_eq!((ran.code, ran.err), (1, message));
    let ran = inspect(&other, &format!("--user-pool-id {} --config nowhere.json", pool(&sandbox)), token);
    assert_eq!(ran.code, 1, "without a stack the keys are AWS's own, which this machine cannot read: {}", ran.err);
}
