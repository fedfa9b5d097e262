//! The life of a stack on ministack, which runs the deployed API and its functions.

use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, AuthenticationResultType, MessageActionType};

use super::{
    buckets,
    buckets::Bucket,
    http,
    life::{Stack, World},
    stores,
};

const EMAIL: &str = "somebody@example.com";
const PASSWORD: &str = "Correct-Horse-9";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the servers that tests/conformance/run installs"]
async fn a_stack_is_deployed_called_changed_repaired_and_destroyed() {
    let mut world = World::ministack();
    let stack = world.comes_up().await;
    let tokens = world.sign_in(&stack).await;
    stack.answers("/test", None, 200, "Hello from the public endpoint").await;
    stack.lets_in_by_id_token(&tokens).await;

    world.takes_new_code(&stack).await;
    world.keeps_its_state_in_a_bucket().await;
    stack.answers("/test", None, 200, "Greetings from the public endpoint").await;
    world.takes_a_route(&stack).await;
    stack.answers("/items/7", None, 200, "\"/items/7\"").await;
    world.loses_the_route(&stack).await;
    stack.answers("/items/7", None, 403, "Missing Authentication Token").await;
    world.takes_new_settings(&stack).await;
    world.is_repaired(&stack).await;
    stack.lets_in_by_id_token(&tokens).await;

    // The pool has one user.
    world.project.run(&["down", "--delete-users", "2"], 2).await;
    world.goes_down(&["--delete-users", "1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the servers that tests/conformance/run installs"]
async fn s3_behaves_as_a_state_requires() {
    let world = World::ministack_for_everybody();
    buckets::are_what_a_state_relies_on(&world.clients.s3).await;
    stores::keep_states(&world.clients.s3, &world.url(), true).await;
    Bucket::make(&world.clients.s3, "placed").await.is_in_its_region((301, "PermanentRedirect")).await;
    Bucket::make(&world.clients.s3, "owned").await.asks_for_its_owner((404, "NoSuchKey")).await;
}

impl World {
    /// Creates a user and signs in.
    async fn sign_in(&self, stack: &Stack) -> AuthenticationResultType {
        let (cognito, pool) = (&self.clients.cognito, &stack.user_pool_id);
        let create = cognito.admin_create_user().user_pool_id(pool).username(EMAIL);
        create.message_action(MessageActionType::Suppress).send().await.expect("the user is created");
        let password = cognito.admin_set_user_password().user_pool_id(pool).username(EMAIL);
        password.password(PASSWORD).permanent(true).send().await.expect("the password is set");
        let sign_in = cognito.admin_initiate_auth().user_pool_id(pool).client_id(&stack.client_id);
        let sign_in = sign_in.auth_flow(AuthFlowType::AdminUserPasswordAuth);
        let sign_in = sign_in.auth_parameters("USERNAME", EMAIL).auth_parameters("PASSWORD", PASSWORD);
        let signed_in = sign_in.send().await.expect("the user signs in");
        signed_in.authentication_result.expect("a signed-in user has tokens")
    }
}

impl Stack {
    /// Calls a route and expects this response.
    async fn answers(&self, path: &str, token: Option<&str>, status: u16, part: &str) {
        let (url, token) = (format!("{}{path}", self.invoke_url), token.map(str::to_owned));
        let called = tokio::task::spawn_blocking(move || http::get(&url, token.as_deref())).await;
        let answer = called.expect("the call does not panic").expect("the API responds");
        assert!(answer.status == status && answer.body.contains(part), "{path}: {answer:?}");
    }

    /// Expects the protected route to require an ID token.
    async fn lets_in_by_id_token(&self, tokens: &AuthenticationResultType) {
        self.answers("/test_auth", None, 401, "Unauthorized").await;
        self.answers("/test_auth", Some("not a token"), 401, "Unauthorized").await;
        self.answers("/test_auth", tokens.id_token(), 200, EMAIL).await;
    }
}
