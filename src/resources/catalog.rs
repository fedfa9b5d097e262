//! The list of all kinds.

use super::{
    api_routes, authorizer, iam_role, lambda_function, lambda_permission, log_group, rest_api, stage, user_pool,
    user_pool_client,
};
use crate::{aws::Clients, engine::Catalog};

/// Every kind there is.
#[must_use]
pub fn catalog() -> Catalog<Clients> {
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
