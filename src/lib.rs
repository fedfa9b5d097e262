//! Infrastructure as code for one authenticated serverless API on AWS.

pub mod aws;
pub mod config;
pub mod engine;
pub mod package;
pub mod resources;
pub mod stack;
pub mod state;
