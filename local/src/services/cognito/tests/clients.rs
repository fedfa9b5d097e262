//! Tests of app clients and resource servers.

use serde_json::{Value, json};

use super::{Aws, id, over};

#[tokio::test]
async fn a_new_client_has_the_defaults_of_cognito() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let mut client = aws.client(&pool, json!({})).await;
    let client_id = id(&client["ClientId"]);
    assert_eq!(client_id.len(), 26);
    assert!(client_id.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit()));
    for varying in ["ClientId", "CreationDate", "LastModifiedDate"] {
        client.as_object_mut().unwrap().remove(varying).unwrap();
    }
    assert_eq!(
        client,
        json!({
            "UserPoolId": pool,
            "ClientName": "web",
            "RefreshTokenValidity": 30,
            "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
            "AllowedOAuthFlowsUserPoolClient": false,
            "PreventUserExistenceErrors": "LEGACY",
            "EnableTokenRevocation": true,
            "EnablePropagateAdditionalUserContextData": false,
            "AuthSessionValidity": 3,
        })
    );
}

#[tokio::test]
async fn an_update_resets_omitted_settings_except_the_name_and_the_secret() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let settings = json!({
        "GenerateSecret": true,
        "AccessTokenValidity": 30,
        "TokenValidityUnits": { "AccessToken": "minutes" },
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "ReadAttributes": ["email"],
        "CallbackURLs": ["https://a.example"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": false,
        "AuthSessionValidity": 5,
        "SupportedIdentityProviders": ["COGNITO"],
    });
    let before = aws.client(&pool, settings).await;
    let named = json!({ "UserPoolId": pool, "ClientId": before["ClientId"] });
    let after = aws.call("UpdateUserPoolClient", named.clone()).await["UserPoolClient"].clone();
    let fresh = aws.client(&pool, json!({})).await;
    let settings = |client: &Value| {
        let mut settings = client.as_object().unwrap().clone();
        settings.retain(|name, _| {
            !["ClientId", "ClientSecret", "CreationDate", "LastModifiedDate"].contains(&name.as_str())
        });
        settings
    };
    assert_eq!(settings(&after), settings(&fresh));
    assert_ne!(settings(&before), settings(&after));
    assert_eq!(after["ClientSecret"], before["ClientSecret"]);
    assert_eq!(aws.call("DescribeUserPoolClient", named).await["UserPoolClient"], after);
}

