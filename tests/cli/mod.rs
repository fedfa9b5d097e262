//! Transcripts of the binary: what a person sees as whole texts, what a script relies on as assertions.

mod call;
mod cloud;
mod disk;
mod example;
mod followed;
mod interrupts;
mod invoke;
mod life;
mod local;
mod locks;
mod logs;
mod outputs;
mod refusals;
mod sandbox;
mod secrets;
mod sign_in;
mod streams;
mod usage;
mod users;
