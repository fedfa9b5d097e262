//! The configuration: every problem with its whole text, and what a good file becomes.

mod example;
mod harness;
mod schema;
