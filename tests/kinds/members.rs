//! A setting that a server leaves out is at its default, and the case of an enum makes no diff.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use serde_json::Value;
use stackctl::engine::Found;
use stackctl_local::Settings;

use super::{
    cases::{Case, cases},
    subject::Subject,
};
use crate::harness::{
    connect_by,
    edited::{Document, Edited},
};

/// The responses of one read, by operation.
type Answers = BTreeMap<String, String>;

/// One resource that is live as desired, on a server whose responses are edited.
struct Answering<'a> {
    case: &'a Case,
    resource: Subject<'a>,
    outputs: Value,
    server: &'a Edited,
}

impl Answering<'_> {
    async fn answers(&self) -> Answers {
        let heard = Arc::new(Mutex::new(Answers::new()));
        let hear = Arc::clone(&heard);
        self.server.edit(move |operation, body| {
            hear.lock().unwrap().insert(operation.to_owned(), body.to_owned());
            body.to_owned()
        });
        assert_eq!(self.verdict().await, None, "{}: as it was created", self.case.key);
        let heard = heard.lock().unwrap();
        heard.clone()
    }

    /// What a read gives next to the desired spec; nothing when there is no diff.
    async fn verdict(&self) -> Option<String> {
        let live = match self.resource.read(&self.outputs).await {
            Err(_) => return Some("error".into()),
            Ok(Found::Nothing) => return Some("CREATE".into()),
            Ok(Found::NotOurs(_)) => return Some("not ours".into()),
            Ok(Found::Ours(live)) => live,
        };
        let want = self.case.first.as_object().unwrap();
        let fields = want.iter().filter(|(field, value)| live.spec[*field] != **value).map(|(field, _)| field.as_str());
        let mut fields: Vec<&str> = fields.collect();
        let verb =
            if fields.iter().any(|field| self.resource.kind().traits().fixes(field)) { "REPLACE" } else { "update" };
        if live.outputs != self.outputs {
            fields.push("(ids)");
        }
        (!fields.is_empty()).then(|| format!("{verb} {}", fields.join(" ")))
    }

    async fn edited(&self, operation: &str, edit: impl Fn(&Document) -> Document + Send + 'static) -> Option<String> {
        let edited = operation.to_owned();
        self.server.edit(
            move |operation, body| {
                if operation == edited { edit(&Document::of(body)).text() } else { body.to_owned() }
            },
        );
        self.verdict().await
    }

    /// How a plan changes when a member is left out, or spelled in the other case, member by member.
    async fn verdicts(&self, left_out: &mut BTreeSet<String>, spelled: &mut BTreeSet<String>) {
        let kind = self.case.key.kind.as_str();
        for (operation, body) in self.answers().await {
            let document = Document::of(&body);
            for place in document.places() {
                let at = place.clone();
                if let Some(verdict) = self.edited(&operation, move |document| document.without(&at)).await {
                    left_out.insert(format!("{kind}: {verdict}: {operation} {}", unnumbered(&place)));
                }
                let at = place.clone();
                if document.in_other_case(&place).is_some()
                    && let Some(verdict) =
                        self.edited(&operation, move |document| document.in_other_case(&at).expect("a text")).await
                {
                    spelled.insert(format!("{kind}: {verdict}: {operation} {}", unnumbered(&place)));
                }
            }
        }
    }
}

/// A place without the positions in lists, and without deeply nested members.
fn unnumbered(place: &str) -> String {
    let steps = place.split('/').map(|step| if step.parse::<usize>().is_ok_and(|at| at < 100) { "*" } else { step });
    let mut steps: Vec<&str> = steps.collect();
    if steps.len() > 6 {
        steps.splice(6.., ["…"]);
    }
    steps.join("/")
}

