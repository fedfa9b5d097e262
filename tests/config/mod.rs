//! The configuration: every problem with its whole text, and what a good file becomes.

mod checks;
mod deployment;
mod example;
mod functions;
mod harness;
mod policies;
mod routes;
mod runtimes;
mod schema;
mod sections;
mod shape;
mod stages;
mod state;
mod variables;
