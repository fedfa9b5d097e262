//! State stores: the guarantees of each, tested on files and on a bucket in memory.

mod alike;
mod anew;
mod bytes;
mod client;
pub(crate) mod fixture;
mod formats;
mod leases;
mod local;
mod locks;
mod memory;
mod mortal;
mod moving;
mod requests;
mod saves;
mod unlocking;
mod unmoved;