async fn all_verdicts() -> (BTreeSet<String>, BTreeSet<String>) {
    let local = stackctl_local::Emulator::new(Settings::default());
    let server = Edited::new(&local);
    let mut cloud = connect_by(server.client()).await;
    let cases = cases(&mut cloud).await;
    let (mut left_out, mut spelled) = (BTreeSet::new(), BTreeSet::new());
    for case in &cases {
        server.edit(|_, body| body.to_owned());
        let resource = Subject::new(&cloud, &case.key);
        let outputs = resource.create(&case.first).await.unwrap();
        let subject = Answering { case, resource, outputs, server: &server };
        subject.verdicts(&mut left_out, &mut spelled).await;
    }
    (left_out, spelled)
}

/// Verdicts with their places, one line for each operation.
fn lines(verdicts: &BTreeSet<String>, of: impl Fn(&str) -> bool) -> String {
    // Tags are the claim, and all members of a preflight are ours.
    let shown = |line: &&String| !line.to_lowercase().contains("tags") && !line.contains("/OPTIONS") && of(line);
    let mut grouped = BTreeMap::<&str, Vec<&str>>::new();
    for (verdict, place) in verdicts.iter().filter(shown).filter_map(|line| line.rsplit_once(' ')) {
        grouped.entry(verdict).or_default().push(place);
    }
    grouped.iter().fold(String::new(), |text, (verdict, places)| text + verdict + " " + &places.join(" ") + "\n")
}

/// Whether a plan would create, replace or lose a resource because a server left something out.
fn destroys(line: &str) -> bool {
    ["CREATE", "REPLACE", "(ids)"].iter().any(|word| line.contains(word))
}

