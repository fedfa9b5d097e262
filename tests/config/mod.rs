//! The configuration: every problem with its whole text, and what a good file becomes.

mod checks;
mod deployment;
mod example;
mod file;
mod functions;
mod harness;
mod outline;
mod policies;
mod routes;
mod runtimes;
mod schema;
mod sections;
mod shape;
mod sizes;
mod stages;
mod state;
mod variables;
