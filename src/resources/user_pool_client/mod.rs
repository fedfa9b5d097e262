//! `user_pool_client`: the app client through which users sign in.

mod resource;
mod spec;
mod update;

pub use resource::UserPoolClient;
pub use spec::{Outputs, Spec};
