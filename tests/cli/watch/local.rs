//! Watching on the local cloud, where functions run.

use super::{Watching, ask, replace, wait_until};
use crate::cli::{obedient, sandbox::Sandbox};

const CODE: &str = "items/bootstrap";

#[test]
fn a_function_answers_differently_after_a_save() {
    let sandbox = Sandbox::obedient();
    assert_eq!(sandbox.run("up --local").code, 0);
    let mut watching = Watching::new(&sandbox, "--local");
    replace(&sandbox, CODE, &obedient::BOOTSTRAP.replace("as you like it", "as they like it"));
    assert_eq!(watching.cycle(), ("deployed".into(), vec![CODE.into()]));
    assert_eq!(sandbox.run("call POST /echo --query as=200 --local").out, "as they like it");
    assert_eq!(watching.interrupted().0, 0);
}

#[test]
fn a_function_that_does_not_start_is_told_before_anybody_calls_it() {
    let sandbox = Sandbox::obedient();
    assert_eq!(sandbox.run("up --local").code, 0);
    let mut watching = Watching::new(&sandbox, "--local");
    replace(&sandbox, CODE, &obedient::BOOTSTRAP.replace("import http", "import nothing\nimport http"));
    assert_eq!(watching.cycle().0, "deployed");
    let mut messages: Vec<String> =
        (0..2).map(|_| watching.until("error")["errors"][0]["message"].as_str().unwrap().to_owned()).collect();
    messages.sort();
    for (name, message) in ["items", "other"].iter().zip(messages) {
        assert!(message.starts_with(&format!("`{name}` cannot start: Runtime.ExitError: ")), "{message}");
        assert!(message.ends_with("Runtime exited with error: exit status 1"), "{message}");
    }
    replace(&sandbox, CODE, obedient::BOOTSTRAP);
    assert_eq!(watching.cycle().0, "deployed");
    assert_eq!(sandbox.run("call POST /echo --query as=200 --local").out, "as you like it");
    let (code, rest) = watching.interrupted();
    assert!(rest.iter().all(|event| event["event"] != "error"), "{rest:?}");
    assert_eq!(code, 0);
}

#[test]
fn nothing_is_started_for_whoever_has_ended_it() {
    let sandbox = Sandbox::obedient();
    assert_eq!(sandbox.run("up --local").code, 0);
    let url = sandbox.run("outputs invoke_url --local").out;
    let cloud = url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let watching = Watching::new(&sandbox, "--local");
    // All steps are done and recorded when old versions are looked for, which is done again some time later.
    let throttled = r#"{ "operation": "lambda:ListVersionsByFunction", "skip": 0, "times": 3, "effect": "Throttle" }"#;
    ask(cloud, "POST /_stackctl/faults", throttled);
    let looks = || ask(cloud, "GET /_stackctl/calls", "").matches("ListVersionsByFunction").count();
    let before = looks();
    replace(&sandbox, CODE, &obedient::BOOTSTRAP.replace("import http", "import nothing\nimport http"));
    wait_until(|| looks() > before);
    let (code, rest) = watching.interrupted();
    let [.., cycle, done] = &rest[..] else { panic!("{rest:?}") };
    assert_eq!((code, &cycle["outcome"], &done["event"]), (0, &"deployed".into(), &"done".into()), "{rest:?}");
}
