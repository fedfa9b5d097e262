//! How requests arrive and responses leave: protocols, routes, errors and pages. Knows no service's rules.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod error;
pub(crate) mod header_names;
pub(crate) mod model;
pub(crate) mod paging;
mod pattern;
pub(crate) mod protocol;
pub(crate) mod service;
pub(crate) mod signature;
mod typed;
pub(crate) mod validate;
pub(crate) mod wildcard;
