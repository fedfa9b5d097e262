//! Three documents in (what is configured, what is recorded, what is there), the plan as a person reads it out. No AWS.

mod changes;
mod fixture;
mod keys;
mod losses;
mod ownership;
