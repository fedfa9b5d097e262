//! `stackctl local mail`: the messages that Cognito would send, once and followed.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use rustix::process::Signal;

use super::sandbox::Sandbox;
use crate::harness::process::{Stream, TIMEOUT};

/// Signs a user up, as a page does: without credentials.
fn sign_up(sandbox: &Sandbox, client: &str, name: &str) {
    let port = u16::try_from(sandbox.server()["port"].as_u64().unwrap()).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    let body = format!(
        r#"{{"ClientId":"{client}","Username":"{name}","Password":"Engine-1842-x","UserAttributes":[{{"Name":"email","Value":"{name}"}}]}}"#
    );
    write!(
        stream,
        "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AWSCognitoIdentityProviderService.SignUp\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn messages_that_cognito_would_send_are_shown_and_followed() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.transcript("local mail"), @r"
    exit code 1
    error: the local emulator is not running
    hint: start it with `stackctl local start`
    ");
    let user_pool = r#""userPool": { "selfSignUp": true, "autoVerifiedAttributes": ["email"] }, "functions""#;
    sandbox.edit(r#""functions""#, user_pool);
    let sandbox = sandbox.up();
    let client = sandbox.run("outputs client_id --local").out;
    let mut follower = sandbox.start(&mut sandbox.command("local mail --follow --to bob@example.com"));
    for name in ["ada@example.com", "bob@example.com"] {
        sign_up(&sandbox, client.trim(), name);
    }
    let line = follower.line(Stream::Stdout).unwrap();
    assert!(line.ends_with("Z EMAIL to bob@example.com: Your verification code"), "{line}");
    let line = follower.line(Stream::Stdout).unwrap();
    assert!(line.starts_with("  Your confirmation code is "), "{line}");
    follower.signal(Signal::INT);
    assert_eq!(follower.end().code, 0);
    let mut messages = sandbox.events("local mail");
    messages.retain(|event| event["event"] == "mail");
    assert_eq!(messages.len(), 2, "{messages:?}");
    for (message, name) in messages.iter().zip(["ada@example.com", "bob@example.com"]) {
        let code = message["code"].as_str().unwrap();
        assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
        assert_eq!([&message["medium"], &message["recipient"]], ["EMAIL", name]);
        assert_eq!(message["body"], format!("Your confirmation code is {code}"));
    }
}
