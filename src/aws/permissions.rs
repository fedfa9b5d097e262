//! The IAM policies of a deployer, from the table of operations, and the trust policy of its role.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    operation,
    ownership::{STACK, STAGE},
    partition::partition,
};

/// The most characters of a managed policy; IAM does not count white space.
pub const POLICY_LIMIT: usize = 6_144;

/// Which stack a policy is for. The account, the Region, the stage and the key may be `*`.
#[derive(Debug, Clone)]
pub struct Deployer {
    /// Twelve digits.
    pub account: String,
    pub region: String,
    pub service_name: String,
    pub stage: String,
    /// The bucket of the state, with the folder of its key.
    pub state: Option<(String, String)>,
    /// Whether it only reads.
    pub read_only: bool,
}

/// A statement of the policy: its id, which actions it allows, and where.
struct Part {
    id: &'static str,
    has: fn(&str) -> bool,
    resources: fn(&Deployer) -> Vec<String>,
    condition: fn(&Deployer) -> Option<Value>,
}

/// Every action belongs to the first part that has it; those that tag a user pool also to `UserPools`.
const PARTS: &[Part] = &[
    Part { id: "FindResources", has: finds, resources: |_| vec!["*".into()], condition: |_| None },
    Part {
        id: "PassRole",
        has: |action| action == "iam:PassRole",
        resources: roles,
        condition: |_| Some(json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } })),
    },
    Part {
        id: "Roles",
        has: |action| action.starts_with("iam:"),
        // A role that does not exist has no path: without the second pattern AWS would deny what asks for it.
        resources: |it| {
            let without_path = format!("arn:{}:iam::{}:role/{}-*", it.partition(), it.account, it.stack());
            roles(it).into_iter().chain([without_path]).collect()
        },
        condition: |_| None,
    },
    Part {
        id: "CreateUserPool",
        has: |action| action == "cognito-idp:CreateUserPool" || action == TAG_POOL,
        resources: |_| vec!["*".into()],
        condition: |it| Some(it.tagged("StringEquals", "aws:RequestTag")),
    },
    Part {
        id: "UserPools",
        has: |action| action.starts_with("cognito-idp:"),
        resources: |it| vec![it.arn("cognito-idp", "userpool/*")],
        // A pool that was deleted has no tags, and must be seen to be deleted, not denied.
        condition: |it| Some(it.tagged("StringEqualsIfExists", "aws:ResourceTag")),
    },
    Part {
        id: "Functions",
        has: |action| action.starts_with("lambda:"),
        resources: |it| vec![it.arn("lambda", &format!("function:{}-*", it.stack()))],
        condition: |_| None,
    },
    Part { id: "Apis", has: |action| action.starts_with("apigateway:"), resources: apis, condition: |_| None },
    Part {
        id: "LogGroups",
        has: |action| action.starts_with("logs:"),
        resources: |it| {
            let groups = [format!("lambda/{}-*", it.stack()), format!("apigateway/{}-access*", it.stack())];
            groups.map(|group| it.arn("logs", &format!("log-group:/aws/{group}"))).into()
        },
        condition: |_| None,
    },
    Part { id: "State", has: |action| action.starts_with("s3:"), resources: state, condition: |_| None },
];

const TAG_POOL: &str = "cognito-idp:TagResource";

/// Actions on no resource, or on those whose owner is not known before they are read.
fn finds(action: &str) -> bool {
    [
        "cognito-idp:DescribeUserPool",
        "cognito-idp:ListUserPools",
        "iam:ListRoles",
        "lambda:ListFunctions",
        "logs:DescribeLogGroups",
    ]
    .contains(&action)
}

fn roles(it: &Deployer) -> Vec<String> {
    vec![format!("arn:{}:iam::{}:role/stackctl/{}/{}/*", it.partition(), it.account, it.service_name, it.stage)]
}

fn apis(it: &Deployer) -> Vec<String> {
    let paths = ["restapis", "restapis/*", "tags/*", "account"];
    paths.map(|path| format!("arn:{}:apigateway:{}::/{path}", it.partition(), it.region)).into()
}

fn state(it: &Deployer) -> Vec<String> {
    let arns = |(bucket, folder): &(String, String)| {
        let bucket = format!("arn:{}:s3:::{bucket}", it.partition());
        vec![bucket.clone(), format!("{bucket}/{folder}*")]
    };
    it.state.as_ref().map(arns).unwrap_or_default()
}

/// The actions of all operations.
fn actions() -> BTreeSet<&'static str> {
    operation::ALL.iter().flat_map(|operation| operation.actions).copied().collect()
}

/// Whether an action changes nothing.
fn reads(action: &str) -> bool {
    let (_, name) = action.split_once(':').unwrap_or_default();
    ["Get", "List", "Describe", "Filter", "AdminGet", "AdminList", "GET"].iter().any(|verb| name.starts_with(verb))
}

