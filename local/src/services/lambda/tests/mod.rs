//! Lambda's control plane: error messages, responses and states.

mod code;
mod configuration;
mod permissions;
mod states;
mod versions;
