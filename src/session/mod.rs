//! What the commands share: the run, the session, lock and state, prompts, and deploys.

pub(crate) mod access_log_role;
pub(crate) mod apply;
pub(crate) mod config_origin;
pub(crate) mod confirm;
pub(crate) mod connection;
pub(crate) mod deploy;
pub(crate) mod deployed;
pub(crate) mod emulator;
pub(crate) mod function_error;
pub(crate) mod leftover_state;
mod local_state;
pub(crate) mod lock;
pub(crate) mod missing_state;
pub(crate) mod new_stack;
pub(crate) mod package_remarks;
pub(crate) mod password;
pub(crate) mod plan_file;
pub(crate) mod post_deploy_check;
pub(crate) mod preconditions;
pub(crate) mod project;
pub(crate) mod reachability;
pub(crate) mod request_body;
mod run;
mod sign_in;
pub(crate) mod signals;
mod stack;
pub(crate) mod terminal;
mod user_pool;

pub(crate) use deployed::DeployedStack;
pub(crate) use lock::Lock;
pub(crate) use run::{OnInterrupt, Run};
pub(crate) use sign_in::sign_in;
pub(crate) use stack::{Session, Survey};
pub(crate) use user_pool::Pool;
