//! Tests of usernames, aliases, letter case, attributes and filters.

use serde_json::{Value, json};

use super::{Aws, Ready, over};

async fn create(aws: &Aws, pool: &str, username: &str, attributes: &[(&str, &str)]) -> Result<Value, String> {
    let attributes = attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect::<Value>();
    let input = json!({ "UserPoolId": pool, "Username": username, "UserAttributes": attributes });
    aws.try_call("us-west-2", "AdminCreateUser", input).await
}

fn attribute(user: &Value, name: &str) -> Option<String> {
    let mut attributes = user["UserAttributes"].as_array()?.iter();
    attributes.find(|attribute| attribute["Name"] == name)?["Value"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn with_email_addresses_as_usernames_the_real_username_is_the_sub() {
    let aws = Aws::new();
    let pool = aws.pool(json!({ "UsernameAttributes": ["email"] })).await;
    let user = create(&aws, &pool, "ann@a.example", &[("email_verified", "true")]).await.unwrap()["User"].clone();
    let username = user["Username"].as_str().unwrap();
    assert_eq!(username.len(), 36);
    let described = aws.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "ann@a.example" })).await;
    assert_eq!(described["Username"], username);
    assert_eq!(attribute(&described, "sub").as_deref(), Some(username));
    assert_eq!(attribute(&described, "email").as_deref(), Some("ann@a.example"));
    assert_eq!(aws.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": username })).await, described);
}

#[tokio::test]
async fn usernames_that_the_pool_does_not_accept_are_rejected() {
    let aws = Aws::new();
    let cases = [
        (json!({ "UsernameAttributes": ["email"] }), "ann", "Username should be an email."),
        (json!({ "UsernameAttributes": ["phone_number"] }), "ann", "Username should be a phone number."),
        (
            json!({ "UsernameAttributes": ["email", "phone_number"] }),
            "ann",
            "Username should be either an email or a phone number.",
        ),
        (
            json!({ "AliasAttributes": ["email"] }),
            "ann@a.example",
            "Username cannot be of email format, since user pool is configured for email alias.",
        ),
        (
            json!({}),
            "a b",
            r"1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+",
        ),
    ];
    for (members, username, message) in cases {
        let pool = aws.pool(members).await;
        let refusal = create(&aws, &pool, username, &[]).await.unwrap_err();
        assert_eq!(refusal, format!("InvalidParameterException: {message}"));
    }
}

#[tokio::test]
async fn usernames_are_case_sensitive_unless_the_pool_is_case_insensitive() {
    let aws = Aws::new();
    let sensitive = aws.pool(json!({})).await;
    create(&aws, &sensitive, "ann", &[]).await.unwrap();
    create(&aws, &sensitive, "Ann", &[]).await.unwrap();
    let insensitive = aws.pool(json!({ "UsernameConfiguration": { "CaseSensitive": false } })).await;
    create(&aws, &insensitive, "Ann", &[]).await.unwrap();
    assert_eq!(
        create(&aws, &insensitive, "ANN", &[]).await.unwrap_err(),
        "UsernameExistsException: User account already exists"
    );
    let found = aws.call("AdminGetUser", json!({ "UserPoolId": insensitive, "Username": "aNN" })).await;
    assert_eq!(found["Username"], "ann");
    let attributes = [("email", "Bob@A.example"), ("preferred_username", "Bobby"), ("given_name", "Bob")];
    create(&aws, &insensitive, "bob", &attributes).await.unwrap();
    let bob = aws.call("AdminGetUser", json!({ "UserPoolId": insensitive, "Username": "BOB" })).await;
    let told = attributes.map(|(name, _)| attribute(&bob, name).unwrap());
    assert_eq!(told, ["bob@a.example", "bobby", "Bob"]);
    let filter = json!({ "UserPoolId": insensitive, "Filter": "email = \"BOB@a.example\"" });
    assert_eq!(aws.call("ListUsers", filter).await["Users"][0]["Username"], "bob");
    let unknown = aws.refused("AdminGetUser", json!({ "UserPoolId": sensitive, "Username": "aNN" })).await;
    assert_eq!(unknown, "UserNotFoundException: User does not exist.");
}

#[tokio::test]
async fn email_addresses_are_case_insensitive_in_a_case_insensitive_pool() {
    let by_email = json!({ "UsernameAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": false } });
    let ready = Ready::with(json!({ "UsernameConfiguration": { "CaseSensitive": false } }), json!({})).await;
    ready.aws.call("AdminInitiateAuth", ready.password("ANN", "Passw0rd!")).await;
    let pool = ready.aws.pool(by_email).await;
    create(&ready.aws, &pool, "Ann@A.example", &[]).await.unwrap();
    assert_eq!(
        create(&ready.aws, &pool, "ann@a.EXAMPLE", &[]).await.unwrap_err(),
        "UsernameExistsException: User account already exists"
    );
    let ann = ready.aws.call("AdminGetUser", json!({ "UserPoolId": pool, "Username": "ANN@A.EXAMPLE" })).await;
    assert_eq!(attribute(&ann, "email").as_deref(), Some("ann@a.example"));
    assert_eq!(ann["Username"].as_str(), attribute(&ann, "sub").as_deref());
    let aliased = json!({ "AliasAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": false } });
    let pool = ready.aws.pool(aliased).await;
    let verified = |email| [("email", email), ("email_verified", "true")];
    create(&ready.aws, &pool, "ann", &verified("Ann@A.example")).await.unwrap();
    assert_eq!(
        create(&ready.aws, &pool, "bob", &verified("ann@a.example")).await.unwrap_err(),
        "AliasExistsException: An account with the email already exists."
    );
}

