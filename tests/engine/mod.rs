//! The engine on a toy cloud: no AWS, no network, no real clock.

mod config;
mod cuts;
mod execution;
mod interrupts;
mod kinds;
mod laws;
mod life;
mod ownership;
mod recovery;
mod releases;
mod rollback;
mod saves;
mod serving;
mod world;
