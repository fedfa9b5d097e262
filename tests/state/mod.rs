//! The place of the state: what every one promises, on files and on a bucket in memory.

mod bytes;
mod fixture;
mod local;
