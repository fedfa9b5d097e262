//! Tests of creating, updating, grouping and deleting users.

use serde_json::{Value, json};

use super::{Aws, Ready, over};

#[tokio::test]
async fn a_created_user_must_change_a_password_that_meets_the_policy() {
    let aws = Aws::new();
    let pool = aws.pool(json!({})).await;
    let make = |password: &str| json!({ "UserPoolId": pool, "Username": "ann", "TemporaryPassword": password });
    for (password, unmet) in [
        ("Aa1!", "Password not long enough"),
        ("aaaaaaa1!", "Password must have uppercase characters"),
        ("AAAAAAA1!", "Password must have lowercase characters"),
        ("Aaaaaaaa!", "Password must have numeric characters"),
        ("Aaaaaaaa1", "Password must have symbol characters"),
    ] {
        assert_eq!(
            aws.refused("AdminCreateUser", make(password)).await,
            format!("InvalidPasswordException: Password did not conform with policy: {unmet}")
        );
    }
    assert_eq!(
        aws.refused("AdminCreateUser", make(" secret ")).await,
        r"InvalidParameterException: 1 validation error detected: Value at 'temporaryPassword' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$"
    );
    let user = aws.call("AdminCreateUser", make("Passw0rd!")).await["User"].clone();
    assert_eq!((&user["UserStatus"], &user["Enabled"]), (&json!("FORCE_CHANGE_PASSWORD"), &json!(true)));
    assert_eq!(aws.describe(&pool).await["EstimatedNumberOfUsers"], 1);
    assert_eq!(
        aws.refused("AdminCreateUser", make("Passw0rd!")).await,
        "UsernameExistsException: User account already exists"
    );
}

#[tokio::test]
async fn the_state_contains_no_plaintext_password() {
    let ready = Ready::new().await;
    ready.sign_in().await;
    assert!(!ready.aws.0.snapshot().to_string().contains("Passw0rd!"));
    assert!(!format!("{:?}", ready.aws.0.world().cognito).contains("Passw0rd!"));
}

#[tokio::test]
async fn an_invitation_can_be_resent_only_while_the_password_must_change() {
    let ready = Ready::new().await;
    let again = |name: &str| json!({ "UserPoolId": ready.pool, "Username": name, "MessageAction": "RESEND" });
    assert_eq!(
        ready.aws.refused("AdminCreateUser", again("ann")).await,
        "UnsupportedUserStateException: Resend not possible. ann status is not FORCE_CHANGE_PASSWORD"
    );
    assert_eq!(ready.aws.refused("AdminCreateUser", again("bob")).await, "UserNotFoundException: User does not exist.");
    ready.aws.call("AdminCreateUser", json!({ "UserPoolId": ready.pool, "Username": "bob" })).await;
    let user = ready.aws.call("AdminCreateUser", again("bob")).await["User"].clone();
    assert_eq!(user["UserStatus"], "FORCE_CHANGE_PASSWORD");
}

#[tokio::test]
async fn a_deleted_user_is_unknown_to_every_operation() {
    let ready = Ready::new().await;
    let token = ready.sign_in().await;
    ready.aws.call("AdminDeleteUser", ready.ann(json!({}))).await;
    let unknown = "UserNotFoundException: User does not exist.";
    for (operation, members) in [
        ("AdminGetUser", json!({})),
        ("AdminDeleteUser", json!({})),
        ("AdminSetUserPassword", json!({ "Password": "Passw0rd!" })),
        ("AdminResetUserPassword", json!({})),
        ("AdminDisableUser", json!({})),
        ("AdminEnableUser", json!({})),
        ("AdminUpdateUserAttributes", json!({ "UserAttributes": [] })),
        ("AdminUserGlobalSignOut", json!({})),
        ("AdminConfirmSignUp", json!({})),
        ("AdminListGroupsForUser", json!({})),
    ] {
        assert_eq!(ready.aws.refused(operation, ready.ann(members)).await, unknown, "{operation}");
    }
    let bearer = json!({ "AccessToken": token["AccessToken"] });
    assert_eq!(ready.aws.refused("GetUser", bearer).await, unknown);
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", ready.refresh(&token["RefreshToken"])).await,
        "NotAuthorizedException: Invalid Refresh Token"
    );
}

#[tokio::test]
async fn a_changed_email_address_becomes_unverified() {
    let ready = Ready::new().await;
    let write = |attributes: Value| ready.ann(json!({ "UserAttributes": attributes }));
    let email = |value: &str| json!({ "Name": "email", "Value": value });
    let verified = json!({ "Name": "email_verified", "Value": "true" });
    ready.aws.call("AdminUpdateUserAttributes", write(json!([email("a@a.example"), verified]))).await;
    ready.aws.call("AdminUpdateUserAttributes", write(json!([email("b@a.example")]))).await;
    let user = ready.aws.call("AdminGetUser", ready.ann(json!({}))).await;
    let attributes = user["UserAttributes"].as_array().unwrap();
    assert!(attributes.contains(&json!({ "Name": "email_verified", "Value": "false" })));
    ready.aws.call("AdminUpdateUserAttributes", write(json!([email("")]))).await;
    let user = ready.aws.call("AdminGetUser", ready.ann(json!({}))).await;
    assert!(!user["UserAttributes"].to_string().contains("b@a.example"));
}

