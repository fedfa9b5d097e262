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
mod newcomers;
mod outputs;
mod ownership;
mod people;
mod pty;
mod reading;
mod refusals;
mod sandbox;
mod secrets;
mod sign_in;
mod streams;
mod terminal;
mod tokens;
mod usage;
mod users;
