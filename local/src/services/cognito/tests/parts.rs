//! Tests of a pool's domain, tags and custom attributes.

use serde_json::json;

use super::Aws;

#[tokio::test]
async fn an_unknown_domain_returns_an_empty_description() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let unknown = aws.call("DescribeUserPoolDomain", json!({ "Domain": "nobody" })).await;
    assert_eq!(unknown, json!({ "DomainDescription": {} }));
    aws.call("CreateUserPoolDomain", json!({ "UserPoolId": pool, "Domain": "people" })).await;
    let known = aws.call("DescribeUserPoolDomain", json!({ "Domain": "people" })).await;
    assert_eq!(known["DomainDescription"]["Status"], "ACTIVE");
    let other = aws.pool(json!({})).await;
    assert_eq!(
        aws.refused("CreateUserPoolDomain", json!({ "UserPoolId": other, "Domain": "people" })).await,
        "InvalidParameterException: Domain already associated with another user pool."
    );
}

#[tokio::test]
async fn tags_are_added_removed_and_limited_to_fifty() {
    let aws = Aws::new();
    let pool = aws.pool(json!({ "UserPoolTags": { "a": "1" } })).await;
    let arn = aws.describe(&pool).await["Arn"].clone();
    aws.call("TagResource", json!({ "ResourceArn": arn, "Tags": { "a": "2", "b": "3" } })).await;
    aws.call("UntagResource", json!({ "ResourceArn": arn, "TagKeys": ["a", "never"] })).await;
    assert_eq!(aws.call("ListTagsForResource", json!({ "ResourceArn": arn })).await, json!({ "Tags": { "b": "3" } }));
    assert_eq!(aws.describe(&pool).await["UserPoolTags"], json!({ "b": "3" }));
    let many = (0..50).map(|number| (format!("t{number}"), json!(""))).collect::<serde_json::Map<_, _>>();
    assert_eq!(
        aws.refused("TagResource", json!({ "ResourceArn": arn, "Tags": many })).await,
        "InvalidParameterException: The number of tags exceeds the limit of 50"
    );
    let unknown = "arn:aws:cognito-idp:us-west-2:000000000000:userpool/us-west-2_nobody123";
    assert_eq!(
        aws.refused("ListTagsForResource", json!({ "ResourceArn": unknown })).await,
        "ResourceNotFoundException: User pool us-west-2_nobody123 does not exist."
    );
}

#[tokio::test]
async fn custom_attributes_are_added_once_and_returned_with_their_prefix() {
    let aws = Aws::new();
    let schema = json!([{ "Name": "email", "AttributeDataType": "String", "Required": true }]);
    let pool = aws.pool(json!({ "Schema": schema })).await;
    let text = json!({ "Name": "team", "AttributeDataType": "String" });
    let add = json!({ "UserPoolId": pool, "CustomAttributes": [text] });
    aws.call("AddCustomAttributes", add.clone()).await;
    let schema = aws.describe(&pool).await["SchemaAttributes"].clone();
    let find =
        |name: &str| schema.as_array().unwrap().iter().find(|attribute| attribute["Name"] == name).unwrap().clone();
    assert_eq!(find("email")["Required"], true);
    assert_eq!(
        find("custom:team"),
        json!({
            "Name": "custom:team", "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true,
            "Required": false, "StringAttributeConstraints": {},
        })
    );
    assert_eq!(
        aws.refused("AddCustomAttributes", add).await,
        "InvalidParameterException: custom:team: Existing attribute already has name custom:team."
    );
}
