//! A resource whose ownership tags were removed by hand is not ours until it is tagged again.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_iam::types::Tag;
use serde_json::Value;
use stackctl::{
    aws::Clients,
    engine::{Found, Unmanaged},
};
use stackctl_local::Settings;

use super::{
    cases::{Case, cases},
    subject::{Subject, resolved},
};
use crate::harness::connect;

const NAMES: [&str; 4] = ["stackctl:stack", "stackctl:stage", "stackctl:resource", "stackctl:token"];

/// One resource with the service that keeps its tags.
struct Thing<'a> {
    cloud: &'a Clients,
    kind: &'a str,
    outputs: Value,
}

impl Thing<'_> {
    fn arn(&self) -> String {
        match self.kind {
            "stage" => {
                let [api, name] = ["rest_api_id", "name"].map(|output| self.outputs[output].as_str().unwrap());
                format!("arn:aws:apigateway:us-west-2::/restapis/{api}/stages/{name}")
            }
            _ => self.outputs["arn"].as_str().unwrap().to_owned(),
        }
    }

    async fn untag(&self, names: &[&str]) {
        let names = Some(names.iter().map(|name| (*name).to_owned()).collect());
        let Clients { iam, logs, lambda, cognito, apigateway, .. } = self.cloud;
        match self.kind {
            "iam_role" => {
                let role = self.outputs["name"].as_str().unwrap();
                iam.untag_role().role_name(role).set_tag_keys(names).send().await.map(drop).unwrap();
            }
            "log_group" => {
                logs.untag_resource().resource_arn(self.arn()).set_tag_keys(names).send().await.map(drop).unwrap();
            }
            "lambda_function" => {
                lambda.untag_resource().resource(self.arn()).set_tag_keys(names).send().await.map(drop).unwrap();
            }
            "user_pool" => {
                cognito.untag_resource().resource_arn(self.arn()).set_tag_keys(names).send().await.map(drop).unwrap();
            }
            _ => {
                apigateway
                    .untag_resource()
                    .resource_arn(self.arn())
                    .set_tag_keys(names)
                    .send()
                    .await
                    .map(drop)
                    .unwrap();
            }
        }
    }

    async fn tag(&self, tags: HashMap<String, String>) {
        let Clients { iam, logs, lambda, cognito, apigateway, .. } = self.cloud;
        let (arn, map) = (self.arn_or_name(), Some(tags.clone()));
        match self.kind {
            "iam_role" => {
                let tags = tags.iter().map(|(name, value)| Tag::builder().key(name).value(value).build().unwrap());
                iam.tag_role().role_name(arn).set_tags(Some(tags.collect())).send().await.map(drop).unwrap();
            }
            "log_group" => logs.tag_resource().resource_arn(arn).set_tags(map).send().await.map(drop).unwrap(),
            "lambda_function" => lambda.tag_resource().resource(arn).set_tags(map).send().await.map(drop).unwrap(),
            "user_pool" => cognito.tag_resource().resource_arn(arn).set_tags(map).send().await.map(drop).unwrap(),
            _ => apigateway.tag_resource().resource_arn(arn).set_tags(map).send().await.map(drop).unwrap(),
        }
    }

    fn arn_or_name(&self) -> String {
        if self.kind == "iam_role" { self.outputs["name"].as_str().unwrap().to_owned() } else { self.arn() }
    }
}

/// Whose a thing seems after some of its tags were taken off, and that it is ours again with those that the hint names.
async fn stripped(cloud: &Clients, case: &Case, names: &[&str]) -> Unmanaged {
    let subject = Subject::new(cloud, &case.key);
    let found = subject.kind().find(&subject.context(), &resolved(&case.first), &subject.claim(), &[]).await;
    let outputs = match found.unwrap() {
        Found::Ours(sight) => sight.outputs,
        _ => subject.create(&case.first).await.unwrap(),
    };
    let thing = Thing { cloud, kind: case.key.kind.as_str(), outputs };
    thing.untag(names).await;
    let Found::NotOurs(unmanaged) = subject.read(&thing.outputs).await.unwrap() else {
        panic!("{}: still ours without {names:?}", case.key)
    };
    thing.tag(named_in(&unmanaged.hints[0].to_string())).await;
    assert!(subject.live(&thing.outputs).await.is_some(), "{}: tagged again", case.key);
    let ids = thing.outputs.as_object().unwrap().iter().filter(|(output, _)| output.ends_with("id"));
    ids.fold(unmanaged, |unmanaged, (output, id)| {
        let pinned = |text: &str| text.replace(id.as_str().unwrap(), &format!("<{output}>"));
        let hints = unmanaged.hints.iter().map(|hint| pinned(&hint.to_string()).into()).collect();
        Unmanaged { thing: pinned(&unmanaged.thing), whose: unmanaged.whose, hints }
    })
}

