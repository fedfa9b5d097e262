//! Infrastructure as code for one authenticated serverless API on AWS.

pub mod aws;
pub mod check;
mod cli;
mod commands;
pub mod config;
pub mod engine;
mod error;
mod exit;
pub mod filesystem;
mod gateway;
mod http;
pub mod logs;
pub mod package;
pub mod people;
mod report;
pub mod resources;
pub mod stack;
pub mod state;
pub mod watch;

pub use commands::run;
pub use report::plan_text;