/// The id of the statement that allows an action.
pub(super) fn statement_with(action: &str) -> Option<&'static str> {
    PARTS.iter().find(|part| (part.has)(action)).map(|part| part.id)
}

impl Deployer {
    /// The statements. That of the state is left out when the state is in no bucket.
    #[must_use]
    pub fn statements(&self) -> Vec<Value> {
        let mut left = actions();
        let mut statements = Vec::new();
        for part in PARTS {
            let (taken, rest): (BTreeSet<_>, BTreeSet<_>) = left.into_iter().partition(|action| (part.has)(action));
            left = rest;
            if part.id == "CreateUserPool" {
                left.insert(TAG_POOL);
            }
            let actions: Vec<_> = taken.into_iter().filter(|action| !self.read_only || reads(action)).collect();
            let resources = (part.resources)(self);
            if actions.is_empty() || resources.is_empty() {
                continue;
            }
            let mut statement =
                json!({ "Sid": part.id, "Effect": "Allow", "Action": actions, "Resource": one_or_many(resources) });
            if let Some(condition) = (part.condition)(self) {
                statement["Condition"] = condition;
            }
            statements.push(statement);
        }
        statements
    }

    /// The policy: one document, or several when the statements are longer than IAM allows for one.
    #[must_use]
    pub fn policies(&self) -> Vec<Value> {
        let mut documents: Vec<Vec<Value>> = Vec::new();
        for statement in self.statements() {
            let fits = documents.last().is_some_and(|last| {
                let with: Vec<Value> = last.iter().chain([&statement]).cloned().collect();
                size(&policy(&with)) <= POLICY_LIMIT
            });
            match documents.last_mut().filter(|_| fits) {
                Some(last) => last.push(statement),
                None => documents.push(vec![statement]),
            }
        }
        documents.iter().map(|statements| policy(statements)).collect()
    }

    fn partition(&self) -> &'static str {
        partition(&self.region)
    }

    fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition(), self.region, self.account)
    }

    fn stack(&self) -> String {
        format!("{}-{}", self.service_name, self.stage)
    }

    /// The condition that the tags of the request or of the resource are those of the stack.
    fn tagged(&self, operator: &str, key: &str) -> Value {
        let mut tags = json!({ format!("{key}/{STACK}"): self.service_name });
        if self.stage != "*" {
            tags[format!("{key}/{STAGE}")] = json!(self.stage);
        }
        json!({ operator: tags })
    }
}

/// The number of characters that IAM counts in a policy.
#[must_use]
pub fn size(policy: &Value) -> usize {
    policy.to_string().chars().filter(|character| !character.is_whitespace()).count()
}

fn one_or_many(mut values: Vec<String>) -> Value {
    if values.len() == 1 { json!(values.remove(0)) } else { json!(values) }
}

fn policy(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// The trust policy of a role that GitHub Actions assumes with a token of this subject. The account must have GitHub's
/// identity provider.
#[must_use]
pub fn github_trust(account: &str, region: &str, subject: &str) -> Value {
    const ISSUER: &str = "token.actions.githubusercontent.com";
    let provider = format!("arn:{}:iam::{account}:oidc-provider/{ISSUER}", partition(region));
    let mut condition = json!({ "StringEquals": { format!("{ISSUER}:aud"): "sts.amazonaws.com" } });
    let operator = if subject.contains('*') { "StringLike" } else { "StringEquals" };
    condition[operator][format!("{ISSUER}:sub")] = json!(subject);
    policy(&[json!({
        "Effect": "Allow",
        "Principal": { "Federated": provider },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    })])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployer(service_name: &str, stage: &str) -> Deployer {
        Deployer {
            account: "123456789012".into(),
            region: "eu-west-1".into(),
            service_name: service_name.into(),
            stage: stage.into(),
            state: Some(("states".into(), "stackctl/".into())),
            read_only: false,
        }
    }

    #[test]
    fn every_action_is_in_a_statement() {
        let statements = deployer("shop", "dev").statements();
        let listed: Vec<_> = statements.iter().flat_map(|it| it["Action"].as_array().unwrap()).collect();
        let missing: Vec<_> = actions().into_iter().filter(|action| !listed.contains(&&json!(action))).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(actions().iter().all(|action| statement_with(action).is_some()));
    }

    #[test]
    fn a_policy_is_no_longer_than_iam_allows() {
        assert_eq!(deployer("shop", "dev").policies().len(), 1);
        let long = deployer(&"s".repeat(500), "dev").policies();
        assert_eq!(long.len(), 2);
        assert!(long.iter().all(|policy| size(policy) <= POLICY_LIMIT));
    }

    #[test]
    fn a_reader_changes_nothing() {
        let reader = Deployer { read_only: true, ..deployer("shop", "dev") };
        let text = json!(reader.statements()).to_string();
        for verb in ["Create", "Update", "Delete", "Put", "Tag", "Untag", "Pass", "POST", "Invoke", "AdminSet"] {
            assert!(!text.contains(&format!(":{verb}")), "{verb}");
        }
    }
}
