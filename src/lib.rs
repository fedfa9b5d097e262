//! Infrastructure as code for one authenticated serverless API on AWS.

pub mod engine;
pub mod state;
