//! The operations, service by service.

use super::{
    row::Operation,
    wait::{
        API_BUSY, FUNCTION_BUSY, LOG_GROUP_BUSY, POOL_BUSY, ROLE_BUSY, ROLE_FRESH, ROLE_NOT_EMPTY, THROTTLED,
        THROTTLED_API_DELETE, THROTTLED_DEPLOYMENT,
    },
};
use crate::aws::pace::Quota;

// Fixed per account and region, unless noted otherwise.
const TOTAL: Quota = Quota::new("apigateway", 40, 100);
const API_CREATE: Quota = Quota::one_in("apigateway:CreateRestApi", 3);
const API_PUT: Quota = Quota::one_in("apigateway:PutRestApi", 1);
const API_DELETE: Quota = Quota::one_in("apigateway:DeleteRestApi", 30);
const RESOURCES_GET: Quota = Quota::new("apigateway:GetResources", 5, 400);
const RESOURCE_CHANGE: Quota = Quota::per_second("apigateway:CreateResource", 5);
const DEPLOYMENT: Quota = Quota::one_in("apigateway:CreateDeployment", 5);
const LAMBDA: Quota = Quota::per_second("lambda", 15);
const FUNCTION_GET: Quota = Quota::per_second("lambda:GetFunction", 100);
const FUNCTION_POLICY: Quota = Quota::per_second("lambda:GetPolicy", 15);
const POOL_READ: Quota = Quota::per_second("cognito-idp:UserPoolRead", 15);
const POOL_CHANGE: Quota = Quota::per_second("cognito-idp:UserPoolUpdate", 15);
// No single operation above 5 a second and user pool; a stack has one pool.
const CLIENT_READ: Quota = Quota::per_second("cognito-idp:UserPoolClientRead", 5);
const CLIENT_CHANGE: Quota = Quota::per_second("cognito-idp:UserPoolClientUpdate", 5);
// It differs by Region; this is within it everywhere.
const LOG_FILTER: Quota = Quota::per_second("logs:FilterLogEvents", 5);
const POOL_TAGS: Quota = Quota::per_second("cognito-idp:TagResource", 5);
// The rates of IAM and Logs are not published; changes of IAM are throttled somewhere in the low tens a second.
const IAM: Quota = Quota::unknown("iam", 15);
const IAM_READ: Quota = Quota::unknown("iam:Get", 20);
const LOGS: Quota = Quota::unknown("logs", 10);
const LOGS_READ: Quota = Quota::unknown("logs:Describe", 10);

macro_rules! operations {
    ($($service:literal needs $actions:tt, within $quotas:expr, waits for $waits:expr =>
        $($constant:ident $name:literal),+;)*) => {
        $($(
            #[doc = concat!("`", $service, ":", $name, "`.")]
            pub const $constant: Operation = Operation {
                name: concat!($service, ":", $name),
                actions: actions!($service, $name, $actions),
                quotas: &$quotas,
                waits: &$waits,
            };
        )+)*

        /// Every operation there is.
        pub const ALL: &[&Operation] = &[$($(&$constant),+),*];
    };
}

/// The IAM actions of an operation: `own` is the one of its name, and `nothing` is for calls that IAM does not check.
macro_rules! actions {
    ($service:literal, $name:literal, nothing) => {
        &[]
    };
    ($service:literal, $name:literal, own) => {
        &[concat!($service, ":", $name)]
    };
    ($service:literal, $name:literal, $actions:tt) => {
        &$actions
    };
}

