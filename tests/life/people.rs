//! Users in the user pool: no way to lose them by accident.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cognitoidentityprovider::types::{AdminCreateUserConfigType, LambdaConfigType};
use serde_json::{Value, json};

use crate::harness::{
    project::{Project, example},
    shape::census,
    stack::{Command, Stack},
};

impl Stack {
    /// Creates users in the only pool.
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

    async fn up_with_users() -> (Self, Project) {
        let (stack, project) = (Self::new(), Project::new(&example()));
        stack.up(&project).await.done();
        stack.register(&["ann", "bob"]).await;
        (stack, project)
    }
}

fn both() -> BTreeSet<String> {
    ["ann", "bob"].map(str::to_owned).into()
}

#[tokio::test(start_paused = true)]
async fn a_down_deletes_users_only_with_their_exact_number() {
    for named in [None, Some(1), Some(3)] {
        let (stack, project) = Stack::up_with_users().await;
        match named {
            None => stack.down().await.done(),
            Some(users) => stack.run(Command::Down(Some(users))).await.done(),
        };
        assert_eq!(stack.people().await, both(), "{named:?}");
        assert_eq!(census(&stack.local), BTreeMap::from([("pools", 1)]), "{named:?}");
        // The next up adopts the pool with its users.
        stack.up(&project).await.done();
        assert_eq!(stack.people().await, both(), "{named:?}");
        stack.run(Command::Down(Some(2))).await.done();
        assert_eq!(census(&stack.local), BTreeMap::new(), "{named:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_down_without_confirmation_that_dies_at_any_request_keeps_all_users() {
    let (start, project) = Stack::up_with_users().await;
    for death in start.deaths(Command::Down(None)).await {
        let stack = start.left_by(&death).await;
        assert_eq!(stack.people().await, both(), "{:?}", death.cut);
        stack.up(&project).await.done();
        assert_eq!(stack.people().await, both(), "{:?}: after the next up", death.cut);
    }
}

/// The settings of the only pool, if it exists.
fn settings(stack: &Stack) -> Option<Value> {
    let pools = stack.local.snapshot()["cognito"]["pools"].take();
    pools.as_object().and_then(|pools| pools.values().next()).map(|pool| pool["settings"].clone())
}

/// A stack whose pool was changed by hand, in settings that an update without them would reset.
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
    let mut lifted = 0;
    for death in start.deaths(Command::Down(None)).await {
        let Some(mut left) = settings(&start.left_by(&death).await) else { continue };
        if left["DeletionProtection"] == "INACTIVE" {
            lifted += 1;
            left["DeletionProtection"] = json!("ACTIVE");
        }
        assert_eq!(left, before, "{:?}", death.cut);
    }
    assert!(lifted > 1, "no down died between the two requests");
}
