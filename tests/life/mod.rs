//! The whole life of a stack on the local emulator: the real kinds, the real clients, and tokio's paused clock.

mod aliases;
mod budgets;
mod counts;
mod crowds;
mod differences;
mod drift;
mod faults;
mod interrupts;
mod people;
mod permissions;
mod recovery;
mod references;
mod rollbacks;
mod trials;
mod trust;
mod weather;