#[tokio::test(start_paused = true)]
async fn a_member_left_out_or_in_another_case_makes_no_diff_unless_it_is_the_setting() {
    let (left_out, spelled) = all_verdicts().await;
    // Members without a default, and those whose default has another case here.
    insta::assert_snapshot!(lines(&left_out, |line| !destroys(line)), @r"
    api_routes: error: GET /restapis/{id}/resources /item/*/id /item/*/path
    api_routes: update authorizer_id routes preflights: GET /restapis/{id}/resources /item
    api_routes: update gateway_responses: GET /restapis/{id}/gatewayresponses /item /item/*/defaultResponse /item/*/responseParameters /item/*/responseParameters/gatewayresponse.header.Access-Control-Allow-Origin /item/*/responseType
    api_routes: update preflights unrouted: GET /restapis/{id}/resources /item/*/resourceMethods
    api_routes: update routes preflights: GET /restapis/{id}/resources /item/*/resourceMethods
    api_routes: update routes unrouted: GET /restapis/{id}/resources /item/*/resourceMethods /item/*/resourceMethods/ANY /item/*/resourceMethods/GET
    api_routes: update routes: GET /restapis/{id}/resources /item/*/resourceMethods/ANY/authorizationScopes /item/*/resourceMethods/ANY/authorizationType /item/*/resourceMethods/ANY/authorizerId /item/*/resourceMethods/ANY/methodIntegration /item/*/resourceMethods/ANY/methodIntegration/… /item/*/resourceMethods/GET /item/*/resourceMethods/GET/authorizationType /item/*/resourceMethods/GET/authorizerId /item/*/resourceMethods/GET/methodIntegration /item/*/resourceMethods/GET/methodIntegration/…
    authorizer: update name: GET /restapis/{id}/authorizers /item/*/name
    authorizer: update provider_arns: GET /restapis/{id}/authorizers /item/*/providerARNs
    iam_role: error: GetRole /GetRoleResult
    iam_role: error: GetRolePolicy /GetRolePolicyResult
    iam_role: error: ListAttachedRolePolicies /ListAttachedRolePoliciesResult
    iam_role: error: ListRolePolicies /ListRolePoliciesResult
    iam_role: not ours: GetRole /GetRoleResult/Role
    iam_role: update assume_role_policy: GetRole /GetRoleResult/Role/AssumeRolePolicyDocument
    iam_role: update description: GetRole /GetRoleResult/Role/Description
    iam_role: update inline_policies: GetRolePolicy /GetRolePolicyResult/PolicyDocument
    iam_role: update inline_policies: ListRolePolicies /ListRolePoliciesResult/PolicyNames /ListRolePoliciesResult/PolicyNames/member
    lambda_function: error: GET /2015-03-31/functions/ours-dev-x /Configuration
    lambda_function: update alias: GET /2015-03-31/functions/ours-dev-x/aliases/live /Description
    lambda_function: update description: GET /2015-03-31/functions/ours-dev-x /Configuration/Description
    lambda_function: update environment alias: GET /2015-03-31/functions/ours-dev-x /Configuration/Environment /Configuration/Environment/Variables /Configuration/Environment/Variables/GONE /Configuration/Environment/Variables/KEPT
    lambda_function: update handler alias: GET /2015-03-31/functions/ours-dev-x /Configuration/Handler
    lambda_function: update role_arn alias: GET /2015-03-31/functions/ours-dev-x /Configuration/Role
    lambda_function: update runtime alias: GET /2015-03-31/functions/ours-dev-x /Configuration/Runtime
    lambda_permission: error: GET /2015-03-31/functions/called/policy /Policy
    log_group: update retention_days: DescribeLogGroups /logGroups/*/retentionInDays
    rest_api: update binary_media_types: GET /restapis/{id} /binaryMediaTypes
    rest_api: update description: GET /restapis/{id} /description
    rest_api: update endpoint_type: GET /restapis/{id} /endpointConfiguration /endpointConfiguration/types
    rest_api: update name: GET /restapis/{id} /name
    stage: error: GET /restapis/{id}/stages/dev /deploymentId
    stage: update fingerprint: GET /restapis/{id}/deployments/{id} /description
    user_pool: error: DescribeUserPool /UserPool /UserPool/AccountRecoverySetting/RecoveryMechanisms/*/Name /UserPool/Arn /UserPool/Id /UserPool/Name
    user_pool: update account_recovery: DescribeUserPool /UserPool/AccountRecoverySetting/RecoveryMechanisms/*/Priority
    user_pool: update password_policy: DescribeUserPool /UserPool/Policies /UserPool/Policies/PasswordPolicy /UserPool/Policies/PasswordPolicy/MinimumLength /UserPool/Policies/PasswordPolicy/RequireNumbers /UserPool/Policies/PasswordPolicy/RequireUppercase
    user_pool: update self_sign_up: DescribeUserPool /UserPool/AdminCreateUserConfig /UserPool/AdminCreateUserConfig/AllowAdminCreateUserOnly
    user_pool_client: error: DescribeUserPoolClient /UserPoolClient
    user_pool_client: update access_token_validity_minutes id_token_validity_minutes: DescribeUserPoolClient /UserPoolClient/TokenValidityUnits
    user_pool_client: update access_token_validity_minutes: DescribeUserPoolClient /UserPoolClient/TokenValidityUnits/AccessToken
    user_pool_client: update explicit_auth_flows: DescribeUserPoolClient /UserPoolClient/ExplicitAuthFlows
    user_pool_client: update id_token_validity_minutes: DescribeUserPoolClient /UserPoolClient/TokenValidityUnits/IdToken
    user_pool_client: update name: DescribeUserPoolClient /UserPoolClient/ClientName
    user_pool_client: update prevent_user_existence_errors: DescribeUserPoolClient /UserPoolClient/PreventUserExistenceErrors
    ");
    // Names, ids, ARNs and texts, which have no other spelling.
    insta::assert_snapshot!(lines(&spelled, |line| !destroys(line)), @r"
    api_routes: update gateway_responses: GET /restapis/{id}/gatewayresponses /item/*/responseTemplates/application~1json
    api_routes: update preflights: GET /restapis/{id}/resources /item/*/path
    api_routes: update routes unrouted: GET /restapis/{id}/resources /item/*/path
    api_routes: update routes: GET /restapis/{id}/resources /item/*/resourceMethods/ANY/authorizationScopes/… /item/*/resourceMethods/ANY/authorizerId /item/*/resourceMethods/ANY/methodIntegration/… /item/*/resourceMethods/GET/authorizerId /item/*/resourceMethods/GET/methodIntegration/…
    api_routes: update unrouted: GET /restapis/{id}/resources /item/*/path
    authorizer: update identity_source: GET /restapis/{id}/authorizers /item/*/identitySource
    authorizer: update name: GET /restapis/{id}/authorizers /item/*/name
    authorizer: update provider_arns: GET /restapis/{id}/authorizers /item/*/providerARNs/*
    iam_role: error: ListAttachedRolePolicies /ListAttachedRolePoliciesResult/IsTruncated
    iam_role: error: ListRolePolicies /ListRolePoliciesResult/IsTruncated
    iam_role: update assume_role_policy: GetRole /GetRoleResult/Role/AssumeRolePolicyDocument
    iam_role: update description: GetRole /GetRoleResult/Role/Description
    iam_role: update inline_policies: GetRolePolicy /GetRolePolicyResult/PolicyDocument
    iam_role: update inline_policies: ListRolePolicies /ListRolePoliciesResult/PolicyNames/member
    lambda_function: update alias: GET /2015-03-31/functions/ours-dev-x/aliases/live /Description
    lambda_function: update description: GET /2015-03-31/functions/ours-dev-x /Configuration/Description
    lambda_function: update handler alias: GET /2015-03-31/functions/ours-dev-x /Configuration/Handler
    lambda_function: update log_group alias: GET /2015-03-31/functions/ours-dev-x /Configuration/LoggingConfig/LogGroup
    lambda_function: update role_arn alias: GET /2015-03-31/functions/ours-dev-x /Configuration/Role
    lambda_function: update source_hash alias: GET /2015-03-31/functions/ours-dev-x /Configuration/CodeSha256
    rest_api: update binary_media_types: GET /restapis/{id} /binaryMediaTypes/*
    rest_api: update description: GET /restapis/{id} /description
    rest_api: update name: GET /restapis/{id} /name
    stage: update fingerprint: GET /restapis/{id}/deployments/{id} /description
    user_pool_client: update name: DescribeUserPoolClient /UserPoolClient/ClientName
    ");
    // When a list misses the resource, the name conflicts; replacing a pool is rejected. A client is replaced when the
    // secret that it was created with is no longer shown.
    insta::assert_snapshot!(lines(&left_out, destroys), @r"
    authorizer: CREATE: GET /restapis/{id}/authorizers /item
    lambda_function: update alias (ids): GET /2015-03-31/functions/ours-dev-x/aliases/live /FunctionVersion
    log_group: CREATE: DescribeLogGroups /logGroups /logGroups/*/logGroupName
    user_pool: REPLACE case_sensitive: DescribeUserPool /UserPool/UsernameConfiguration
    user_pool: REPLACE username_attributes: DescribeUserPool /UserPool/UsernameAttributes
    user_pool_client: REPLACE generate_secret: DescribeUserPoolClient /UserPoolClient/ClientSecret
    ");
    insta::assert_snapshot!(lines(&spelled, destroys), @r"
    authorizer: update (ids): GET /restapis/{id}/authorizers /item/*/id
    iam_role: REPLACE path (ids): GetRole /GetRoleResult/Role/Path
    lambda_permission: CREATE: GET /2015-03-31/functions/called/policy /Policy
    log_group: CREATE: DescribeLogGroups /logGroups/*/logGroupName
    stage: update fingerprint (ids): GET /restapis/{id}/stages/dev /deploymentId
    user_pool: update (ids): DescribeUserPool /UserPool/Arn /UserPool/Id
    user_pool: update name (ids): DescribeUserPool /UserPool/Name
    ");
}
