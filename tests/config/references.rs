//! References to the resources of the stack: where they may stand, and what is measured of them.

use insta::assert_snapshot;
use stackctl::config::{Piece, Reference, pieces};

use super::harness::Folder;

/// Every reference, in one text.
const ALL: &str = "${userPool.id} ${userPool.arn} ${userPool.issuer} ${client.id} ${api.id} ${api.url} \
     ${function.hello.arn} ${function.hello.name}";

#[test]
fn references_stay_symbolic_on_loading_and_escaped_ones_are_text() {
    let text = format!("{ALL} ${{stage}} $${{userPool.id}}");
    let folder = Folder::with_function(&format!(r#""environment": {{ "ALL": "{text}" }}"#));
    let config = folder.load().unwrap().config.with_account("123456789012");
    let pieces = pieces(&config.functions["hello"].environment["ALL"]).unwrap().into_iter();
    let is_blank = |piece: &Piece| *piece == Piece::Text(" ".into()) || *piece == Piece::Text(String::new());
    let found: Vec<Piece> = pieces.filter(|piece| !is_blank(piece)).collect();
    let references = [
        Reference::UserPoolId,
        Reference::UserPoolArn,
        Reference::UserPoolIssuer,
        Reference::ClientId,
        Reference::ApiId,
        Reference::ApiUrl,
        Reference::FunctionArn("hello".into()),
        Reference::FunctionName("hello".into()),
    ];
    let expected = references.map(Piece::Reference).into_iter().chain([Piece::Text(" dev ${userPool.id}".into())]);
    assert_eq!(found, expected.collect::<Vec<_>>());
}

/// The references of the page, each with where it may stand: in functions, in the API's description, in tags.
fn documented() -> Vec<(String, [bool; 3])> {
    let page = include_str!("../../docs/references.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `${"));
    let row = |row: &str| {
        let (name, cells) = row.split_once("}` |").unwrap();
        let cells: Vec<&str> = cells.split('|').map(str::trim).collect();
        let allowed = [cells.get(2)?, cells.get(3)?, cells.get(4)?].map(|cell| *cell == "yes");
        Some((format!("${{{}}}", name.replace("NAME", "hello")), allowed))
    };
    rows.filter_map(row).collect()
}

#[test]
fn references_may_stand_where_the_page_says() {
    let documented = documented();
    let names: Vec<&str> = documented.iter().map(|(reference, _)| reference.as_str()).collect();
    assert_eq!(names.join(" "), ALL);
    for (reference, [function, api, tags]) in &documented {
        let condition = format!(r#""Condition": {{ "StringEquals": {{ "aws:x": ["z", "{reference}"] }} }}"#);
        let variable = format!(r#""environment": {{ "ID": "a {reference}" }}"#);
        let cases = [
            (*function, Folder::with_function(&variable)),
            (*function, Folder::with_function(&format!(r#""description": "{reference} a""#))),
            (
                *function,
                Folder::with_function(&format!(
                    r#""policy": [{{ "Effect": "Allow", "Action": "a:B", "Resource": "*", {condition} }}]"#
                )),
            ),
            (
                *function,
                Folder::with_section(&format!(
                    r#""stages": {{ "dev": {{ "functions": {{ "hello": {{ {variable} }} }} }} }}"#
                )),
            ),
            (*api, Folder::with_section(&format!(r#""api": {{ "description": "{reference}" }}"#))),
            (
                *tags,
                Folder::with_deployment(&format!(
                    r#""serviceName": "shop", "region": "eu-west-1", "tags": {{ "a.b": "{reference}" }}"#
                )),
            ),
            (false, Folder::with_section(&format!(r#""userPool": {{ "mfa": "{reference}" }}"#))),
        ];
        for (allowed, folder) in cases {
            assert_eq!(folder.problems().is_empty(), allowed, "{}\n{}", folder.text(), folder.problems());
        }
    }
}

#[test]
fn every_reference_that_cannot_be_used_is_a_problem() {
    let reported = [
        Folder::with_function(
            r#""environment": { "ID": "${userPoolId}", "ARN": "${userPool.arm}", "AB": "${client.secret}" }"#,
        ),
        Folder::with_function(r#""environment": { "ID": "${function.helo.name}", "AB": "${function.hello.url}" }"#),
        Folder::with_function(r#""environment": { "ID": "${function.other.arn}" }"#),
        Folder::with_section(r#""api": { "description": "${api.url} ${api.id}" }"#),
        Folder::with_deployment(
            r#""serviceName": "shop", "region": "eu-west-1", "tags": { "pool": "${userPool.id}" }"#,
        ),
        Folder::with_deployment(
            r#""serviceName": "${client.id}", "region": "eu-west-1", "userPoolName": "${function.hello.name}""#,
        ),
    ];
    assert_snapshot!(reported.map(|folder| folder.problems()).join("\n"), @r"
    error: config.json:5:30: functions.hello.environment.ID: `${userPoolId}` is not a variable
      variables are: ${stage}, ${region}, ${account}, ${env:NAME}, ${env:NAME:-default}
      references are: ${userPool.id}, ${userPool.arn}, ${userPool.issuer}, ${client.id}, ${api.id}, ${api.url}, ${function.NAME.arn}, ${function.NAME.name}
    hint: did you mean `${userPool.id}`?
    error: config.json:5:54: functions.hello.environment.ARN: `${userPool.arm}` is not a variable
      variables are: ${stage}, ${region}, ${account}, ${env:NAME}, ${env:NAME:-default}
      references are: ${userPool.id}, ${userPool.arn}, ${userPool.issuer}, ${client.id}, ${api.id}, ${api.url}, ${function.NAME.arn}, ${function.NAME.name}
    hint: did you mean `${userPool.arn}`?
    error: config.json:5:79: functions.hello.environment.AB: `${client.secret}` is not a variable
      variables are: ${stage}, ${region}, ${account}, ${env:NAME}, ${env:NAME:-default}
      references are: ${userPool.id}, ${userPool.arn}, ${userPool.issuer}, ${client.id}, ${api.id}, ${api.url}, ${function.NAME.arn}, ${function.NAME.name}
    hint: for the text itself, write `$${client.secret}`
    error: config.json:5:30: functions.hello.environment.ID: `${function.helo.name}`: no function is named `helo`
      functions are: hello
    hint: did you mean `${function.hello.name}`?
    error: config.json:5:61: functions.hello.environment.AB: `${function.hello.url}` is not a variable
      variables are: ${stage}, ${region}, ${account}, ${env:NAME}, ${env:NAME:-default}
      references are: ${userPool.id}, ${userPool.arn}, ${userPool.issuer}, ${client.id}, ${api.id}, ${api.url}, ${function.NAME.arn}, ${function.NAME.name}
    hint: did you mean `${function.hello.arn}`?
    error: config.json:5:30: functions.hello.environment.ID: `${function.other.arn}`: no function is named `other`
      functions are: hello
    error: config.json:5:27: api.description: `${api.url}` cannot be used here: the API has no ID yet when it is created with its description
      it can be used in `environment`, `policy` and `description` of a function
    error: config.json:5:27: api.description: `${api.id}` cannot be used here: the API has no ID yet when it is created with its description
      it can be used in `environment`, `policy` and `description` of a function
    error: config.json:3:69: deployment.tags.pool: `${userPool.id}` cannot be used here: a resource has no ID yet when it is created with its tags
      it can be used in `environment`, `policy` and `description` of a function, and `api.description`
    error: config.json:3:20: deployment.serviceName: `${client.id}` cannot be used here: only functions, descriptions and tags may refer to resources
      it can be used in `environment`, `policy` and `description` of a function, and `api.description`
    error: config.json:3:75: deployment.userPoolName: `${function.hello.name}` cannot be used here: only functions, descriptions and tags may refer to resources
      it can be used in `environment`, `policy` and `description` of a function, `api.description` and `deployment.tags`
    ");
}

#[test]
fn limits_are_checked_with_values_of_the_usual_length() {
    let description = |length: usize| {
        Folder::with_function(&format!(r#""description": "{}${{userPool.id}}""#, "d".repeat(length))).problems()
    };
    assert_eq!(description(237), "");
    let policy = r#""policy": [{ "Effect": "Allow", "Action": "x:Y", "Resource": "${userPool.id}" }]"#;
    assert_snapshot!([description(238), Folder::with_function(policy).problems()].join("\n"), @r"
    error: config.json:5:22: functions.hello.description: the description has 257 characters
      Lambda takes 256
    error: config.json:5:68: functions.hello.policy[0].Resource: `${userPool.id}` is not a resource
      a resource is an ARN, such as `arn:aws:s3:::bucket/*`, or `*`
    ");
}
