//! The config: every problem with its full text, and the result of loading a valid file.

mod checks;
mod deployment;
mod example;
mod file;
mod functions;
mod harness;
mod outline;
mod policies;
mod references;
mod routes;
mod runtimes;
mod schema;
mod sections;
mod shape;
mod sizes;
mod stages;
mod state;
mod variables;
