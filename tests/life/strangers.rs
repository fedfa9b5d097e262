//! A role, a log group or a function of the stack was deleted, and somebody else made one of its name: it is theirs, whatever
//! is run here.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_iam::types::Tag;
use aws_sdk_lambda::{primitives::Blob, types::FunctionCode};
use serde_json::{Value, json};
use stackctl::aws::Cloud;

use crate::harness::{
    project::{Project, example, patched},
    python,
    shape::census,
    stack::{Stack, steps},
};

const ROLE: &str = "shop-dev-open-us-west-2";
const GROUP: &str = "/aws/lambda/shop-dev-open";
const FUNCTION: &str = "shop-dev-open";

/// The kinds whose id is a name, which others may take when it is free.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Named {
    Role,
    Group,
    Function,
}

/// Who made the new one.
#[derive(Debug, Clone, Copy)]
enum Stranger {
    ByHand,
    AnotherStack,
    AnotherState,
}

impl Stranger {
    fn tags(self, key: &str) -> HashMap<String, String> {
        let tags = |stack: &str| {
            [("stack", stack), ("stage", "dev"), ("resource", key), ("token", "theirs")]
                .map(|(name, value)| (format!("stackctl:{name}"), value.to_owned()))
                .into()
        };
        match self {
            Self::ByHand => HashMap::new(),
            Self::AnotherStack => tags("theirs"),
            Self::AnotherState => tags("shop"),
        }
    }

    fn seems(self) -> &'static str {
        match self {
            Self::ByHand => "carries no stackctl tags, so something else made it",
            Self::AnotherStack => "belongs to stack `theirs` stage `dev`",
            Self::AnotherState => "was made for this stack and stage from another state, which this one does not know",
        }
    }
}

impl Named {
    fn key(self) -> &'static str {
        match self {
            Self::Role => "iam_role.open",
            Self::Group => "log_group.open",
            Self::Function => "lambda_function.open",
        }
    }

    fn called(self) -> String {
        match self {
            Self::Role => format!("role `{ROLE}`"),
            Self::Group => format!("log group `{GROUP}`"),
            Self::Function => format!("function `{FUNCTION}`"),
        }
    }

    /// Deletes ours and makes theirs.
    async fn made_anew(self, cloud: &Cloud, stranger: Stranger) {
        let tags = stranger.tags(self.key());
        match self {
            Self::Role => role(cloud, tags).await,
            Self::Group => {
                cloud.logs.delete_log_group().log_group_name(GROUP).send().await.unwrap();
                cloud.logs.create_log_group().log_group_name(GROUP).set_tags(Some(tags)).send().await.unwrap();
            }
            Self::Function => function(cloud, tags).await,
        }
    }

    /// Everything that the cloud knows of it.
    fn theirs(self, stack: &Stack) -> String {
        let world = stack.local.snapshot();
        let (things, name) = match self {
            Self::Role => (&world["iam"]["roles"], ROLE),
            Self::Group => (&world["logs"]["groups"], GROUP),
            Self::Function => (&world["lambda"]["functions"], FUNCTION),
        };
        let found = things.as_object().unwrap().iter().find(|(id, _)| id.ends_with(name));
        found.unwrap_or_else(|| panic!("{name} is not there: {things}")).1.to_string()
    }

    fn census(self) -> BTreeMap<&'static str, usize> {
        match self {
            Self::Role => [("roles", 1)].into(),
            Self::Group => [("log groups", 1)].into(),
            Self::Function => ["functions", "versions", "aliases", "statements"].map(|what| (what, 1)).into(),
        }
    }
}

async fn role(cloud: &Cloud, tags: HashMap<String, String>) {
    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" } ] });
    let iam = &cloud.iam;
    iam.delete_role_policy().role_name(ROLE).policy_name("logs").send().await.unwrap();
    iam.delete_role().role_name(ROLE).send().await.unwrap();
    let tags = tags.into_iter().map(|(name, value)| Tag::builder().key(name).value(value).build().unwrap());
    let request = iam.create_role().role_name(ROLE).path("/stackctl/shop/dev/").set_tags(Some(tags.collect()));
    request.assume_role_policy_document(trust.to_string()).send().await.unwrap();
    let all =
        json!({ "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Action": "*", "Resource": "*" } ] });
    let request = iam.put_role_policy().role_name(ROLE).policy_name("logs");
    request.policy_document(all.to_string()).send().await.unwrap();
}

