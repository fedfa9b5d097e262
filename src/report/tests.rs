//! Plans, statuses and failures as complete texts.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    card::Card,
    change::rows,
    event,
    history::{HistoryTable, ReleaseRow},
    json as machine,
    plan::PlanTable,
    state::StateCard,
    status::{Condition, StatusRow, StatusTable},
};
use crate::{
    engine::{
        Action, Change, Changed, CheckUser, Desired, Event, Field, Intent, Key, Kind, KindRules, Obstacle, Plan,
        Recorded, Release, Replacement, ResourceError, Rules, StackIdentity, State, Step, Unconfirmed, Verb, Verdict,
    },
    exit::Exit,
    failure::{Failure, Fault},
};

struct Secrets;

const VARIABLES: &[Field] = &[Field::secret("environment", "")];

const FIXED: &[Field] = &[
    Field::immutable("aliases", "").config("userPool.aliases"),
    Field::immutable("case_sensitive", "").config("userPool.caseSensitive").or("false"),
    Field::immutable("name", ""),
];

impl Rules for Secrets {
    fn traits(&self, kind: &Kind) -> Option<KindRules> {
        Some(KindRules {
            kind: kind.clone(),
            fields: if kind.as_str() == "user_pool" { FIXED } else { VARIABLES },
            replacement: Replacement::DeleteFirst,
            dies_with: &[],
            precious: false,
            listed_late: false,
            serves: None,
            live_setting: None,
            work: crate::engine::Work::LIGHT,
        })
    }
}

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn change(path: &[&str], old: Value, new: Value) -> Change {
    let some = |value: Value| Some(value).filter(|value| !value.is_null());
    let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
    Change { secret: path[0] == "environment", path, old: some(old), new: some(new), cause: None }
}

fn plan(steps: Vec<(&str, Action)>, desired: Desired) -> PlanTable {
    let steps = steps.into_iter().map(|(name, action)| Step { key: key(name), action, after: [].into() });
    let plan = Plan {
        stack: "shop".into(),
        stage: "dev".into(),
        based_on: 7,
        steps: steps.collect(),
        stale: Vec::new(),
        found: [].into(),
        later: Vec::new(),
        desired,
    };
    PlanTable::new(&plan, &Secrets)
}

fn plain(card: &impl Card) -> String {
    anstream::adapter::strip_str(&card.text()).to_string()
}

fn route(function: &str, auth: &str) -> Value {
    json!({ "function": format!("arn:aws:lambda:us-west-2:123456789012:function:{function}"), "auth": auth })
}

