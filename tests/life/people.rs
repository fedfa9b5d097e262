//! People in the user pool: every way to lose them, and none of them does.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cognitoidentityprovider::types::{AdminCreateUserConfigType, LambdaConfigType};
use serde_json::{Value, json};
use stackctl_local::{Effect, Fault, Weather};

use crate::harness::{
    project::{Project, example, patched},
    shape::census,
    stack::{Command, Run, Stack},
    wire::{Cut, Way},
};

impl Stack {
    /// Makes users in the only pool there is.
    async fn register(&self, names: &[&str]) {
        let cognito = self.clients().await.cognito;
        let pools = cognito.list_user_pools().max_results(60).send().await.unwrap().user_pools.unwrap();
        assert_eq!(pools.len(), 1, "{pools:?}");
        for name in names {
            let request = cognito.admin_create_user().user_pool_id(pools[0].id().unwrap()).username(*name);
            request.send().await.unwrap();
        }
    }

    /// The names of all users, in all pools.
    async fn people(&self) -> BTreeSet<String> {
        let cognito = self.clients().await.cognito;
        let pools = cognito.list_user_pools().max_results(60).send().await.unwrap().user_pools.unwrap();
        let mut names = BTreeSet::new();
        for pool in pools {
            let users = cognito.list_users().user_pool_id(pool.id.unwrap()).send().await.unwrap().users.unwrap();
            names.extend(users.into_iter().filter_map(|user| user.username));
        }
        names
    }

    async fn up_with_people() -> (Self, Project) {
        let (stack, project) = (Self::new(), Project::new(&example()));
        stack.up(&project).await.done();
        stack.register(&["ann", "bob"]).await;
        (stack, project)
    }

    /// Why there is no plan for this configuration.
    async fn refusal(&self, edit: &Value) -> String {
        self.plan(&Project::new(&patched(&example(), edit))).await.unwrap_err().to_string()
    }
}

fn both() -> BTreeSet<String> {
    ["ann", "bob"].map(str::to_owned).into()
}

fn failures(run: &Run) -> Vec<String> {
    let failed = run.outcome.iter().flat_map(|outcome| &outcome.failed);
    failed.map(|failed| format!("{}: {}", failed.key, failed.error)).collect()
}

/// Other settings of what people sign in with than the example's.
fn by_email() -> Value {
    json!({ "userPool": { "usernameAttributes": ["email"] } })
}