#[tokio::test]
async fn invalid_client_settings_are_rejected() {
    let aws = Aws::new();
    let pool =
        aws.pool(json!({ "Schema": [{ "Name": "email", "AttributeDataType": "String", "Required": true }] })).await;
    let cases = [
        (json!({ "AccessTokenValidity": 60 }), "InvalidParameterException: Invalid range for token validity."),
        (
            json!({ "IdTokenValidity": 299, "TokenValidityUnits": { "IdToken": "seconds" } }),
            "InvalidParameterException: Invalid range for token validity.",
        ),
        (
            json!({ "RefreshTokenValidity": 59, "TokenValidityUnits": { "RefreshToken": "minutes" } }),
            "InvalidParameterException: Invalid range for token validity.",
        ),
        (
            json!({ "ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] }),
            "InvalidParameterException: ExplicitAuthFlows ADMIN_NO_SRP_AUTH, CUSTOM_AUTH_FLOW_ONLY and USER_PASSWORD_AUTH \
             cannot be used together with values that start with ALLOW_",
        ),
        (
            json!({ "AuthSessionValidity": 16 }),
            "InvalidParameterException: 1 validation error detected: Value '16' at 'authSessionValidity' failed to satisfy \
             constraint: Member must have value less than or equal to 15",
        ),
        (
            json!({ "ReadAttributes": ["custom:none"] }),
            "InvalidParameterException: Invalid read attributes specified while creating a client",
        ),
        (
            json!({ "WriteAttributes": ["name"] }),
            "InvalidParameterException: Invalid write attributes specified while creating a client",
        ),
        (
            json!({ "RefreshTokenRotation": { "Feature": "ENABLED" } }),
            "InvalidParameterException: Refresh token rotation cannot be used together with ALLOW_REFRESH_TOKEN_AUTH.",
        ),
    ];
    for (members, refusal) in cases {
        let input = over(json!({ "UserPoolId": pool, "ClientName": "web" }), members);
        assert_eq!(aws.refused("CreateUserPoolClient", input).await, refusal);
    }
    let lite = aws.pool(json!({ "UserPoolTier": "LITE" })).await;
    let choice = json!({ "UserPoolId": lite, "ClientName": "web", "ExplicitAuthFlows": ["ALLOW_USER_AUTH"] });
    assert_eq!(
        aws.refused("CreateUserPoolClient", choice).await,
        "FeatureUnavailableInTierException: The following features need to be disabled for the LITE pricing tier configured: \
         ALLOW_USER_AUTH"
    );
}

#[tokio::test]
async fn invalid_oauth_settings_are_rejected() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let oauth = |flows: Value, scopes: Value| json!({ "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": flows, "AllowedOAuthScopes": scopes });
    let cases = [
        (
            oauth(json!(["code"]), json!([])),
            "InvalidParameterException: AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is \
             allowed to use OAuth flows.",
        ),
        (
            json!({ "AllowedOAuthScopes": ["openid"] }),
            "InvalidParameterException: AllowedOAuthFlowsUserPoolClient must be true to use AllowedOAuthFlows and \
             AllowedOAuthScopes",
        ),
        (
            oauth(json!(["code", "client_credentials"]), json!(["openid"])),
            "InvalidParameterException: client_credentials flow can not be selected along with code flow or implicit flow.",
        ),
        (
            oauth(json!(["client_credentials"]), json!(["openid"])),
            "InvalidParameterException: client_credentials flow can not be selected if client does not have a client secret.",
        ),
        (
            oauth(json!(["code"]), json!(["orders/read"])),
            "ScopeDoesNotExistException: Invalid scopes specified while creating a client: orders/read",
        ),
        (
            json!({ "CallbackURLs": ["http://a.example"] }),
            "InvalidParameterException: http://a.example cannot use the HTTP protocol.",
        ),
        (
            json!({ "EnablePropagateAdditionalUserContextData": true }),
            "InvalidParameterException: EnablePropagateAdditionalUserContextData can not be enabled if client does not have \
             a client secret.",
        ),
    ];
    for (members, refusal) in cases {
        let input = over(json!({ "UserPoolId": pool, "ClientName": "web" }), members);
        assert_eq!(aws.refused("CreateUserPoolClient", input).await, refusal);
    }
    let provider = json!({ "UserPoolId": pool, "ClientName": "web", "SupportedIdentityProviders": ["Google"] });
    assert_eq!(
        aws.refused("CreateUserPoolClient", provider).await,
        format!("InvalidParameterException: The provider Google does not exist for User Pool {pool}.")
    );
}

#[tokio::test]
async fn clients_may_share_a_name_and_lists_return_only_ids_and_names() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let mut ids =
        [id(&aws.client(&pool, json!({})).await["ClientId"]), id(&aws.client(&pool, json!({})).await["ClientId"])];
    ids.sort();
    let listed = aws.call("ListUserPoolClients", json!({ "UserPoolId": pool, "MaxResults": 60 })).await;
    let expected = ids.each_ref().map(|id| json!({ "UserPoolId": pool, "ClientId": id, "ClientName": "web" }));
    assert_eq!(listed, json!({ "UserPoolClients": expected }));
    let named = json!({ "UserPoolId": pool, "ClientId": ids[0] });
    aws.call("DeleteUserPoolClient", named.clone()).await;
    let gone = format!("ResourceNotFoundException: User pool client {} does not exist.", ids[0]);
    for operation in ["DeleteUserPoolClient", "DescribeUserPoolClient", "UpdateUserPoolClient"] {
        assert_eq!(aws.refused(operation, named.clone()).await, gone);
    }
}

#[tokio::test]
async fn a_secret_is_generated_only_on_create_and_can_always_be_read() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let client = aws.client(&pool, json!({ "GenerateSecret": true })).await;
    let named = json!({ "UserPoolId": pool, "ClientId": client["ClientId"] });
    let described = aws.call("DescribeUserPoolClient", named).await;
    assert!(client["ClientSecret"].is_string());
    assert_eq!(described["UserPoolClient"]["ClientSecret"], client["ClientSecret"]);
    let without = aws.client(&pool, json!({})).await;
    let named = json!({ "UserPoolId": pool, "ClientId": without["ClientId"], "GenerateSecret": true });
    assert!(aws.call("UpdateUserPoolClient", named).await["UserPoolClient"].get("ClientSecret").is_none());
}

#[tokio::test]
async fn an_update_of_a_resource_server_deletes_omitted_scopes() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let scope = |name: &str| json!({ "ScopeName": name, "ScopeDescription": "d" });
    let named = json!({ "UserPoolId": pool, "Identifier": "orders" });
    let server = over(named.clone(), json!({ "Name": "Orders", "Scopes": [scope("read"), scope("write")] }));
    aws.call("CreateResourceServer", server.clone()).await;
    assert_eq!(
        aws.refused("CreateResourceServer", server).await,
        format!("InvalidParameterException: orders already exists in user pool {pool}.")
    );
    let scoped = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["orders/write"],
    });
    aws.client(&pool, scoped).await;
    aws.call("UpdateResourceServer", over(named.clone(), json!({ "Name": "Orders", "Scopes": [scope("read")] }))).await;
    let described = aws.call("DescribeResourceServer", named.clone()).await["ResourceServer"].clone();
    assert_eq!(described, over(named.clone(), json!({ "Name": "Orders", "Scopes": [scope("read")] })));
    let listed = aws.call("ListResourceServers", json!({ "UserPoolId": pool, "MaxResults": 50 })).await;
    assert_eq!(listed, json!({ "ResourceServers": [described] }));
    aws.call("DeleteResourceServer", named.clone()).await;
    assert_eq!(
        aws.refused("DescribeResourceServer", named).await,
        "ResourceNotFoundException: Resource server orders does not exist."
    );
}