#[test]
fn each_step_of_a_plan_has_its_sign_and_its_reason() {
    let nothing = Value::Null;
    let steps = vec![
        ("log_group.a", Action::Keep { because: None }),
        ("user_pool.main", Action::Keep { because: Some("it holds 3 users".into()) }),
        ("log_group.b", Action::Create { because: Some("it is missing".into()) }),
        (
            "iam_role.b",
            Action::Adopt {
                outputs: nothing.clone(),
                live: nothing.clone(),
                changes: vec![change(&["description"], json!("old"), json!("new"))],
            },
        ),
        (
            "user_pool_client.main",
            Action::Replace {
                outputs: nothing.clone(),
                create_first: true,
                because: vec![change(&["user_pool_id"], json!("x"), json!({ "$ref": "user_pool.main#id" }))],
            },
        ),
        ("user_pool_client.main", Action::Delete { outputs: nothing.clone(), replaced: true, holdings: 0 }),
        ("user_pool.old", Action::Delete { outputs: nothing, replaced: false, holdings: 2 }),
        ("stage.main", Action::Untrack { because: "it goes with rest_api.main".into(), parent: None, replaced: None }),
    ];
    let table = plan(steps, Desired::default());
    assert_eq!(table.written(), table);
    insta::assert_snapshot!(plain(&table), @r#"
      - user_pool.old
          2 users will be deleted permanently with it
    +/- user_pool_client.main  (AWS cannot change this in place)
          user_pool_id: "x" → (known after user_pool.main is created)
      = user_pool.main         (it holds 3 users)
      + log_group.b            (it is missing)
      < iam_role.b             (an interrupted run left it)
          description: "old" → "new"
      x stage.main             (it goes with rest_api.main)

    legend: = retain, < adopt, +/- replace (create first), x untrack
    plan: 1 loses data, 1 to replace, 1 to create, 1 to adopt, 1 to delete, 1 to untrack; 1 to retain, 1 unchanged
    "#);
}

#[test]
fn settings_that_cannot_be_changed_later_are_on_one_line_of_a_create_and_in_json() {
    let mut desired = Desired::default();
    desired.add(key("user_pool.main"), &json!({ "name": "people", "aliases": ["email"], "case_sensitive": null }), []);
    let table = plan(vec![("user_pool.main", Action::Create { because: None })], desired);
    insta::assert_snapshot!(plain(&table), @r#"
      + user_pool.main  people
          aliases ["email"], caseSensitive false (a later change replaces it)

    plan: 1 to create
    "#);
    let row = serde_json::to_value(&table).unwrap()["steps"][0]["immutable"].take();
    let fixed = |field: &str, value: Value| json!({ "field": field, "value": value, "later": "replaced" });
    assert_eq!(row, json!([fixed("aliases", json!(["email"])), fixed("case_sensitive", json!(false))]));
}

#[test]
fn routes_are_shown_one_by_one() {
    let changes = vec![
        change(&["routes", "GET /gone"], route("a", "none"), Value::Null),
        change(&["routes", "GET /kept", "auth"], json!("none"), json!("cognito")),
        change(&["routes", "GET /kept", "timeout_millis"], json!(1000), json!(29000)),
        change(&["routes", "POST /new/{id}"], Value::Null, route("b", "cognito")),
    ];
    let update = Action::Update { outputs: Value::Null, live: Value::Null, changes };
    let mut desired = Desired::default();
    let open = json!({ "routes": { "GET /open": route("a", "none") }, "preflights": {} });
    desired.add(key("api_routes.other"), &open, []);
    let steps = vec![("api_routes.main", update), ("api_routes.other", Action::Create { because: None })];
    let table = plan(steps, desired);
    assert_eq!(table.written(), table);
    insta::assert_snapshot!(plain(&table), @r#"
      ~ api_routes.main
          - GET /gone
          ~ GET /kept
              auth: "none" → "cognito"
              timeout_millis: 1000 → 29000
          + POST /new/{id}  b
      + api_routes.other
          + GET /open  a, public

    plan: 1 to create, 1 to update
    "#);
}

#[test]
fn secrets_are_in_neither_the_text_nor_the_json_of_a_plan() {
    let mut desired = Desired::default();
    desired.add(key("lambda_function.new"), &json!({ "name": "f", "environment": { "TOKEN": "hunter2" } }), []);
    let changes = vec![change(&["environment", "TOKEN"], json!("hunter1"), json!("hunter2"))];
    let update = Action::Update { outputs: Value::Null, live: json!({ "environment": "hunter1" }), changes };
    let table =
        plan(vec![("lambda_function.new", Action::Create { because: None }), ("lambda_function.old", update)], desired);
    let text = plain(&table.clone().with_settings(true));
    insta::assert_snapshot!(text, @r#"
      + lambda_function.new  f
          name: "f"
          environment: (secret)
      ~ lambda_function.old
          environment.TOKEN: (secret, changes)

    plan: 1 to create, 1 to update
    "#);
    let line = machine::card(&table);
    assert!(!line.contains("hunter"), "{line}");
}

#[test]
fn lost_users_are_red() {
    let delete = Action::Delete { outputs: Value::Null, replaced: false, holdings: 1 };
    let text = plan(vec![("user_pool.main", delete)], Desired::default()).text();
    assert!(text.contains("\u{1b}[1m\u{1b}[31m1 user will be deleted permanently with it\u{1b}[0m"), "{text:?}");
}

#[test]
fn an_empty_plan_says_that_nothing_changes() {
    let keep = || Action::Keep { because: None };
    let table = plan(vec![("log_group.a", keep()), ("log_group.b", keep())], Desired::default());
    assert_eq!(plain(&table), "nothing to change\n");
    assert_eq!(plain(&plan(Vec::new(), Desired::default())), "nothing to do\n");
}

#[test]
fn a_status_shows_the_desired_and_the_live_value() {
    let row = |name: &str, status, changes: &[Change], because: Option<&str>| StatusRow {
        not_compared: Vec::new(),
        key: key(name),
        id: Some(format!("id-of-{name}")),
        status,
        changes: rows(changes),
        because: because.map(str::to_owned),
    };
    let drift = [
        change(&["timeout"], json!(3), json!(29)),
        change(&["environment", "TOKEN"], json!("hunter1"), json!("hunter2")),
    ];
    let routes = [
        change(&["routes", "GET /theirs"], route("x", "none"), Value::Null),
        change(&["routes", "GET /ours", "scopes"], json!([]), json!(["a"])),
    ];
    let resources = vec![
        row("log_group.a", Condition::InSync, &[], None),
        row("lambda_function.a", Condition::Drifted, &drift, None),
        row("api_routes.main", Condition::Drifted, &routes, None),
        row("iam_role.a", Condition::Missing, &[], None),
        row("stage.main", Condition::Interrupted, &[], Some("an interrupted run was to create it")),
    ];
    let table = StatusTable { stack: "shop, stage dev".into(), deployed: true, resources };
    insta::assert_snapshot!(plain(&table), @r#"
    RESOURCE           STATUS       ID
    log_group.a        in sync      id-of-log_group.a
    lambda_function.a  drifted      id-of-lambda_function.a
        timeout: live 3; config 29
        environment.TOKEN: (secret, differs)
    api_routes.main    drifted      id-of-api_routes.main
        GET /theirs: live x, public; config (none)
        routes."GET /ours".scopes: live []; config ["a"]
    iam_role.a         missing      id-of-iam_role.a
    stage.main         interrupted  id-of-stage.main  (an interrupted run was to create it)

    1 in sync, 2 drifted, 1 missing, 1 interrupted
    "#);
}

#[test]
fn a_failure_shows_message_place_and_hint() {
    let error = ResourceError {
        verdict: Verdict::Refused,
        operation: Some("lambda:CreateFunction".into()),
        code: Some("AccessDeniedException".into()),
        message: "User: arn:aws:iam::123456789012:user/ann is not authorized".into(),
        request_id: Some("5b1c".into()),
        hints: vec!["the caller needs `lambda:CreateFunction` and `iam:PassRole`".into()],
    };
    let failure = Failure {
        exit: Exit::Partly,
        errors: vec![Fault::of("lambda_function.test: not created", &error)],
        hints: vec!["4 of 11 steps are done and recorded".into()],
    };
    insta::assert_snapshot!(plain(&failure), @r"
    error: lambda_function.test: not created
      lambda:CreateFunction: AccessDeniedException: User: arn:aws:iam::123456789012:user/ann is not authorized
      request id 5b1c
    hint: the caller needs `lambda:CreateFunction` and `iam:PassRole`
    hint: 4 of 11 steps are done and recorded
    ");
    let line = machine::card(&failure);
    assert!(
        line.starts_with(
            r#"{"v":3,"event":"error","exit":4,"errors":[{"code":"aws_request","message":"lambda_function.test: not"#
        ),
        "{line}"
    );
}

#[test]
fn the_steps_of_a_run_are_lines_with_their_durations() {
    let lines = |events: &[Event]| {
        let lines = events.iter().filter_map(|event| event::line(event, false, 20)).collect::<String>();
        anstream::adapter::strip_str(&lines).to_string()
    };
    let (key, verb) = (key("lambda_function.test"), Verb::Create);
    let error = ResourceError::refused("no");
    insta::assert_snapshot!(lines(&[
        Event::StepStarted { key: key.clone(), verb },
        Event::Waiting { key: key.clone(), reason: "waiting for the role to be assumable, up to 60 s".into() },
        Event::StepDone { key: key.clone(), verb, took: Duration::from_millis(1234) },
        Event::StepFailed { key: key.clone(), verb, error },
        Event::StepSkipped { key: "stage.main".parse().unwrap(), verb },
    ]), @r"
    lambda_function.test  waiting for the role to be assumable, up to 60 s
    lambda_function.test  created  1.2s
    lambda_function.test  not created
    ");
}

/// A state with a carriage return in every text that a user can choose.
fn hostile(text: &str) -> State {
    let text = || text.to_owned();
    let (key, verb) = (key(&format!("kind.{}", text())), Verb::Create);
    let place = StackIdentity { stack: text(), stage: text(), region: text(), account: text(), endpoint: Some(text()) };
    let mut state = State { lineage: text(), written_by: text(), ..State::new(place) };
    let (after, since) = ([key.clone()].into(), "2026-11-23T09:00:00Z".parse().unwrap());
    let intent = Intent { verb, token: text(), spec: None, needs: [].into(), since };
    let outputs = json!({ text(): text() });
    let recorded = Recorded { outputs, token: None, needs: after, applied: None, replaced: vec![json!(text())] };
    let changes = [(key.clone(), Changed { verb, settings: [text()].into() })];
    state.resources.insert(key.clone(), recorded);
    state.pending.insert(key.clone(), intent);
    state.temporary_user = Some(CheckUser { user_pool_id: text(), username: text() });
    state.unconfirmed =
        Some(Unconfirmed { before: [(key, None)].into(), changes: changes.clone().into(), ..Unconfirmed::default() });
    state.releases.push(Release {
        number: 1,
        at: since,
        by: text(),
        checked: true,
        back_to: None,
        changes: changes.into(),
        serves: [].into(),
        needs: [].into(),
        checks: serde_json::Value::Null,
    });
    state
}

#[test]
fn no_text_of_a_state_moves_the_cursor() {
    let state = hostile("a\rb");
    let card = StateCard { place: "a\rb", state: &state };
    let obstacles = vec![Obstacle::Pruned { key: key("kind.a\rb"), served: "a\rb".into() }];
    let releases = state.releases.iter();
    let releases = releases.map(|release| ReleaseRow { served: true, obstacles: obstacles.clone(), release }).collect();
    let history = HistoryTable { releases, unconfirmed: true };
    let text = [plain(&card), plain(&history)].concat();
    assert!(!text.contains('\r'), "{text:?}");
    assert_eq!(text.matches(r"a\rb").count(), 21, "{text}");
}