/// The tags that a command sets, as pairs or as a map.
fn named_in(hint: &str) -> HashMap<String, String> {
    let words = hint.split([' ', '`']).filter(|word| word.contains("stackctl:"));
    let parts = words.flat_map(|word| {
        let pair = word.strip_prefix("Key=").and_then(|pair| pair.split_once(",Value="));
        pair.map_or_else(|| word.split(',').map(|one| one.split_once('=').unwrap()).collect(), |pair| vec![pair])
    });
    parts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

async fn tagged_cases(cloud: &mut Clients) -> BTreeMap<String, Case> {
    let cases = cases(cloud).await.into_iter().filter(|case| !case.claimed_by_name);
    cases.map(|case| (case.key.to_string(), case)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_resource_without_our_tags_is_not_ours_until_it_is_tagged_again() {
    let mut cloud = connect(&stackctl_local::Emulator::new(Settings::default())).await;
    let mut told = String::new();
    for case in tagged_cases(&mut cloud).await.values() {
        let Unmanaged { thing, whose, hints } = stripped(&cloud, case, &NAMES).await;
        told.extend([thing, " ".into(), whose, "\n  ".into(), stackctl::hint::joined(&hints, "\n  "), "\n".into()]);
    }
    insta::assert_snapshot!(told, @r"
    role `ours-dev-x-us-west-2` has no ownership tags, so it was not created by stackctl
      if it is still ours and only its tags were taken off, give them back: `aws iam tag-role --role-name ours-dev-x-us-west-2 --tags Key=stackctl:stack,Value=ours Key=stackctl:stage,Value=dev Key=stackctl:resource,Value=iam_role.x Key=stackctl:token,Value=token-of-ours --endpoint-url http://local.test`
    function `ours-dev-x` has no ownership tags, so it was not created by stackctl
      if it is still ours and only its tags were taken off, give them back: `aws lambda tag-resource --resource arn:aws:lambda:us-west-2:000000000000:function:ours-dev-x --tags stackctl:stack=ours,stackctl:stage=dev,stackctl:resource=lambda_function.x,stackctl:token=token-of-ours --region us-west-2 --endpoint-url http://local.test`
    log group `/aws/lambda/x` has no ownership tags, so it was not created by stackctl
      if it is still ours and only its tags were taken off, give them back: `aws logs tag-resource --resource-arn arn:aws:logs:us-west-2:000000000000:log-group:/aws/lambda/x --tags stackctl:stack=ours,stackctl:stage=dev,stackctl:resource=log_group.x,stackctl:token=token-of-ours --region us-west-2 --endpoint-url http://local.test`
    REST API `<id>` has no ownership tags, so it was not created by stackctl
      if it is still ours and only its tags were taken off, give them back: `aws apigateway tag-resource --resource-arn arn:aws:apigateway:us-west-2::/restapis/<id> --tags stackctl:stack=ours,stackctl:stage=dev,stackctl:resource=rest_api.x,stackctl:token=token-of-ours --region us-west-2 --endpoint-url http://local.test`
    stage `dev` of REST API `<rest_api_id>` has no ownership tags, so it was not created by stackctl
      if it is still ours and only its tags were taken off, give them back: `aws apigateway tag-resource --resource-arn arn:aws:apigateway:us-west-2::/restapis/<rest_api_id>/stages/dev --tags stackctl:stack=ours,stackctl:stage=dev,stackctl:resource=stage.x,stackctl:token=token-of-ours --region us-west-2 --endpoint-url http://local.test`
    user pool `<id>` has no ownership tags, so it was not created by stackctl
      if it is still ours and only its tags were taken off, give them back: `aws cognito-idp tag-resource --resource-arn arn:aws:cognito-idp:us-west-2:000000000000:userpool/<id> --tags stackctl:stack=ours,stackctl:stage=dev,stackctl:resource=user_pool.x,stackctl:token=token-of-ours --region us-west-2 --endpoint-url http://local.test`
    ");
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_lost_one_tag_is_not_ours_either() {
    let mut cloud = connect(&stackctl_local::Emulator::new(Settings::default())).await;
    for case in tagged_cases(&mut cloud).await.values() {
        for name in NAMES {
            assert_eq!(stripped(&cloud, case, &[name]).await.whose, format!("has lost the tag `{name}`"));
        }
    }
}
