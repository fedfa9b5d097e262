//! The kinds of resource, one file or folder each. They read, find, create, change and delete; they never print, and
//! they know nothing of state, plan or config.

pub mod api_routes;
pub mod authorizer;
pub mod iam_role;
mod kept;
pub mod lambda_function;
pub mod lambda_permission;
pub mod log_group;
mod many;
mod policy;
pub mod rest_api;
pub mod stage;
mod tags;
pub mod user_pool;
pub mod user_pool_client;

pub use policy::Policy;

use crate::{aws::Cloud, engine::Catalog};

/// Every kind there is.
#[must_use]
pub fn catalog() -> Catalog<Cloud> {
    Catalog::new()
        .with::<user_pool::UserPool>()
        .with::<user_pool_client::UserPoolClient>()
        .with::<iam_role::IamRole>()
        .with::<log_group::LogGroup>()
        .with::<lambda_function::LambdaFunction>()
        .with::<lambda_permission::LambdaPermission>()
        .with::<rest_api::RestApi>()
        .with::<authorizer::Authorizer>()
        .with::<api_routes::ApiRoutes>()
        .with::<stage::Stage>()
}
