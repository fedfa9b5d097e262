//! Plan files that do not fit: every refusal as a whole text.

use serde_json::{Value, json};

use super::{document::PlanFile, text};
use crate::engine::{Intent, StackIdentity, State};

/// A plan file with two steps, with edits by path.
fn file(edits: &[(&str, Value)]) -> PlanFile {
    let mut file = json!({
        "format": 1,
        "written_by": "0.1.0",
        "created_at": "2026-12-01T08:00:00Z",
        "id": "1",
        "target": {
            "stack": "shop", "stage": "prod", "region": "eu-west-1", "account": "123456789012",
            "endpoint": null, "local": false,
        },
        "new": { "new_stage": false, "new_stack": false },
        "state": { "lineage": "a", "serial": 7 },
        "config": { "functions.hello": "1", "functions.hello.environment.KEY": "2", "routes.\"GET /a\"": "3" },
        "packages": { "hello": { "source_hash": "1", "code_sha256": "1" } },
        "with_packages": false,
        "live": { "lambda_function.hello": "1", "iam_role.hello": "2" },
        "plan": {
            "stack": "shop", "stage": "prod", "based_on": 7, "counts": { "update": 1, "keep": 1 }, "losing_data": 0,
            "steps": [
                { "key": "lambda_function.hello", "verb": "update", "changes": [
                    { "field": "timeout", "old": 3, "new": 4, "secret": false },
                ] },
                { "key": "iam_role.hello", "verb": "keep", "changes": [] },
            ],
        },
    });
    for (path, value) in edits {
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = file.pointer_mut(parent).unwrap();
        match value {
            Value::Null if parent.get(name).is_some_and(|value| !value.is_object()) => {
                parent.as_object_mut().unwrap().remove(name);
            }
            value if parent.is_array() => parent[name.parse::<usize>().unwrap()] = value.clone(),
            value => parent[name] = value.clone(),
        }
    }
    serde_json::from_value(file).unwrap()
}