#[tokio::test]
async fn sign_up_requires_permission_of_the_pool_and_confirmation_by_an_administrator() {
    let ready = Ready::with(
        json!({ "Schema": [{ "Name": "name", "AttributeDataType": "String", "Required": true }] }),
        json!({}),
    )
    .await;
    let sign_up = |name: &str, attributes: Value| json!({ "ClientId": ready.client, "Username": name, "Password": "Passw0rd!", "UserAttributes": attributes });
    let named = json!([{ "Name": "name", "Value": "Bob" }]);
    assert_eq!(
        ready.aws.refused("SignUp", sign_up("bob", json!([]))).await,
        "InvalidParameterException: Attributes did not conform to the schema: name: The attribute name is required\n"
    );
    assert_eq!(
        ready.aws.refused("SignUp", sign_up("ann", named.clone())).await,
        "UsernameExistsException: User already exists"
    );
    assert_eq!(ready.aws.call("SignUp", sign_up("bob", named.clone())).await["UserConfirmed"], false);
    let password = ready.password("bob", "Passw0rd!");
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", password.clone()).await,
        "UserNotConfirmedException: User is not confirmed."
    );
    let bob = json!({ "UserPoolId": ready.pool, "Username": "bob" });
    ready.aws.call("AdminConfirmSignUp", bob.clone()).await;
    assert!(ready.aws.call("AdminInitiateAuth", password).await["AuthenticationResult"].is_object());
    assert_eq!(
        ready.aws.refused("AdminConfirmSignUp", bob).await,
        "NotAuthorizedException: User cannot be confirmed. Current status is CONFIRMED"
    );
    let closed = json!({ "UserPoolId": ready.pool, "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } });
    ready.aws.call("UpdateUserPool", closed).await;
    assert_eq!(
        ready.aws.refused("SignUp", sign_up("cid", named)).await,
        "NotAuthorizedException: SignUp is not permitted for this user pool"
    );
}

#[tokio::test]
async fn a_password_can_be_reset_only_for_confirmed_users_with_a_verified_address() {
    let ready = Ready::new().await;
    assert_eq!(
        ready.aws.refused("AdminResetUserPassword", ready.ann(json!({}))).await,
        "InvalidParameterException: Cannot reset password for the user as there is no registered/verified email or \
         phone_number"
    );
    let email = json!([{ "Name": "email", "Value": "a@a.example" }, { "Name": "email_verified", "Value": "true" }]);
    ready.aws.call("AdminUpdateUserAttributes", ready.ann(json!({ "UserAttributes": email }))).await;
    ready.aws.call("AdminResetUserPassword", ready.ann(json!({}))).await;
    assert_eq!(
        ready.aws.refused("AdminInitiateAuth", ready.password("ann", "Passw0rd!")).await,
        "PasswordResetRequiredException: Password reset required for the user"
    );
    ready.aws.call("AdminSetUserPassword", ready.ann(json!({ "Password": "Passw0rd!" }))).await;
    assert_eq!(
        ready.aws.refused("AdminResetUserPassword", ready.ann(json!({}))).await,
        "NotAuthorizedException: User password cannot be reset in the current state."
    );
}

#[tokio::test]
async fn groups_are_unique_and_deleting_one_removes_its_members() {
    let ready = Ready::new().await;
    let named = json!({ "UserPoolId": ready.pool, "GroupName": "admins" });
    let group = ready.aws.call("CreateGroup", over(named.clone(), json!({ "Precedence": 1 }))).await["Group"].clone();
    assert_eq!(
        ready.aws.refused("CreateGroup", named.clone()).await,
        "GroupExistsException: A group with the name already exists."
    );
    let described =
        ready.aws.call("UpdateGroup", over(named.clone(), json!({ "Description": "d" }))).await["Group"].clone();
    assert_eq!((&described["Precedence"], &described["Description"]), (&group["Precedence"], &json!("d")));
    assert_eq!(ready.aws.call("GetGroup", named.clone()).await["Group"], described);
    ready.aws.call("AdminAddUserToGroup", ready.ann(json!({ "GroupName": "admins" }))).await;
    let of_ann = ready.aws.call("AdminListGroupsForUser", ready.ann(json!({}))).await;
    assert_eq!(of_ann, json!({ "Groups": [described] }));
    assert_eq!(ready.aws.call("ListGroups", json!({ "UserPoolId": ready.pool })).await, of_ann);
    let inside = async || ready.aws.call("ListUsersInGroup", named.clone()).await["Users"].as_array().unwrap().len();
    assert_eq!(inside().await, 1);
    ready.aws.call("AdminRemoveUserFromGroup", ready.ann(json!({ "GroupName": "admins" }))).await;
    assert_eq!(inside().await, 0);
    ready.aws.call("AdminAddUserToGroup", ready.ann(json!({ "GroupName": "admins" }))).await;
    ready.aws.call("DeleteGroup", named.clone()).await;
    let missing = "ResourceNotFoundException: Group not found.";
    for operation in ["GetGroup", "UpdateGroup", "DeleteGroup", "ListUsersInGroup"] {
        assert_eq!(ready.aws.refused(operation, named.clone()).await, missing, "{operation}");
    }
    let add = ready.ann(json!({ "GroupName": "admins" }));
    assert_eq!(ready.aws.refused("AdminAddUserToGroup", add).await, missing);
    ready.aws.call("CreateGroup", named.clone()).await;
    assert_eq!(inside().await, 0);
}
