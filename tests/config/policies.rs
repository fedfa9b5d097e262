//! Permissions of a function's role.

use insta::assert_snapshot;

use super::harness::Folder;

fn policy(statements: &str) -> Folder {
    Folder::with_function(&format!("\"policy\": [\n{statements}\n]"))
}

#[test]
fn a_good_policy_and_managed_policies_pass() {
    let folder = Folder::with_function(
        r#""policy": [
        { "Sid": "Read", "Effect": "Allow", "Action": ["dynamodb:GetItem", "s3:Get*"], "Resource": "arn:aws:s3:::bucket/*" },
        { "Effect": "Deny", "NotAction": "sts:*", "NotResource": ["arn:aws:dynamodb:${region}:${account}:table/${stage}-x"],
          "Condition": { "StringEquals": { "aws:RequestedRegion": ["eu-west-1"] } } }
      ],
      "managedPolicies": ["arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole", "arn:aws:iam::123456789012:policy/mine"]"#,
    );
    assert_eq!(folder.problems(), "");
}

#[test]
fn a_statement_has_the_members_of_iam() {
    let folder = policy(
        r#"  { "Effect": "allow", "Action": "s3:GetObject", "Resource": "*" },
  { "Action": "s3:GetObject", "Resource": "*" },
  { "Effect": "Allow", "action": "s3:GetObject", "Resource": "*" },
  { "Effect": "Allow", "Action": "s3:GetObject", "NotAction": "s3:PutObject" },
  { "Effect": "Allow", "Action": [], "Resource": 7 },
  { "Effect": "Allow", "Action": "s3:*", "Resource": "*", "Principal": "*" }"#,
    );
    assert_snapshot!(folder.problems(), @"
    error: config.json:6:15: functions.hello.policy[0].Effect: `allow` is not allowed
      allowed are: Allow, Deny
    hint: did you mean `Allow`?
    error: config.json:7:3: functions.hello.policy[1]: the key `Effect` is missing
      Effect: Whether the statement allows or denies
    error: config.json:8:3: functions.hello.policy[2]: the statement has neither `Action` nor `NotAction`
    error: config.json:8:24: functions.hello.policy[2].action: unknown key
      keys here are: Sid, Effect, Action, NotAction, Resource, NotResource, Condition
    hint: did you mean `Action`?
    error: config.json:9:3: functions.hello.policy[3]: the statement has both `Action` and `NotAction`
    error: config.json:9:3: functions.hello.policy[3]: the statement has neither `Resource` nor `NotResource`
    error: config.json:10:34: functions.hello.policy[4].Action: the list is empty
    hint: name at least one, or leave the key out
    error: config.json:10:50: functions.hello.policy[4].Resource: expected a string or a list, found the number 7
    error: config.json:11:59: functions.hello.policy[5].Principal: unknown key
      keys here are: Sid, Effect, Action, NotAction, Resource, NotResource, Condition
    ");
}

#[test]
fn actions_resources_and_sids_have_their_forms() {
    let folder = policy(
        r#"  { "Sid": "a b", "Effect": "Allow", "Action": "GetObject", "Resource": "bucket" },
  { "Sid": "one", "Effect": "Allow", "Action": ["s3:GetObject", "s3:"], "Resource": ["arn:aws:s3", "*"] },
  { "Sid": "one", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" }"#,
    );
    assert_snapshot!(folder.problems(), @r"
    error: config.json:6:12: functions.hello.policy[0].Sid: `a b` is not a Sid
      a Sid has letters and digits
    error: config.json:6:48: functions.hello.policy[0].Action: `GetObject` is not an action
      an action is written like `dynamodb:GetItem` or `s3:Get*`, or is `*`
    error: config.json:6:73: functions.hello.policy[0].Resource: `bucket` is not a resource
      a resource is an ARN, such as `arn:aws:s3:::bucket/*`, or `*`
    error: config.json:7:65: functions.hello.policy[1].Action[1]: `s3:` is not an action
      an action is written like `dynamodb:GetItem` or `s3:Get*`, or is `*`
    error: config.json:7:86: functions.hello.policy[1].Resource[0]: `arn:aws:s3` is not a resource
      a resource is an ARN, such as `arn:aws:s3:::bucket/*`, or `*`
    error: config.json:8:12: functions.hello.policy[2].Sid: duplicate Sid `one`
    ");
}

#[test]
fn a_policy_has_only_characters_that_iam_accepts() {
    let folder = policy(
        r#"  { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/größe — alt/*",
    "Condition": { "StringEquals": { "aws:RequestTag/Ω": ["é", "", "日"] } } }"#,
    );
    assert_snapshot!(folder.problems(), @r#"
    error: config.json:6:62: functions.hello.policy[0].Resource: IAM rejects `—` in the policy
      allowed are the characters of Latin-1, up to U+00FF
    error: config.json:7:38: functions.hello.policy[0].Condition.StringEquals."aws:RequestTag/Ω": IAM rejects `Ω` in the policy
      allowed are the characters of Latin-1, up to U+00FF
    error: config.json:7:68: functions.hello.policy[0].Condition.StringEquals."aws:RequestTag/Ω"[2]: IAM rejects `日` in the policy
      allowed are the characters of Latin-1, up to U+00FF
    "#);
}

#[test]
fn a_managed_policy_unknown_to_aws_is_a_warning() {
    let managed = |names: &[&str]| {
        let arns: Vec<_> = names.iter().map(|name| format!(r#""arn:aws:iam::aws:policy/{name}""#)).collect();
        Folder::with_function(&format!(r#""managedPolicies": [{}]"#, arns.join(", "))).problems()
    };
    assert_eq!(managed(&["AmazonDynamoDBReadOnlyAccess", "service-role/AWSLambdaBasicExecutionRole"]), "");
    assert_snapshot!(managed(&["AmazonDynamoDBReadonlyAcces"]), @r"
    warning: config.json:5:27: functions.hello.managedPolicies[0]: this version of stackctl does not know the managed policy `AmazonDynamoDBReadonlyAcces`
      the deploy fails if it does not exist
    hint: did you mean `AmazonDynamoDBReadOnlyAccess`?
    ");
    assert_snapshot!(managed(&["AWSLambdaBasicExecutionRole"]), @r"
    warning: config.json:5:27: functions.hello.managedPolicies[0]: this version of stackctl does not know the managed policy `AWSLambdaBasicExecutionRole`
      the deploy fails if it does not exist
    hint: did you mean `service-role/AWSLambdaBasicExecutionRole`?
    ");
    assert_snapshot!(managed(&["Mine"]), @r"
    warning: config.json:5:27: functions.hello.managedPolicies[0]: this version of stackctl does not know the managed policy `Mine`
      the deploy fails if it does not exist
    ");
    assert_snapshot!(managed(&["aws-service-role/AWSSupportServiceRolePolicy"]), @"
    error: config.json:5:27: functions.hello.managedPolicies[0]: IAM attaches the policy `aws-service-role/AWSSupportServiceRolePolicy` to no role but a service-linked one
    hint: remove it, and name the actions that the function needs in `policy`
    ");
    // Other partitions have other policies.
    assert_eq!(Folder::with_function(r#""managedPolicies": ["arn:aws-cn:iam::aws:policy/Mine"]"#).problems(), "");
}

#[test]
fn policies_keep_to_the_limits_of_iam() {
    let mut reported = vec![policy(r#"{ "Effect": "Allow", "Action": "*", "Resource": ["*"] }"#).problems()];
    let resources: Vec<_> = (0..400).map(|index| format!(r#""arn:aws:s3:::bucket{index}/*""#)).collect();
    let statement =
        format!(r#"{{ "Effect": "Allow", "Action": "s3:GetObject", "Resource": [{}] }}"#, resources.join(", "));
    reported.push(policy(&statement).problems());
    reported.push(Folder::with_function(
        r#""managedPolicies": ["AmazonS3ReadOnlyAccess", "arn:aws:iam::12:policy/mine", "arn:aws:iam::aws:role/mine"]"#,
    ).problems());
    let arns: Vec<_> = (0..11).map(|index| format!(r#""arn:aws:iam::123456789012:policy/p{index}""#)).collect();
    reported.push(Folder::with_function(&format!(r#""managedPolicies": [{}]"#, arns.join(", "))).problems());
    assert_snapshot!(reported.join("\n"), @r"
    warning: config.json:6:1: functions.hello.policy[0]: the function may do everything in the account
    hint: name the actions and resources it needs
    error: config.json:5:17: functions.hello.policy: the policy has 10747 characters
      IAM takes 10240 for a role, of which 9942 are left beside its log group
    hint: make a managed policy of it and name that in `managedPolicies`
    error: config.json:5:27: functions.hello.managedPolicies[0]: `AmazonS3ReadOnlyAccess` is not the ARN of a managed policy
      it is written like `arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess`
    error: config.json:5:53: functions.hello.managedPolicies[1]: `arn:aws:iam::12:policy/mine` is not the ARN of a managed policy
      it is written like `arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess`
    error: config.json:5:84: functions.hello.managedPolicies[2]: `arn:aws:iam::aws:role/mine` is not the ARN of a managed policy
      it is written like `arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess`
    error: config.json:5:26: functions.hello.managedPolicies: 11 managed policies
      IAM takes 10 for a role
    ");
}
