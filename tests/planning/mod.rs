//! From three documents (config, state, live resources) to the plan that a user reads. No AWS.

mod changes;
mod fixture;
mod keys;
mod losses;
mod ownership;
mod references;