/// Theirs lets the same API call it, by a statement of the same id.
async fn function(cloud: &Cloud, tags: HashMap<String, String>) {
    let lambda = &cloud.lambda;
    let settings = lambda.get_function_configuration().function_name(FUNCTION).send().await.unwrap();
    let policy = lambda.get_policy().function_name(FUNCTION).qualifier("live").send().await.unwrap().policy.unwrap();
    let statement: Value = serde_json::from_str::<Value>(&policy).unwrap()["Statement"][0].take();
    lambda.delete_function().function_name(FUNCTION).send().await.unwrap();
    let zip = python("theirs = 1").1;
    let code = FunctionCode::builder().zip_file(Blob::new(zip.to_vec())).build();
    let request = lambda.create_function().function_name(FUNCTION).code(code).publish(true).set_tags(Some(tags));
    let request = request.runtime(settings.runtime.unwrap()).handler("app.theirs").role(settings.role.unwrap());
    request.send().await.unwrap();
    lambda.create_alias().function_name(FUNCTION).name("live").function_version("1").send().await.unwrap();
    let request = lambda.add_permission().function_name(FUNCTION).qualifier("live");
    let request = request.statement_id(statement["Sid"].as_str().unwrap()).action("lambda:InvokeFunction");
    let request = request.principal("apigateway.amazonaws.com");
    request.source_arn(statement["Condition"]["ArnLike"]["AWS:SourceArn"].as_str().unwrap()).send().await.unwrap();
}

/// A stack of which one thing is a stranger's, for every sort of both.
async fn each(test: impl AsyncFn(Stack, Project, Named, Stranger)) {
    for named in [Named::Role, Named::Group, Named::Function] {
        for stranger in [Stranger::ByHand, Stranger::AnotherStack, Stranger::AnotherState] {
            let (stack, project) = (Stack::new(), Project::new(&example()));
            stack.up(&project).await.done();
            named.made_anew(&stack.clients().await, stranger).await;
            test(stack, project, named, stranger).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_up_is_refused_and_says_whose_it_seems() {
    each(async |stack, project, named, stranger| {
        let before = stack.local.snapshot().to_string();
        let refused = stack.plan(&project).await.expect_err("it is a stranger's");
        let expected =
            format!("{}: {} is not the one that was recorded: it {}", named.key(), named.called(), stranger.seems());
        assert_eq!(refused.to_string(), expected);
        assert_eq!(stack.local.snapshot().to_string(), before, "{named:?} {stranger:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_down_leaves_it_alone_and_removes_everything_else() {
    each(async |stack, _, named, stranger| {
        let before = named.theirs(&stack);
        let run = stack.down().await.done();
        assert!(run.steps().contains(&format!("forget {}", named.key())), "{:?}", run.steps());
        assert_eq!(named.theirs(&stack), before, "{named:?} {stranger:?}");
        assert_eq!(census(&stack.local), named.census(), "{named:?} {stranger:?}");
        assert!(stack.wire.state().unwrap().resources.is_empty(), "{named:?} {stranger:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_configured_any_more_is_forgotten() {
    let without = json!({ "functions": { "open": null }, "routes": { "GET /open": null } });
    let without = Project::new(&patched(&example(), &without));
    each(async |stack, _, named, stranger| {
        let before = named.theirs(&stack);
        stack.up(&without).await.done();
        assert_eq!(named.theirs(&stack), before, "{named:?} {stranger:?}");
        assert_eq!(steps(&stack.planned(&without).await), Vec::<String>::new(), "{named:?} {stranger:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_a_state_of_the_older_format_knows_is_ours_without_a_token() {
    let (stack, project) = (Stack::new(), Project::new(&example()));
    stack.up(&project).await.done();
    stack.wire.edit_state(|state| state.resources.values_mut().for_each(|recorded| recorded.token = None));
    assert_eq!(steps(&stack.planned(&project).await), Vec::<String>::new());
    Named::Role.made_anew(&stack.clients().await, Stranger::AnotherStack).await;
    assert_eq!(stack.plan(&project).await.unwrap_err().0.len(), 1);
    stack.down().await.done();
    assert_eq!(census(&stack.local), Named::Role.census());
}
