//! Plain HTTP for requests that do not go through an AWS client: sends one request and reads the whole response.
//!
//! It uses the HTTP stack of the AWS SDK, so that proxies, trusted certificates and timeouts are the same for both. It
//! does not sign, follow redirects or retry. It is independent of stacks, tokens and output.

mod client;
mod error;
#[cfg(test)]
mod tests;
mod url;

pub(crate) use client::HttpClient;
pub(crate) use error::HttpError;
pub(crate) use url::{add_query, encoded};
