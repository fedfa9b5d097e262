//! The kinds of resources, one file or folder each.

pub mod api_routes;
pub mod authorizer;
pub mod rest_api;
pub mod stage;
