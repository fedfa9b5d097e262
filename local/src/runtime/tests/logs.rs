//! The logs of requests.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{answered, test};
use crate::testing::role_arn;

const TALKER: &str = "
import logging, sys
print('loaded')
def handler(event, context):
    print('one\\n\\nafter an empty line\\rand a carriage return')
    sys.stderr.write('two\\n')
    logging.getLogger().warning('three\\nand more')
    sys.stdout.write('four')
    return None
";

/// Replaces ids and times.
fn rubbed(message: &str, request_id: &str) -> String {
    let mut words: Vec<_> = message.replace(request_id, "ID").split('\t').map(str::to_owned).collect();
    for word in &mut words {
        if let Some((name, _)) = word.split_once("Duration: ") {
            *word = format!("{name}Duration: …");
        } else if let Some((name, _)) = word.split_once("Used: ") {
            *word = format!("{name}Used: …");
        } else if word.starts_with("20") && word.ends_with('Z') {
            "TIME".clone_into(word);
        }
    }
    words.join("|")
}

#[tokio::test]
async fn output_and_lambdas_own_lines_reach_the_log_group_in_order() {
    let test = test().await;
    test.make_log_group("/aws/lambda/hello").await;
    test.make_function("hello", ("main.py", TALKER), json!({})).await;
    let reply = test.invoke("hello", &json!({})).await;
    let request_id = reply.header("x-amzn-requestid").to_owned();
    let tail = String::from_utf8(STANDARD.decode(reply.header("x-amz-log-result")).unwrap()).unwrap();
    let body = json!({ "logGroupName": "/aws/lambda/hello" });
    let events = test.json_call("Logs_20140328.FilterLogEvents", &body).await["events"].take();
    let logged: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| rubbed(event["message"].as_str().unwrap(), &request_id))
        .collect();
    let (first, report) = (&logged[0], logged.last().unwrap());
    let arn = "Runtime Version ARN: arn:aws:lambda:eu-west-1::runtime:";
    assert!(first.starts_with(&format!("INIT_START Runtime Version: python:3.13.v1|{arn}")), "{first}");
    let wanted = [
        "loaded\n",
        "START RequestId: ID Version: $LATEST\n",
        "one\n",
        "after an empty line\rand a carriage return\n",
        "two\n",
        "[WARNING]|TIME|ID|three\nand more\n",
        "four",
        "END RequestId: ID\n",
    ];
    assert_eq!(logged[1..logged.len() - 1], wanted);
    let used = "Duration: …|Billed Duration: …|Memory Size: 128 MB|Max Memory Used: …|Init Duration: …|\n";
    assert_eq!(*report, format!("REPORT RequestId: ID|{used}"));
    assert!(tail.contains("\nfour\nEND RequestId: "), "{tail}");
    answered(test.invoke("hello", &json!({})).await);
    let both = test.logged("/aws/lambda/hello").await;
    assert_eq!(both.iter().filter(|message| *message == "loaded").count(), 1);
    assert!(!both.last().unwrap().contains("Init Duration"));
}

#[tokio::test]
async fn logging_requires_the_permissions_of_the_role() {
    let test = test().await;
    let groups = "arn:aws:logs:eu-west-1:000000000000:log-group:/aws/lambda";
    let actions = json!(["logs:CreateLogStream", "logs:PutLogEvents"]);
    let writer = json!({ "Effect": "Allow", "Action": actions, "Resource": format!("{groups}/writer:*") });
    test.make_role("writer", &writer).await;
    test.make_function("writer", ("main.py", TALKER), json!({ "Role": role_arn("writer") })).await;
    answered(test.invoke("writer", &json!({})).await);
    let group_names = || async {
        let groups = test.json_call("Logs_20140328.DescribeLogGroups", &json!({})).await;
        let groups = groups["logGroups"].as_array().unwrap().clone();
        groups.into_iter().map(|group| group["logGroupName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(group_names().await, [""; 0], "a group was created without logs:CreateLogGroup");
    test.make_log_group("/aws/lambda/writer").await;
    test.make_log_group("/aws/lambda/mute").await;
    test.make_function("mute", ("main.py", TALKER), json!({ "Role": role_arn("writer") })).await;
    for name in ["writer", "mute"] {
        answered(test.invoke(name, &json!({})).await);
    }
    assert!(test.logged("/aws/lambda/writer").await.contains(&"one".to_owned()));
    assert_eq!(test.logged("/aws/lambda/mute").await, [""; 0]);
    test.make_function("maker", ("main.py", TALKER), json!({})).await;
    answered(test.invoke("maker", &json!({})).await);
    assert!(group_names().await.contains(&"/aws/lambda/maker".to_owned()));
}