operations! {
    // API Gateway: its actions are HTTP verbs on paths.
    "apigateway" needs ["apigateway:POST", "apigateway:PUT"], within [TOTAL, API_CREATE], waits for [THROTTLED, API_BUSY] =>
        CREATE_REST_API "CreateRestApi";
    "apigateway" needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED] =>
        GET_REST_API "GetRestApi",
        GET_REST_APIS "GetRestApis",
        GET_METHOD "GetMethod",
        GET_GATEWAY_RESPONSES "GetGatewayResponses",
        GET_AUTHORIZER "GetAuthorizer",
        GET_AUTHORIZERS "GetAuthorizers",
        GET_DEPLOYMENT "GetDeployment",
        GET_DEPLOYMENTS "GetDeployments",
        GET_ACCOUNT "GetAccount",
        GET_STAGE "GetStage",
        GET_STAGES "GetStages",
        API_TAGS "GetTags";
    "apigateway" needs ["apigateway:PATCH"], within [TOTAL], waits for [THROTTLED, API_BUSY] =>
        UPDATE_REST_API "UpdateRestApi",
        UPDATE_RESOURCE "UpdateResource",
        UPDATE_METHOD "UpdateMethod",
        UPDATE_METHOD_RESPONSE "UpdateMethodResponse",
        UPDATE_INTEGRATION "UpdateIntegration",
        UPDATE_INTEGRATION_RESPONSE "UpdateIntegrationResponse",
        UPDATE_AUTHORIZER "UpdateAuthorizer",
        UPDATE_DEPLOYMENT "UpdateDeployment",
        UPDATE_STAGE "UpdateStage";
    "apigateway" needs ["apigateway:PUT"], within [TOTAL, API_PUT], waits for [THROTTLED, API_BUSY] =>
        PUT_REST_API "PutRestApi";
    "apigateway" needs ["apigateway:DELETE"], within [TOTAL, API_DELETE], waits for [THROTTLED_API_DELETE, API_BUSY] =>
        DELETE_REST_API "DeleteRestApi";
    "apigateway" needs ["apigateway:GET"], within [TOTAL, RESOURCES_GET], waits for [THROTTLED] =>
        GET_RESOURCES "GetResources";
    "apigateway" needs ["apigateway:POST"], within [TOTAL, RESOURCE_CHANGE], waits for [THROTTLED, API_BUSY] =>
        CREATE_RESOURCE "CreateResource";
    "apigateway" needs ["apigateway:DELETE"], within [TOTAL, RESOURCE_CHANGE], waits for [THROTTLED, API_BUSY] =>
        DELETE_RESOURCE "DeleteResource";
    "apigateway" needs ["apigateway:PUT"], within [TOTAL], waits for [THROTTLED, API_BUSY] =>
        PUT_METHOD "PutMethod",
        PUT_METHOD_RESPONSE "PutMethodResponse",
        PUT_INTEGRATION "PutIntegration",
        PUT_INTEGRATION_RESPONSE "PutIntegrationResponse",
        PUT_GATEWAY_RESPONSE "PutGatewayResponse",
        API_TAG "TagResource";
    "apigateway" needs ["apigateway:DELETE"], within [TOTAL], waits for [THROTTLED, API_BUSY] =>
        DELETE_METHOD "DeleteMethod",
        DELETE_METHOD_RESPONSE "DeleteMethodResponse",
        DELETE_INTEGRATION "DeleteIntegration",
        DELETE_INTEGRATION_RESPONSE "DeleteIntegrationResponse",
        DELETE_GATEWAY_RESPONSE "DeleteGatewayResponse",
        DELETE_AUTHORIZER "DeleteAuthorizer",
        DELETE_DEPLOYMENT "DeleteDeployment",
        DELETE_STAGE "DeleteStage",
        API_UNTAG "UntagResource";
    // For a deleted API the response is that the API is busy, so the kind looks before it waits.
    "apigateway" needs ["apigateway:POST"], within [TOTAL], waits for [THROTTLED] =>
        CREATE_AUTHORIZER "CreateAuthorizer";
    "apigateway" needs ["apigateway:POST"], within [TOTAL, DEPLOYMENT], waits for [THROTTLED_DEPLOYMENT, API_BUSY] =>
        CREATE_DEPLOYMENT "CreateDeployment";
    "apigateway" needs ["apigateway:POST", "apigateway:PUT"], within [TOTAL], waits for [THROTTLED, API_BUSY] =>
        CREATE_STAGE "CreateStage";

    // Cognito user pools.
    "cognito-idp" needs ["cognito-idp:CreateUserPool", "cognito-idp:TagResource"], within [POOL_CHANGE], waits for [THROTTLED] =>
        CREATE_USER_POOL "CreateUserPool";
    "cognito-idp" needs own, within [POOL_READ], waits for [THROTTLED] =>
        DESCRIBE_USER_POOL "DescribeUserPool",
        LIST_USER_POOLS "ListUserPools",
        GET_USER_POOL_MFA_CONFIG "GetUserPoolMfaConfig";
    "cognito-idp" needs own, within [POOL_CHANGE], waits for [THROTTLED] => UPDATE_USER_POOL "UpdateUserPool";
    "cognito-idp" needs own, within [POOL_CHANGE], waits for [THROTTLED, POOL_BUSY] =>
        SET_USER_POOL_MFA_CONFIG "SetUserPoolMfaConfig",
        DELETE_USER_POOL "DeleteUserPool";
    "cognito-idp" needs own, within [POOL_TAGS], waits for [THROTTLED] =>
        POOL_TAG "TagResource",
        POOL_UNTAG "UntagResource";
    "cognito-idp" needs own, within [CLIENT_CHANGE], waits for [THROTTLED, POOL_BUSY] =>
        CREATE_USER_POOL_CLIENT "CreateUserPoolClient",
        DELETE_USER_POOL_CLIENT "DeleteUserPoolClient";
    "cognito-idp" needs own, within [CLIENT_CHANGE], waits for [THROTTLED] =>
        UPDATE_USER_POOL_CLIENT "UpdateUserPoolClient";
    "cognito-idp" needs own, within [CLIENT_READ], waits for [THROTTLED] =>
        DESCRIBE_USER_POOL_CLIENT "DescribeUserPoolClient",
        LIST_USER_POOL_CLIENTS "ListUserPoolClients";
    "cognito-idp" needs own, within [], waits for [THROTTLED] =>
        LIST_USERS "ListUsers",
        ADMIN_CREATE_USER "AdminCreateUser",
        ADMIN_SET_USER_PASSWORD "AdminSetUserPassword",
        ADMIN_UPDATE_USER_ATTRIBUTES "AdminUpdateUserAttributes",
        ADMIN_GET_USER "AdminGetUser",
        ADMIN_DELETE_USER "AdminDeleteUser",
        ADMIN_DISABLE_USER "AdminDisableUser",
        ADMIN_ENABLE_USER "AdminEnableUser",
        ADMIN_ADD_USER_TO_GROUP "AdminAddUserToGroup",
        ADMIN_REMOVE_USER_FROM_GROUP "AdminRemoveUserFromGroup",
        ADMIN_LIST_GROUPS_FOR_USER "AdminListGroupsForUser",
        CREATE_GROUP "CreateGroup",
        LIST_GROUPS "ListGroups",
        ADMIN_INITIATE_AUTH "AdminInitiateAuth",
        ADMIN_RESPOND_TO_AUTH_CHALLENGE "AdminRespondToAuthChallenge";
    // They are not signed: the session of a sign-in authorizes them.
    "cognito-idp" needs nothing, within [], waits for [THROTTLED] =>
        ASSOCIATE_SOFTWARE_TOKEN "AssociateSoftwareToken",
        VERIFY_SOFTWARE_TOKEN "VerifySoftwareToken";

    // IAM.
    "iam" needs ["iam:CreateRole", "iam:TagRole"], within [IAM], waits for [THROTTLED, ROLE_BUSY] =>
        CREATE_ROLE "CreateRole";
    "iam" needs own, within [IAM_READ], waits for [THROTTLED] =>
        GET_ROLE "GetRole",
        GET_ROLE_POLICY "GetRolePolicy",
        LIST_ROLES "ListRoles",
        LIST_ROLE_POLICIES "ListRolePolicies",
        LIST_ATTACHED_ROLE_POLICIES "ListAttachedRolePolicies";
    "iam" needs own, within [IAM], waits for [THROTTLED, ROLE_BUSY] =>
        UPDATE_ROLE "UpdateRole",
        UPDATE_ASSUME_ROLE_POLICY "UpdateAssumeRolePolicy",
        TAG_ROLE "TagRole",
        UNTAG_ROLE "UntagRole",
        PUT_ROLE_POLICY "PutRolePolicy",
        DELETE_ROLE_POLICY "DeleteRolePolicy",
        ATTACH_ROLE_POLICY "AttachRolePolicy",
        DETACH_ROLE_POLICY "DetachRolePolicy";
    "iam" needs own, within [IAM], waits for [THROTTLED, ROLE_BUSY, ROLE_NOT_EMPTY] => DELETE_ROLE "DeleteRole";

    // Lambda.
    "lambda" needs ["lambda:CreateFunction", "iam:PassRole", "lambda:TagResource"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY, ROLE_FRESH] =>
        CREATE_FUNCTION "CreateFunction";
    "lambda" needs own, within [LAMBDA], waits for [THROTTLED] =>
        LIST_FUNCTIONS "ListFunctions",
        LIST_VERSIONS "ListVersionsByFunction",
        GET_ALIAS "GetAlias";
    "lambda" needs own, within [FUNCTION_GET], waits for [THROTTLED] => GET_FUNCTION "GetFunction";
    "lambda" needs ["lambda:UpdateFunctionConfiguration", "iam:PassRole"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY, ROLE_FRESH] =>
        UPDATE_FUNCTION_CONFIGURATION "UpdateFunctionConfiguration";
    "lambda" needs own, within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY] =>
        UPDATE_FUNCTION_CODE "UpdateFunctionCode",
        DELETE_FUNCTION "DeleteFunction",
        PUBLISH_VERSION "PublishVersion",
        CREATE_ALIAS "CreateAlias",
        UPDATE_ALIAS "UpdateAlias",
        FUNCTION_TAG "TagResource",
        FUNCTION_UNTAG "UntagResource",
        ADD_PERMISSION "AddPermission",
        REMOVE_PERMISSION "RemovePermission";
    // A throttle of a call is the function's own, so it is told and not waited out.
    "lambda" needs ["lambda:InvokeFunction"], within [], waits for [FUNCTION_BUSY] => INVOKE "Invoke";
    "lambda" needs own, within [FUNCTION_POLICY], waits for [THROTTLED] => GET_POLICY "GetPolicy";

    // CloudWatch Logs.
    "logs" needs ["logs:CreateLogGroup", "logs:TagResource"], within [LOGS], waits for [THROTTLED, LOG_GROUP_BUSY] =>
        CREATE_LOG_GROUP "CreateLogGroup";
    "logs" needs own, within [LOGS_READ], waits for [THROTTLED] =>
        DESCRIBE_LOG_GROUPS "DescribeLogGroups",
        LOG_GROUP_TAGS "ListTagsForResource";
    "logs" needs own, within [LOGS], waits for [THROTTLED, LOG_GROUP_BUSY] =>
        PUT_RETENTION_POLICY "PutRetentionPolicy",
        DELETE_RETENTION_POLICY "DeleteRetentionPolicy",
        LOG_GROUP_TAG "TagResource",
        LOG_GROUP_UNTAG "UntagResource",
        DELETE_LOG_GROUP "DeleteLogGroup";
    "logs" needs own, within [LOG_FILTER], waits for [THROTTLED] => FILTER_LOG_EVENTS "FilterLogEvents";

    // S3, for states. Without `s3:ListBucket` an object that is not there looks like one that is denied.
    "s3" needs ["s3:GetObject", "s3:ListBucket"], within [], waits for [] => GET_OBJECT "GetObject";
    "s3" needs ["s3:ListBucket"], within [], waits for [] => LIST_OBJECTS "ListObjectsV2";
    "s3" needs ["s3:PutObject", "s3:GetObject"], within [], waits for [] => PUT_OBJECT "PutObject";
    "s3" needs own, within [], waits for [] => DELETE_OBJECT "DeleteObject";

    // STS: its response requires no permission.
    "sts" needs nothing, within [], waits for [THROTTLED] => GET_CALLER_IDENTITY "GetCallerIdentity";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_listed_once_and_names_the_actions_it_needs() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|operation| operation.name).collect();
        assert_eq!(names.len(), ALL.len());
        let open: Vec<_> = ALL.iter().filter(|it| it.actions.is_empty()).map(|operation| operation.name).collect();
        assert_eq!(
            open,
            ["cognito-idp:AssociateSoftwareToken", "cognito-idp:VerifySoftwareToken", "sts:GetCallerIdentity"]
        );
    }
}
