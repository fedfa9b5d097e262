//! The policy of a deployer has no action that no journey needs. That it lacks none is tested by every other test here:
//! their processes have these permissions and no others.

use std::collections::BTreeSet;

use serde_json::json;
use stackctl::aws::permissions::Deployer;

use crate::harness::{
    project::{Project, example, patched},
    stack::Stack,
};

/// What this journey does not need, and who does.
const OTHERS: &[(&str, &[&str])] = &[
    ("repairs of drift", &["iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "logs:DeleteRetentionPolicy"]),
    (
        "users, checks and sign-in",
        &[
            "cognito-idp:AdminAddUserToGroup",
            "cognito-idp:AdminCreateUser",
            "cognito-idp:AdminDeleteUser",
            "cognito-idp:AdminDisableUser",
            "cognito-idp:AdminEnableUser",
            "cognito-idp:AdminGetUser",
            "cognito-idp:AdminInitiateAuth",
            "cognito-idp:AdminListGroupsForUser",
            "cognito-idp:AdminRemoveUserFromGroup",
            "cognito-idp:AdminRespondToAuthChallenge",
            "cognito-idp:AdminSetUserPassword",
            "cognito-idp:AdminUpdateUserAttributes",
            "cognito-idp:CreateGroup",
            "cognito-idp:ListGroups",
        ],
    ),
    ("invoke and logs", &["lambda:InvokeFunction", "logs:FilterLogEvents"]),
];

#[tokio::test(start_paused = true)]
async fn no_action_of_the_policy_is_spare() {
    let stack = Stack::new();
    let settings = json!({
        "deployment": { "tags": { "team": "blue" } },
        "userPool": { "mfa": "OPTIONAL", "deletionProtection": false },
        "functions": { "open": {
            "policy": [{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }],
            "managedPolicies": ["arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess"],
        } },
    });
    let first = Project::new(&patched(&example(), &settings));
    stack.up(&first).await.done();
    let fewer = json!({
        "client": { "generateSecret": true },
        "functions": { "open": { "memory": 256, "logRetentionDays": 7 } },
        "routes": { "GET /closed": { "function": "open" }, "GET /open": null },
    });
    let second = Project::with_code(&patched(&example(), &fewer), "def handler(event, context):\n    return 2\n");
    stack.up(&second).await.done();
    let shorter = patched(&patched(&example(), &fewer), &json!({ "client": { "accessTokenValidityMinutes": 10 } }));
    stack.up(&Project::new(&shorter)).await.done();
    stack.recover(&second).await;
    stack.down().await.done();

    let deployer = Deployer {
        account: "*".into(),
        region: "us-west-2".into(),
        service_name: "shop".into(),
        stage: "dev".into(),
        state: None,
        read_only: false,
    };
    let statements = deployer.statements();
    let actions = statements.iter().flat_map(|it| it["Action"].as_array().expect("a list"));
    let allowed: BTreeSet<String> = actions.map(|action| action.as_str().expect("a text").to_owned()).collect();
    let needed = stack.local.needed_actions();
    let spare: BTreeSet<_> = allowed.difference(&needed).map(String::as_str).collect();
    let others: BTreeSet<_> = OTHERS.iter().flat_map(|(_, actions)| *actions).copied().collect();
    assert_eq!(spare, others);
}