#[tokio::test(start_paused = true)]
async fn a_down_deletes_them_only_with_their_exact_number() {
    for named in [None, Some(1), Some(3)] {
        let (stack, project) = Stack::up_with_people().await;
        match named {
            None => stack.down().await.done(),
            Some(users) => stack.run(Command::Down(Some(users))).await.done(),
        };
        assert_eq!(stack.people().await, both(), "{named:?}");
        assert_eq!(census(&stack.local), BTreeMap::from([("pools", 1)]), "{named:?}");
        // The next up takes the pool in again, people and all.
        stack.up(&project).await.done();
        assert_eq!(stack.people().await, both(), "{named:?}");
        stack.run(Command::Down(Some(2))).await.done();
        assert_eq!(census(&stack.local), BTreeMap::new(), "{named:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_edit_replaces_their_pool() {
    let (stack, _) = Stack::up_with_people().await;
    assert_eq!(
        stack.refusal(&by_email()).await,
        "user_pool.main: `username_attributes` cannot be changed from `[]` to `[\"email\"]`: AWS could only make a new one \
         in its place, and what people keep in it would be lost"
    );
    let edits = [
        json!({ "deployment": { "userPoolName": "others", "clientName": "others" } }),
        json!({ "userPool": { "mfa": "ON", "selfSignUp": true, "deletionProtection": false } }),
        json!({ "client": { "generateSecret": true } }),
        json!({ "routes": { "GET /closed": null } }),
    ];
    for edit in edits {
        stack.up(&Project::new(&patched(&example(), &edit))).await.done();
        assert_eq!(stack.people().await, both(), "{edit}");
    }
}

/// A config that says nothing of case, on a pool of before there was a word for it or of a former config.
#[tokio::test(start_paused = true)]
async fn a_recorded_pool_keeps_its_case_sensitivity_and_a_new_one_is_case_insensitive() {
    let asked = |sensitive: bool| json!({ "userPool": { "caseSensitive": sensitive } });
    let stack = Stack::new();
    stack.up(&Project::new(&patched(&example(), &asked(true)))).await.done();
    stack.register(&["ann", "Ann"]).await;
    let run = stack.up(&Project::new(&example())).await;
    assert_eq!(run.done().steps(), Vec::<String>::new());
    assert!(stack.refusal(&asked(false)).await.starts_with("user_pool.main: `case_sensitive` cannot be changed"));

    let stack = Stack::new();
    stack.up(&Project::new(&example())).await.done();
    stack.register(&["Ann"]).await;
    assert_eq!(stack.people().await, ["ann".to_owned()].into());
    assert!(stack.refusal(&asked(true)).await.starts_with("user_pool.main: `case_sensitive` cannot be changed"));
    assert_eq!(stack.up(&Project::new(&patched(&example(), &asked(false)))).await.done().steps(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_between_the_count_and_the_deletion_stops_it() {
    let (stack, _) = Stack::up_with_people().await;
    // The pool is deleted last, so there is time: the client's deletion fails, and somebody registers meanwhile.
    let effect = Effect::Refuse { status: 400, code: "InternalErrorException".into(), message: "not now".into() };
    stack.local.add_fault(Fault { operation: Some("cognito-idp:DeleteUserPool".into()), skip: 0, times: 1, effect });
    let run = stack.run(Command::Down(Some(2))).await;
    assert_eq!(failures(&run), ["user_pool.main: cognito-idp:DeleteUserPool: InternalErrorException: not now"]);
    stack.register(&["eve"]).await;
    stack.run(Command::Down(Some(2))).await.done();
    assert_eq!(stack.people().await.len(), 3);
}

/// A first up that dies as soon as there is a pool, whose result is not on record.
async fn died_with_a_pool() -> Stack {
    let project = Project::new(&example());
    for at in 0.. {
        let stack = Stack::new();
        stack.cut(Command::Up(&project), Some(Cut { at, way: Way::DiesAfter })).await;
        let unrecorded = stack.wire.state().is_some_and(|state| state.resources.is_empty());
        if unrecorded && census(&stack.local).contains_key("pools") {
            return stack;
        }
    }
    unreachable!("an up makes a pool");
}

#[tokio::test(start_paused = true)]
async fn those_in_a_pool_that_an_interrupted_up_left_are_kept_too() {
    let stack = died_with_a_pool().await;
    stack.register(&["ann", "bob"]).await;
    assert!(stack.refusal(&by_email()).await.starts_with("user_pool.main: `username_attributes` cannot be changed"));
    stack.down().await.done();
    assert_eq!((stack.people().await, census(&stack.local)), (both(), BTreeMap::from([("pools", 1)])));
    stack.up(&Project::new(&example())).await.done();
    assert_eq!((stack.people().await, census(&stack.local)["pools"]), (both(), 1));
}

#[tokio::test(start_paused = true)]
async fn an_empty_pool_that_an_interrupted_up_left_is_made_as_it_is_wanted_now() {
    let stack = died_with_a_pool().await;
    let project = Project::new(&patched(&example(), &by_email()));
    stack.up(&project).await.done();
    assert_eq!(census(&stack.local)["pools"], 1);
    assert!(stack.planned(&project).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_somebody_else_deleted_is_made_again_and_the_next_down_counts_anew() {
    let (stack, project) = Stack::up_with_people().await;
    let (cognito, id) = (stack.clients().await.cognito, stack.output("user_pool.main", "id"));
    let lifted = cognito.update_user_pool().user_pool_id(&id).deletion_protection("INACTIVE".into());
    lifted.send().await.unwrap();
    cognito.delete_user_pool().user_pool_id(&id).send().await.unwrap();
    stack.up(&project).await.done();
    stack.register(&["eve"]).await;
    stack.run(Command::Down(Some(2))).await.done();
    assert_eq!(stack.people().await, BTreeSet::from(["eve".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_down_that_dies_at_any_call_leaves_them_or_nothing() {
    let (start, project) = Stack::up_with_people().await;
    let whole = start.fork(Weather::default());
    whole.run(Command::Down(Some(2))).await.done();
    for cut in deaths(whole.wire.ticks().len()) {
        let stack = start.fork(Weather::default());
        let died = stack.cut(Command::Down(None), Some(cut)).await;
        assert_eq!(stack.people().await, both(), "{cut:?}: without consent");
        // A down of a pool that is kept is shorter than one that deletes it.
        if died.is_none() {
            stack.up(&project).await.done();
            assert_eq!(stack.people().await, both(), "{cut:?}: after the next up");
        }
    }
}

/// Every death of a process that makes so many calls and saves.
fn deaths(ticks: usize) -> impl Iterator<Item = Cut> {
    (0..ticks).flat_map(|at| [Way::DiesBefore, Way::DiesAfter].map(|way| Cut { at, way }))
}

/// The settings of the only pool, unless it is gone.
fn settings(stack: &Stack) -> Option<Value> {
    let pools = stack.local.snapshot()["cognito"]["pools"].take();
    pools.as_object().and_then(|pools| pools.values().next()).map(|pool| pool["settings"].clone())
}

/// A stack whose pool somebody has changed by hand, where an update that leaves it out would reset it.
async fn changed_by_hand() -> Stack {
    let stack = Stack::new();
    stack.up(&Project::new(&example())).await.done();
    let trigger = "arn:aws:lambda:us-west-2:000000000000:function:greet";
    let only_admins = AdminCreateUserConfigType::builder().allow_admin_create_user_only(true).build();
    let by_hand = stack.clients().await.cognito.update_user_pool().user_pool_id(stack.output("user_pool.main", "id"));
    let by_hand = by_hand
        .deletion_protection("ACTIVE".into())
        .lambda_config(LambdaConfigType::builder().pre_sign_up(trigger).post_confirmation(trigger).build())
        .sms_authentication_message("sign in {####}")
        .admin_create_user_config(only_admins);
    by_hand.send().await.unwrap();
    stack
}

#[tokio::test(start_paused = true)]
async fn a_down_that_dies_anywhere_leaves_every_setting_but_the_protection() {
    let start = changed_by_hand().await;
    let before = settings(&start).unwrap();
    assert_eq!(before["DeletionProtection"], "ACTIVE");
    let whole = start.fork(Weather::default());
    whole.down().await.done();
    let mut lifted = 0;
    for cut in deaths(whole.wire.ticks().len()) {
        let stack = start.fork(Weather::default());
        stack.cut(Command::Down(None), Some(cut)).await;
        let Some(mut left) = settings(&stack) else { continue };
        if left["DeletionProtection"] == "INACTIVE" {
            lifted += 1;
            left["DeletionProtection"] = json!("ACTIVE");
        }
        assert_eq!(left, before, "{cut:?}");
    }
    assert!(lifted > 1, "no down died between the two calls");
}