#[tokio::test]
async fn an_alias_signs_in_once_it_is_verified_and_belongs_to_one_user() {
    let ready = Ready::with(json!({ "AliasAttributes": ["email"] }), json!({})).await;
    let email = |verified| {
        let attributes = json!([
            { "Name": "email", "Value": "ann@a.example" },
            { "Name": "email_verified", "Value": verified },
        ]);
        ready.ann(json!({ "UserAttributes": attributes }))
    };
    ready.aws.call("AdminUpdateUserAttributes", email("false")).await;
    let by_alias = ready.password("ann@a.example", "Passw0rd!");
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", by_alias.clone()).await,
        "UserNotFoundException: User does not exist."
    );
    ready.aws.call("AdminUpdateUserAttributes", email("true")).await;
    ready.aws.call("AdminInitiateAuth", by_alias).await;
    let taken = [("email", "ann@a.example"), ("email_verified", "true")];
    assert_eq!(
        create(&ready.aws, &ready.pool, "bob", &taken).await.unwrap_err(),
        "AliasExistsException: An account with the email already exists."
    );
    let forced = json!({
        "UserPoolId": ready.pool,
        "Username": "bob",
        "ForceAliasCreation": true,
        "UserAttributes": taken.map(|(name, value)| json!({ "Name": name, "Value": value })),
    });
    ready.aws.call("AdminCreateUser", forced).await;
    let ann = ready.aws.call("AdminGetUser", ready.ann(json!({}))).await;
    assert_eq!(attribute(&ann, "email_verified").as_deref(), Some("false"));
}

#[tokio::test]
async fn attributes_that_violate_the_schema_are_rejected() {
    let aws = Aws::new();
    let schema = json!([
        { "Name": "team", "AttributeDataType": "String", "StringAttributeConstraints": { "MinLength": "2", "MaxLength": "3" } },
        { "Name": "age", "AttributeDataType": "Number", "NumberAttributeConstraints": { "MinValue": "1", "MaxValue": "9" } },
        { "Name": "born", "AttributeDataType": "String", "Mutable": false },
    ]);
    let pool = aws.pool(json!({ "Schema": schema })).await;
    let unfit = "Attributes did not conform to the schema:";
    let cases = [
        ("custom:none", "x", format!("{unfit} Type for attribute {{custom:none}} could not be determined")),
        ("sub", "x", "user.sub: Attribute cannot be updated.\n".into()),
        ("email", "ann", "Invalid email address format.".into()),
        ("phone_number", "0123", "Invalid phone number format.".into()),
        ("email_verified", "yes", format!("{unfit} email_verified: Attribute is not a boolean\n")),
        ("email_verified", "true", "email_verified cannot be true without email".into()),
        ("custom:age", "old", format!("{unfit} custom:age: Attribute is not a number\n")),
        ("custom:age", "0", format!("{unfit} custom:age: Number must be at least 1\n")),
        ("custom:age", "10", format!("{unfit} custom:age: Number must be at most 9\n")),
        ("custom:team", "a", format!("{unfit} custom:team: String must be at least 2 characters long\n")),
        ("custom:team", "abcd", format!("{unfit} custom:team: String must be no longer than 3 characters\n")),
    ];
    for (name, value, message) in cases {
        let refusal = create(&aws, &pool, "ann", &[(name, value)]).await.unwrap_err();
        assert_eq!(refusal, format!("InvalidParameterException: {message}"));
    }
    create(&aws, &pool, "ann", &[("custom:born", "here"), ("custom:age", "9")]).await.unwrap();
    let moved = json!({
        "UserPoolId": pool, "Username": "ann", "UserAttributes": [{ "Name": "custom:born", "Value": "there" }],
    });
    assert_eq!(
        aws.refused("AdminUpdateUserAttributes", moved).await,
        "InvalidParameterException: user.custom:born: Attribute cannot be updated.\n"
    );
}

#[tokio::test]
async fn users_are_filtered_and_listed_in_pages() {
    let ready = Ready::new().await;
    for name in ["bob", "bea", "cid"] {
        create(&ready.aws, &ready.pool, name, &[("email", &format!("{name}@b.example"))]).await.unwrap();
    }
    let list = async |members: Value| {
        let input = over(json!({ "UserPoolId": ready.pool }), members);
        let answer = ready.aws.call("ListUsers", input).await;
        let users =
            answer["Users"].as_array().unwrap().iter().map(|user| user["Username"].as_str().unwrap().to_owned());
        (users.collect::<Vec<_>>().join(" "), answer["PaginationToken"].clone())
    };
    for (filter, found) in [
        ("", "ann bea bob cid"),
        ("username = \"bob\"", "bob"),
        ("email ^= \"b\"", "bea bob"),
        ("email=\"nobody@b.example\"", ""),
        ("cognito:user_status = \"CONFIRMED\"", "ann"),
        ("cognito:user_status = \"confirmed\"", "ann"),
        ("email ^= \"B\"", "bea bob"),
        ("username = \"BOB\"", ""),
        ("status = \"Enabled\"", "ann bea bob cid"),
    ] {
        assert_eq!(list(json!({ "Filter": filter })).await.0, found, "{filter}");
    }
    let (first, token) = list(json!({ "Limit": 3 })).await;
    assert_eq!(first, "ann bea bob");
    assert_eq!(list(json!({ "Limit": 3, "PaginationToken": token })).await, ("cid".into(), json!(null)));
    for (filter, message) in [
        ("email", "Error while parsing filter"),
        ("email = bob", "Error while parsing filter"),
        ("custom:team = \"a\"", "Invalid search attribute: custom:team"),
    ] {
        let refusal = ready.aws.refused("ListUsers", json!({ "UserPoolId": ready.pool, "Filter": filter })).await;
        assert_eq!(refusal, format!("InvalidParameterException: {message}"));
    }
}
