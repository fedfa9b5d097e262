//! How requests arrive and responses leave: protocols, routes, errors and pages. Knows no service's rules.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod constraint;
pub(crate) mod error;
pub(crate) mod header_names;
pub(crate) mod paging;
pub(crate) mod protocol;
