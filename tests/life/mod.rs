//! The whole life of a stack on the local cloud: the real kinds, the real clients, tokio's clock turned by hand.

mod aliases;
mod counts;
mod crowds;
mod drift;
mod faults;
mod interrupts;
mod people;
mod recovery;
mod rollbacks;
mod trials;
mod trust;
mod weather;
