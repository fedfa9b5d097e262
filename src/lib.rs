//! Infrastructure as code for one authenticated serverless API on AWS.

pub mod aws;
pub mod check;
mod cli;
mod commands;
pub mod config;
mod diagnosis;
pub mod engine;
mod exit;
mod failure;
pub mod filesystem;
pub mod hint;
mod http;
pub mod logs;
pub mod package;
mod report;
pub mod resources;
mod session;
pub mod stack;
pub mod state;
pub mod users;
pub mod watch;

pub use cli::{check_command_line, command_line};
pub use commands::run;
pub use report::{EventGroup, EventSchema, event_groups, event_schema_text, plan_text};
