//! Plain HTTP: one request to a URL and its whole answer, for whatever is not called through an AWS client.
//!
//! It goes over the AWS SDK's own HTTP stack, so that proxies, trusted certificates and time-outs are the same for both.
//! It signs nothing, follows no redirects and sends nothing twice. It knows nothing of stacks, tokens or printing.

mod client;
mod error;
#[cfg(test)]
mod tests;
mod url;

pub(crate) use client::Client;
pub(crate) use error::HttpError;
pub(crate) use url::{add_query, encoded};
