//! `stackctl user token inspect`.

use std::process::Command;

use serde_json::json;
use stackctl_local::Settings;

use super::{cloud::Served, sandbox::Sandbox};
use crate::harness::process::Process;

const PASSWORD: &str = "Engine-1842";

fn stack(aws: &Served) -> Sandbox {
    let sandbox = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
    sandbox.edit(r#""functions":"#, r#""client": { "idTokenValidityMinutes": 5 }, "functions":"#);
    assert_eq!(sandbox.run("up --yes").code, 0);
    assert_eq!(sandbox.run("user create ann@example.com").code, 0);
    sandbox
}

/// Runs a program with a text on its stdin: exit code, stdout, stderr.
fn fed(mut command: Command, text: &str) -> (i32, String, String) {
    let ran = Process::run_with(&mut command, text);
    (ran.code, ran.out, ran.err)
}

fn inspect(sandbox: &Sandbox, token: &str) -> (i32, String, String) {
    fed(sandbox.command("user token inspect"), token)
}

fn token(sandbox: &Sandbox, line: &str) -> String {
    sandbox.run(line).out.trim().to_owned()
}

#[test]
fn a_valid_token_is_shown_with_its_claims() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    for (line, what, claim) in [
        ("user auth ann@example.com", "ID token of ann@example.com, through client ", "email              "),
        (
            "user auth ann@example.com --access-token",
            "access token of ann@example.com, through client ",
            "scope        ",
        ),
    ] {
        let (code, out, err) = inspect(&sandbox, &token(&sandbox, line));
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        let mut lines = out.lines();
        assert!(lines.next().unwrap().starts_with("valid for another "), "{out}");
        assert!(lines.next().unwrap().starts_with(what), "{out}");
        assert!(lines.any(|line| line.starts_with(claim.trim_end())), "{out}");
        assert!(out.contains("\nexp "), "{out}");
    }
}

#[test]
fn a_machine_gets_the_claims_as_they_are() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    let token = token(&sandbox, "user auth ann@example.com");
    let (code, out, _) = fed(sandbox.command("user token inspect --json"), &format!("Bearer {token}\n"));
    let event: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!((code, &event["event"], &event["valid"]), (0, &json!("token"), &json!(true)));
    assert_eq!((&event["claims"]["email"], &event["claims"]["token_use"]), (&json!("ann@example.com"), &json!("id")));
    let left = event["expires_in"].as_i64().unwrap();
    assert!((200..=300).contains(&left), "{left}");
    assert!(!out.contains(&token), "the token itself is not repeated");
}

/// The token with its claims changed and its signature kept.
fn forged(token: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let parts: Vec<&str> = token.split('.').collect();
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let claims = claims.replace("ann@example.com", "eve@example.com");
    [parts[0], &URL_SAFE_NO_PAD.encode(claims), parts[2]].join(".")
}

#[test]
fn a_token_that_is_forged_or_of_another_pool_is_not_valid() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    let token = token(&sandbox, "user auth ann@example.com");
    let (code, out, err) = inspect(&sandbox, &forged(&token));
    assert_eq!(
        (code, err.as_str()),
        (1, "error: the token is not valid: its signature is not that of its user pool\n")
    );
    assert!(
        out.starts_with("not valid: its signature is not that of its user pool\nID token of eve@example.com"),
        "{out}"
    );
    let other = aws.sandbox().with("STACKCTL_PASSWORD", PASSWORD);
    other.edit(r#""stage": "dev""#, r#""stage": "prod""#);
    assert_eq!(other.run("up --yes").code, 0);
    let pool = |sandbox: &Sandbox| sandbox.run("outputs user_pool_id").out.trim().to_owned();
    let (code, _, err) = inspect(&other, &token);
    assert_eq!(code, 1);
    assert_eq!(err, format!("error: the token is of another user pool: {}, not {}\n", pool(&sandbox), pool(&other)));
    let named = format!("user token inspect --user-pool-id {} --config nowhere.json", pool(&sandbox));
    let (code, _, err) = fed(other.command(&named), &token);
    assert_eq!(code, 1, "without a stack the keys are AWS's own, which this machine cannot read: {err}");
}

#[test]
fn what_is_no_token_is_said_to_be_none() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    let events = sandbox.events("user auth ann@example.com");
    let opaque = "a.b.c.d.e";
    assert_eq!(
        inspect(&sandbox, opaque),
        (2, String::new(), "error: this is a refresh token: only Cognito can look into it\n".into())
    );
    let refresh = events[1]["refresh_token"].as_str().unwrap();
    let (code, _, err) = inspect(&sandbox, refresh);
    insta::assert_snapshot!(err, @"error: this is no JSON Web Token: three parts with dots between, of which two are JSON in base64");
    assert_eq!(code, 2);
}

#[test]
fn a_token_on_the_command_line_is_warned_of() {
    let aws = Served::new(Settings::default());
    let sandbox = stack(&aws);
    let token = token(&sandbox, "user auth ann@example.com");
    let ran = sandbox.run(&format!("user token inspect {token}"));
    insta::assert_snapshot!(ran.err, @r"
    warning: others on this machine can read the token on the command line
    hint: give it on stdin: `… | stackctl user token inspect`
    ");
    assert_eq!(ran.code, 0);
    let other = "--stage test --user-pool-id eu-west-1_nobody123";
    let ran = sandbox.run(&format!("user token inspect {token} {other}"));
    let hint = format!("hint: give it on stdin: `… | stackctl user token inspect {other}`");
    assert_eq!(ran.err.lines().nth(1), Some(hint.as_str()));
}