/// The places of a file and what stands there instead.
type Edits<'a> = &'a [(&'a str, Value)];

#[test]
fn what_has_changed_since_the_plan_is_named() {
    let step = "/plan/steps/0";
    let cases: &[(Edits<'_>, &[&str])] = &[
        (&[], &[]),
        // When it was written, and by which version, does not matter.
        (&[("/written_by", json!("9.0.0")), ("/created_at", json!("2026-12-02T08:00:00Z"))], &[]),
        (
            &[
                ("/config/functions.hello", json!("9")),
                ("/config/functions.hello.environment.KEY", Value::Null),
                ("/config/userPool.mfa", json!("9")),
            ],
            &[
                "config: `functions.hello` has changed",
                "config: `functions.hello.environment.KEY` was removed",
                "config: `userPool.mfa` is new",
            ],
        ),
        (&[("/packages/hello/source_hash", json!("9"))], &["package: the code of `hello` has changed"]),
        (&[("/state/serial", json!(8))], &["state: serial 7 then, 8 now"]),
        (&[("/state/lineage", json!("b"))], &["state: it is another one: lineage `a` then, `b` now"]),
        (&[("/state", Value::Null)], &["state: the one with serial 7 is missing"]),
        (
            &[
                ("/live/lambda_function.hello", json!("9")),
                ("/live/iam_role.hello", json!("missing")),
                ("/live/log_group.hello", json!("3")),
            ],
            &[
                "live: iam_role.hello was deleted",
                "live: lambda_function.hello has changed",
                "live: log_group.hello exists now",
            ],
        ),
        (
            &[("/live/iam_role.hello", json!("unmanaged")), ("/live/lambda_function.hello", Value::Null)],
            &[
                "live: iam_role.hello is not owned by this stack any more",
                "live: lambda_function.hello is not recorded any more",
            ],
        ),
        (
            &[(step, json!({ "key": "lambda_function.hello", "verb": "replace", "changes": [] }))],
            &["plan: lambda_function.hello: update in the file, replace now"],
        ),
        (
            &[(step, json!({ "key": "lambda_function.hello", "verb": "update", "changes": [] }))],
            &["plan: lambda_function.hello: other changes than in the file"],
        ),
    ];
    for (edits, expected) in cases {
        assert_eq!(file(&[]).differences(&file(edits), false), *expected);
    }
    let first = file(&[("/state", Value::Null)]);
    assert_eq!(first.differences(&file(&[]), false), ["state: there was none, and now there is one with serial 7"]);
}

#[test]
fn the_rest_of_an_interrupted_run_is_applied_only_if_the_plan_contains_it() {
    let (serial, live) = (("/state/serial", json!(9)), ("/live/lambda_function.hello", json!("9")));
    let step = |verb: &str| ("/plan/steps/0", json!({ "key": "lambda_function.hello", "verb": verb, "changes": [] }));
    let other = ("/plan/steps/1", json!({ "key": "iam_role.hello", "verb": "update", "changes": [] }));
    let cases: &[(Edits<'_>, &[&str])] = &[
        (&[serial.clone(), live.clone()], &[]),
        (&[serial.clone(), live.clone(), step("keep")], &[]),
        (&[serial.clone(), live.clone(), step("update")], &[]),
        (&[serial.clone(), step("delete")], &["plan: lambda_function.hello: update in the file, delete now"]),
        (&[serial.clone(), other], &["plan: iam_role.hello: no change in the file, update now"]),
        (&[serial.clone(), ("/live/iam_role.hello", json!("9"))], &["live: iam_role.hello has changed"]),
        (&[serial, ("/config/functions.hello", json!("9"))], &["config: `functions.hello` has changed"]),
    ];
    for (edits, expected) in cases {
        assert_eq!(file(&[]).differences(&file(edits), true), *expected, "{edits:?}");
    }
}

#[test]
fn a_run_of_the_plan_is_one_of_the_same_state_that_left_steps_open() {
    let identity = StackIdentity {
        stack: "shop".into(),
        stage: "prod".into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
        endpoint: None,
    };
    let intent: Intent = serde_json::from_value(json!({
        "verb": "update", "token": "t", "needs": [], "since": "2026-12-01T08:00:00Z",
    }))
    .unwrap();
    let state = |lineage: &str, serial, open| {
        let mut state = State { lineage: lineage.into(), serial, ..State::new(identity.clone()) };
        state.pending.extend(Some(("lambda_function.hello".parse().unwrap(), intent.clone())).filter(|_| open));
        state
    };
    let (known, first) = (file(&[]), file(&[("/state", Value::Null)]));
    assert!(known.is_begun(&state("a", 8, true)));
    assert!(!known.is_begun(&state("a", 8, false)), "nothing is open");
    assert!(!known.is_begun(&state("a", 7, true)), "it was open before the plan");
    assert!(!known.is_begun(&state("b", 8, true)), "another state");
    assert!(first.is_begun(&state("b", 1, true)));
}

#[test]
fn a_plan_for_another_place_is_rejected_with_each_part() {
    let now = file(&[
        ("/target/stack", json!("store")),
        ("/target/stage", json!("dev")),
        ("/target/region", json!("us-east-1")),
        ("/target/account", json!("000000000000")),
        ("/target/endpoint", json!("http://127.0.0.1:4566")),
    ]);
    insta::assert_snapshot!(file(&[]).target_differences(&now.target).join("\n"), @r"
    stack: `shop` in the file, `store` in this run
    stage: `prod` in the file, `dev` in this run
    Region: `eu-west-1` in the file, `us-east-1` in this run
    endpoint: AWS in the file, `http://127.0.0.1:4566` in this run
    account: `123456789012` in the file, `000000000000` in this run
    ");
}

#[test]
fn a_file_is_read_as_it_was_written_and_a_damaged_one_is_rejected() {
    let written = text::render(&file(&[]));
    assert_eq!(text::parse(written.as_bytes(), "p.json"), Ok(file(&[])));
    let newer = text::render(&file(&[("/format", json!(2)), ("/written_by", json!("9.0.0"))]));
    let cases = [
        (String::new(), "p.json: the plan file is damaged: the file is empty"),
        (written[..40].to_owned(), "p.json: the plan file is damaged: it is not JSON: line 2 column 38"),
        ("[1]".into(), "p.json: this is not a plan file: it has no `checksum` and `plan_file`"),
        (
            written.replace("eu-west-1", "us-east-1"),
            "p.json: the plan file is damaged: its checksum does not match: it was cut, or edited",
        ),
        (
            newer,
            "p.json: the plan file has format 2, and this version reads format 1\nit was written by stackctl 9.0.0",
        ),
    ];
    for (text, expected) in cases {
        let failure = text::parse(text.as_bytes(), "p.json").unwrap_err();
        assert_eq!(failure.exit, crate::exit::Exit::Usage);
        let lines = failure.errors.iter().flat_map(|error| std::iter::once(&error.message).chain(&error.details));
        assert_eq!(lines.map(String::as_str).collect::<Vec<_>>().join("\n"), expected);
    }
}
