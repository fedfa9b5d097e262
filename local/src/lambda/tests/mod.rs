//! Lambda's control plane against the facts: wordings, shapes, states.

mod code;
mod configuration;
mod permissions;
mod states;
mod versions;
