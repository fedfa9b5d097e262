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
const TOTAL: Quota = Quota { name: "apigateway", every: std::time::Duration::from_millis(100), burst: 40 };
const API_CREATE: Quota = Quota::one_in("apigateway:CreateRestApi", 3);
const API_PUT: Quota = Quota::one_in("apigateway:PutRestApi", 1);
const API_DELETE: Quota = Quota::one_in("apigateway:DeleteRestApi", 30);
const RESOURCES_GET: Quota =
    Quota { name: "apigateway:GetResources", every: std::time::Duration::from_millis(400), burst: 5 };
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
// IAM's limits are not published; mutations are throttled somewhere in the low tens a second.
const IAM: Quota = Quota::per_second("iam", 15);

macro_rules! operations {
    ($($constant:ident = $name:literal, needs $actions:expr, within $quotas:expr, waits for $waits:expr;)*) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            pub const $constant: Operation =
                Operation { name: $name, actions: &$actions, quotas: &$quotas, waits: &$waits };
        )*

        /// Every operation there is.
        pub const ALL: &[&Operation] = &[$(&$constant),*];
    };
}

operations! {
    // API Gateway: its actions are HTTP verbs on paths.
    CREATE_REST_API = "apigateway:CreateRestApi",
        needs ["apigateway:POST", "apigateway:PUT"], within [TOTAL, API_CREATE], waits for [THROTTLED, API_BUSY];
    GET_REST_API = "apigateway:GetRestApi",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];
    GET_REST_APIS = "apigateway:GetRestApis",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];
    UPDATE_REST_API = "apigateway:UpdateRestApi",
        needs ["apigateway:PATCH"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    PUT_REST_API = "apigateway:PutRestApi",
        needs ["apigateway:PUT"], within [TOTAL, API_PUT], waits for [THROTTLED, API_BUSY];
    DELETE_REST_API = "apigateway:DeleteRestApi",
        needs ["apigateway:DELETE"], within [TOTAL, API_DELETE], waits for [THROTTLED_API_DELETE, API_BUSY];
    GET_RESOURCES = "apigateway:GetResources",
        needs ["apigateway:GET"], within [TOTAL, RESOURCES_GET], waits for [THROTTLED];
    CREATE_RESOURCE = "apigateway:CreateResource",
        needs ["apigateway:POST"], within [TOTAL, RESOURCE_CHANGE], waits for [THROTTLED, API_BUSY];
    UPDATE_RESOURCE = "apigateway:UpdateResource",
        needs ["apigateway:PATCH"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    DELETE_RESOURCE = "apigateway:DeleteResource",
        needs ["apigateway:DELETE"], within [TOTAL, RESOURCE_CHANGE], waits for [THROTTLED, API_BUSY];
    GET_METHOD = "apigateway:GetMethod",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];
    PUT_METHOD = "apigateway:PutMethod",
        needs ["apigateway:PUT"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    UPDATE_METHOD = "apigateway:UpdateMethod",
        needs ["apigateway:PATCH"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    DELETE_METHOD = "apigateway:DeleteMethod",
        needs ["apigateway:DELETE"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    PUT_METHOD_RESPONSE = "apigateway:PutMethodResponse",
        needs ["apigateway:PUT"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    UPDATE_METHOD_RESPONSE = "apigateway:UpdateMethodResponse",
        needs ["apigateway:PATCH"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    DELETE_METHOD_RESPONSE = "apigateway:DeleteMethodResponse",
        needs ["apigateway:DELETE"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    PUT_INTEGRATION = "apigateway:PutIntegration",
        needs ["apigateway:PUT"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    UPDATE_INTEGRATION = "apigateway:UpdateIntegration",
        needs ["apigateway:PATCH"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    DELETE_INTEGRATION = "apigateway:DeleteIntegration",
        needs ["apigateway:DELETE"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    PUT_INTEGRATION_RESPONSE = "apigateway:PutIntegrationResponse",
        needs ["apigateway:PUT"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    UPDATE_INTEGRATION_RESPONSE = "apigateway:UpdateIntegrationResponse",
        needs ["apigateway:PATCH"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    DELETE_INTEGRATION_RESPONSE = "apigateway:DeleteIntegrationResponse",
        needs ["apigateway:DELETE"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    GET_GATEWAY_RESPONSES = "apigateway:GetGatewayResponses",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];
    PUT_GATEWAY_RESPONSE = "apigateway:PutGatewayResponse",
        needs ["apigateway:PUT"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    DELETE_GATEWAY_RESPONSE = "apigateway:DeleteGatewayResponse",
        needs ["apigateway:DELETE"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    // Of an API that is gone it says that the API is busy: the kind looks before it waits.
    CREATE_AUTHORIZER = "apigateway:CreateAuthorizer",
        needs ["apigateway:POST"], within [TOTAL], waits for [THROTTLED];
    GET_AUTHORIZER = "apigateway:GetAuthorizer",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];
    GET_AUTHORIZERS = "apigateway:GetAuthorizers",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];
    UPDATE_AUTHORIZER = "apigateway:UpdateAuthorizer",
        needs ["apigateway:PATCH"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    DELETE_AUTHORIZER = "apigateway:DeleteAuthorizer",
        needs ["apigateway:DELETE"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    CREATE_DEPLOYMENT = "apigateway:CreateDeployment",
        needs ["apigateway:POST"], within [TOTAL, DEPLOYMENT], waits for [THROTTLED_DEPLOYMENT, API_BUSY];
    GET_DEPLOYMENT = "apigateway:GetDeployment",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];
    GET_DEPLOYMENTS = "apigateway:GetDeployments",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];
    UPDATE_DEPLOYMENT = "apigateway:UpdateDeployment",
        needs ["apigateway:PATCH"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    DELETE_DEPLOYMENT = "apigateway:DeleteDeployment",
        needs ["apigateway:DELETE"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    GET_ACCOUNT = "apigateway:GetAccount",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];
    CREATE_STAGE = "apigateway:CreateStage",
        needs ["apigateway:POST", "apigateway:PUT"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    GET_STAGE = "apigateway:GetStage",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];
    GET_STAGES = "apigateway:GetStages",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];
    UPDATE_STAGE = "apigateway:UpdateStage",
        needs ["apigateway:PATCH"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    DELETE_STAGE = "apigateway:DeleteStage",
        needs ["apigateway:DELETE"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    API_TAG = "apigateway:TagResource",
        needs ["apigateway:PUT"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    API_UNTAG = "apigateway:UntagResource",
        needs ["apigateway:DELETE"], within [TOTAL], waits for [THROTTLED, API_BUSY];
    API_TAGS = "apigateway:GetTags",
        needs ["apigateway:GET"], within [TOTAL], waits for [THROTTLED];

    // Cognito user pools.
    CREATE_USER_POOL = "cognito-idp:CreateUserPool",
        needs ["cognito-idp:CreateUserPool", "cognito-idp:TagResource"], within [POOL_CHANGE], waits for [THROTTLED];
    DESCRIBE_USER_POOL = "cognito-idp:DescribeUserPool",
        needs ["cognito-idp:DescribeUserPool"], within [POOL_READ], waits for [THROTTLED];
    LIST_USER_POOLS = "cognito-idp:ListUserPools",
        needs ["cognito-idp:ListUserPools"], within [POOL_READ], waits for [THROTTLED];
    GET_USER_POOL_MFA_CONFIG = "cognito-idp:GetUserPoolMfaConfig",
        needs ["cognito-idp:GetUserPoolMfaConfig"], within [POOL_READ], waits for [THROTTLED];
    UPDATE_USER_POOL = "cognito-idp:UpdateUserPool",
        needs ["cognito-idp:UpdateUserPool"], within [POOL_CHANGE], waits for [THROTTLED];
    SET_USER_POOL_MFA_CONFIG = "cognito-idp:SetUserPoolMfaConfig",
        needs ["cognito-idp:SetUserPoolMfaConfig"], within [POOL_CHANGE], waits for [THROTTLED, POOL_BUSY];
    DELETE_USER_POOL = "cognito-idp:DeleteUserPool",
        needs ["cognito-idp:DeleteUserPool"], within [POOL_CHANGE], waits for [THROTTLED, POOL_BUSY];
    POOL_TAG = "cognito-idp:TagResource",
        needs ["cognito-idp:TagResource"], within [POOL_TAGS], waits for [THROTTLED];
    POOL_UNTAG = "cognito-idp:UntagResource",
        needs ["cognito-idp:UntagResource"], within [POOL_TAGS], waits for [THROTTLED];
    CREATE_USER_POOL_CLIENT = "cognito-idp:CreateUserPoolClient",
        needs ["cognito-idp:CreateUserPoolClient"], within [CLIENT_CHANGE], waits for [THROTTLED, POOL_BUSY];
    UPDATE_USER_POOL_CLIENT = "cognito-idp:UpdateUserPoolClient",
        needs ["cognito-idp:UpdateUserPoolClient"], within [CLIENT_CHANGE], waits for [THROTTLED];
    DELETE_USER_POOL_CLIENT = "cognito-idp:DeleteUserPoolClient",
        needs ["cognito-idp:DeleteUserPoolClient"], within [CLIENT_CHANGE], waits for [THROTTLED, POOL_BUSY];
    DESCRIBE_USER_POOL_CLIENT = "cognito-idp:DescribeUserPoolClient",
        needs ["cognito-idp:DescribeUserPoolClient"], within [CLIENT_READ], waits for [THROTTLED];
    LIST_USER_POOL_CLIENTS = "cognito-idp:ListUserPoolClients",
        needs ["cognito-idp:ListUserPoolClients"], within [CLIENT_READ], waits for [THROTTLED];
    LIST_USERS = "cognito-idp:ListUsers",
        needs ["cognito-idp:ListUsers"], within [], waits for [THROTTLED];
    ADMIN_CREATE_USER = "cognito-idp:AdminCreateUser",
        needs ["cognito-idp:AdminCreateUser"], within [], waits for [THROTTLED];
    ADMIN_SET_USER_PASSWORD = "cognito-idp:AdminSetUserPassword",
        needs ["cognito-idp:AdminSetUserPassword"], within [], waits for [THROTTLED];
    ADMIN_UPDATE_USER_ATTRIBUTES = "cognito-idp:AdminUpdateUserAttributes",
        needs ["cognito-idp:AdminUpdateUserAttributes"], within [], waits for [THROTTLED];
    ADMIN_GET_USER = "cognito-idp:AdminGetUser",
        needs ["cognito-idp:AdminGetUser"], within [], waits for [THROTTLED];
    ADMIN_DELETE_USER = "cognito-idp:AdminDeleteUser",
        needs ["cognito-idp:AdminDeleteUser"], within [], waits for [THROTTLED];
    ADMIN_DISABLE_USER = "cognito-idp:AdminDisableUser",
        needs ["cognito-idp:AdminDisableUser"], within [], waits for [THROTTLED];
    ADMIN_ENABLE_USER = "cognito-idp:AdminEnableUser",
        needs ["cognito-idp:AdminEnableUser"], within [], waits for [THROTTLED];
    ADMIN_ADD_USER_TO_GROUP = "cognito-idp:AdminAddUserToGroup",
        needs ["cognito-idp:AdminAddUserToGroup"], within [], waits for [THROTTLED];
    ADMIN_REMOVE_USER_FROM_GROUP = "cognito-idp:AdminRemoveUserFromGroup",
        needs ["cognito-idp:AdminRemoveUserFromGroup"], within [], waits for [THROTTLED];
    ADMIN_LIST_GROUPS_FOR_USER = "cognito-idp:AdminListGroupsForUser",
        needs ["cognito-idp:AdminListGroupsForUser"], within [], waits for [THROTTLED];
    CREATE_GROUP = "cognito-idp:CreateGroup",
        needs ["cognito-idp:CreateGroup"], within [], waits for [THROTTLED];
    LIST_GROUPS = "cognito-idp:ListGroups",
        needs ["cognito-idp:ListGroups"], within [], waits for [THROTTLED];
    ADMIN_INITIATE_AUTH = "cognito-idp:AdminInitiateAuth",
        needs ["cognito-idp:AdminInitiateAuth"], within [], waits for [THROTTLED];
    ADMIN_RESPOND_TO_AUTH_CHALLENGE = "cognito-idp:AdminRespondToAuthChallenge",
        needs ["cognito-idp:AdminRespondToAuthChallenge"], within [], waits for [THROTTLED];
    // Neither is signed: the session of a sign-in is what allows them.
    ASSOCIATE_SOFTWARE_TOKEN = "cognito-idp:AssociateSoftwareToken",
        needs ["cognito-idp:AssociateSoftwareToken"], within [], waits for [THROTTLED];
    VERIFY_SOFTWARE_TOKEN = "cognito-idp:VerifySoftwareToken",
        needs ["cognito-idp:VerifySoftwareToken"], within [], waits for [THROTTLED];

    // IAM.
    CREATE_ROLE = "iam:CreateRole",
        needs ["iam:CreateRole", "iam:TagRole"], within [IAM], waits for [THROTTLED, ROLE_BUSY];
    GET_ROLE = "iam:GetRole",
        needs ["iam:GetRole"], within [IAM], waits for [THROTTLED];
    UPDATE_ROLE = "iam:UpdateRole",
        needs ["iam:UpdateRole"], within [IAM], waits for [THROTTLED, ROLE_BUSY];
    UPDATE_ASSUME_ROLE_POLICY = "iam:UpdateAssumeRolePolicy",
        needs ["iam:UpdateAssumeRolePolicy"], within [IAM], waits for [THROTTLED, ROLE_BUSY];
    TAG_ROLE = "iam:TagRole",
        needs ["iam:TagRole"], within [IAM], waits for [THROTTLED, ROLE_BUSY];
    UNTAG_ROLE = "iam:UntagRole",
        needs ["iam:UntagRole"], within [IAM], waits for [THROTTLED, ROLE_BUSY];
    PUT_ROLE_POLICY = "iam:PutRolePolicy",
        needs ["iam:PutRolePolicy"], within [IAM], waits for [THROTTLED, ROLE_BUSY];
    GET_ROLE_POLICY = "iam:GetRolePolicy",
        needs ["iam:GetRolePolicy"], within [IAM], waits for [THROTTLED];
    DELETE_ROLE_POLICY = "iam:DeleteRolePolicy",
        needs ["iam:DeleteRolePolicy"], within [IAM], waits for [THROTTLED, ROLE_BUSY];
    LIST_ROLES = "iam:ListRoles",
        needs ["iam:ListRoles"], within [IAM], waits for [THROTTLED];
    LIST_ROLE_POLICIES = "iam:ListRolePolicies",
        needs ["iam:ListRolePolicies"], within [IAM], waits for [THROTTLED];
    ATTACH_ROLE_POLICY = "iam:AttachRolePolicy",
        needs ["iam:AttachRolePolicy"], within [IAM], waits for [THROTTLED, ROLE_BUSY];
    DETACH_ROLE_POLICY = "iam:DetachRolePolicy",
        needs ["iam:DetachRolePolicy"], within [IAM], waits for [THROTTLED, ROLE_BUSY];
    LIST_ATTACHED_ROLE_POLICIES = "iam:ListAttachedRolePolicies",
        needs ["iam:ListAttachedRolePolicies"], within [IAM], waits for [THROTTLED];
    DELETE_ROLE = "iam:DeleteRole",
        needs ["iam:DeleteRole"], within [IAM], waits for [THROTTLED, ROLE_BUSY, ROLE_NOT_EMPTY];

    // Lambda.
    CREATE_FUNCTION = "lambda:CreateFunction",
        needs ["lambda:CreateFunction", "iam:PassRole", "lambda:TagResource"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY, ROLE_FRESH];
    LIST_FUNCTIONS = "lambda:ListFunctions",
        needs ["lambda:ListFunctions"], within [LAMBDA], waits for [THROTTLED];
    GET_FUNCTION = "lambda:GetFunction",
        needs ["lambda:GetFunction"], within [FUNCTION_GET], waits for [THROTTLED];
    UPDATE_FUNCTION_CONFIGURATION = "lambda:UpdateFunctionConfiguration",
        needs ["lambda:UpdateFunctionConfiguration", "iam:PassRole"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY, ROLE_FRESH];
    UPDATE_FUNCTION_CODE = "lambda:UpdateFunctionCode",
        needs ["lambda:UpdateFunctionCode"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY];
    DELETE_FUNCTION = "lambda:DeleteFunction",
        needs ["lambda:DeleteFunction"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY];
    PUBLISH_VERSION = "lambda:PublishVersion",
        needs ["lambda:PublishVersion"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY];
    LIST_VERSIONS = "lambda:ListVersionsByFunction",
        needs ["lambda:ListVersionsByFunction"], within [LAMBDA], waits for [THROTTLED];
    GET_ALIAS = "lambda:GetAlias",
        needs ["lambda:GetAlias"], within [LAMBDA], waits for [THROTTLED];
    CREATE_ALIAS = "lambda:CreateAlias",
        needs ["lambda:CreateAlias"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY];
    UPDATE_ALIAS = "lambda:UpdateAlias",
        needs ["lambda:UpdateAlias"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY];
    FUNCTION_TAG = "lambda:TagResource",
        needs ["lambda:TagResource"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY];
    FUNCTION_UNTAG = "lambda:UntagResource",
        needs ["lambda:UntagResource"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY];
    // A throttle of a call is the function's own, so it is told and not waited out.
    INVOKE = "lambda:Invoke",
        needs ["lambda:InvokeFunction"], within [], waits for [FUNCTION_BUSY];
    GET_POLICY = "lambda:GetPolicy",
        needs ["lambda:GetPolicy"], within [FUNCTION_POLICY], waits for [THROTTLED];
    ADD_PERMISSION = "lambda:AddPermission",
        needs ["lambda:AddPermission"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY];
    REMOVE_PERMISSION = "lambda:RemovePermission",
        needs ["lambda:RemovePermission"], within [LAMBDA], waits for [THROTTLED, FUNCTION_BUSY];

    // CloudWatch Logs.
    CREATE_LOG_GROUP = "logs:CreateLogGroup",
        needs ["logs:CreateLogGroup", "logs:TagResource"], within [], waits for [THROTTLED, LOG_GROUP_BUSY];
    DESCRIBE_LOG_GROUPS = "logs:DescribeLogGroups",
        needs ["logs:DescribeLogGroups"], within [], waits for [THROTTLED];
    PUT_RETENTION_POLICY = "logs:PutRetentionPolicy",
        needs ["logs:PutRetentionPolicy"], within [], waits for [THROTTLED, LOG_GROUP_BUSY];
    DELETE_RETENTION_POLICY = "logs:DeleteRetentionPolicy",
        needs ["logs:DeleteRetentionPolicy"], within [], waits for [THROTTLED, LOG_GROUP_BUSY];
    LOG_GROUP_TAGS = "logs:ListTagsForResource",
        needs ["logs:ListTagsForResource"], within [], waits for [THROTTLED];
    LOG_GROUP_TAG = "logs:TagResource",
        needs ["logs:TagResource"], within [], waits for [THROTTLED, LOG_GROUP_BUSY];
    LOG_GROUP_UNTAG = "logs:UntagResource",
        needs ["logs:UntagResource"], within [], waits for [THROTTLED, LOG_GROUP_BUSY];
    DELETE_LOG_GROUP = "logs:DeleteLogGroup",
        needs ["logs:DeleteLogGroup"], within [], waits for [THROTTLED, LOG_GROUP_BUSY];
    FILTER_LOG_EVENTS = "logs:FilterLogEvents",
        needs ["logs:FilterLogEvents"], within [LOG_FILTER], waits for [THROTTLED];

    // S3, for states. Without `s3:ListBucket` an object that is not there looks like one that is denied.
    GET_OBJECT = "s3:GetObject",
        needs ["s3:GetObject", "s3:ListBucket"], within [], waits for [];
    LIST_OBJECTS = "s3:ListObjectsV2",
        needs ["s3:ListBucket"], within [], waits for [];
    PUT_OBJECT = "s3:PutObject",
        needs ["s3:PutObject", "s3:GetObject"], within [], waits for [];
    DELETE_OBJECT = "s3:DeleteObject",
        needs ["s3:DeleteObject"], within [], waits for [];

    // STS: the answer needs no permission at all.
    GET_CALLER_IDENTITY = "sts:GetCallerIdentity",
        needs ["sts:GetCallerIdentity"], within [], waits for [THROTTLED];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_listed_once_and_names_the_actions_it_needs() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|operation| operation.name).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|operation| !operation.actions.is_empty()));
    }
}
