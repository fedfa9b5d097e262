//! The list of AWS operations that the local emulator imitates.

use std::fs;

use serde_json::Value;

use super::{generated::table, root};

/// The services and the names of their models.
const SERVICES: [(&str, &str); 7] = [
    ("API Gateway", "apigateway"),
    ("Cognito user pools", "cognito-idp"),
    ("IAM", "iam"),
    ("Lambda", "lambda"),
    ("CloudWatch Logs", "logs"),
    ("S3", "s3"),
    ("STS", "sts"),
];

/// The page.
pub fn page() -> String {
    let pin = fs::read_to_string(root().join("tests/conformance/models.txt")).unwrap();
    let mut counts = Vec::new();
    let mut lists = String::new();
    for (name, file) in SERVICES {
        let text = fs::read_to_string(root().join(format!("local/models/{file}.json"))).unwrap();
        let model: Value = serde_json::from_str(&text).unwrap();
        let version = model["botocore"].as_str().unwrap();
        assert!(pin.contains(&format!("botocore=={version}\n")), "local/models/{file}.json is of another botocore");
        let names = |member: &str| model[member].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let (imitated, others) = (names("operations"), names("others"));
        counts.push(vec![name.to_owned(), imitated.len().to_string(), others.len().to_string()]);
        let mut rows: Vec<Vec<String>> = imitated.into_iter().map(|name| vec![name, "imitated".to_owned()]).collect();
        rows.extend(others.into_iter().map(|name| vec![name, "501".to_owned()]));
        rows.sort();
        lists.push_str(&["\n## ", name, "\n\n", &table(&["operation", "emulator"], &rows)].concat());
    }
    format!(
        "# Operations of the local emulator\n\nGenerated from AWS's service models by `just docs-pages`.\n\n\
         The [local emulator](local-emulator.md) validates an imitated operation by AWS's own model. It rejects every other \
         operation with status 501 and an error that names it. Members that are not imitated are rejected in the same way.\
         \n\n{}{lists}",
        table(&["service", "imitated", "501"], &counts)
    )
}
