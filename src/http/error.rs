//! Why a request got no response, and hints for the user.

use std::{error::Error, fmt, net::IpAddr, time::Duration};

use ::http::{Uri, uri::Scheme};
use aws_smithy_runtime_api::client::result::ConnectorError;

/// The server of a request. Path, query and user are left out, because they may contain secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("the URL does not start with `http://` or `https://` and a host")]
    Url,
    #[error("{place} cannot be reached: {because}")]
    Unreachable {
        place: Endpoint,
        /// The error of the operating system.
        because: String,
    },
    /// The server's certificate is not trusted, so no request was sent.
    #[error("{place} shows a certificate that is not trusted: {because}")]
    Untrusted {
        place: Endpoint,
        /// Why the certificate is not trusted.
        because: String,
    },
    /// The TLS handshake failed, so no request was sent.
    #[error("{place} does not speak TLS as it should")]
    NotTls { place: Endpoint },
    #[error("{place} did not respond within {} s", waited.as_secs())]
    TimedOut { place: Endpoint, waited: Duration },
    #[error("the connection to {place} was closed before the response was complete")]
    Broken { place: Endpoint },
    #[error("the response of {place} is larger than {} MiB", most / 1024 / 1024)]
    TooLarge {
        place: Endpoint,
        /// The limit, in bytes.
        most: usize,
    },
}

impl HttpError {
    /// How to fix the problem, if known.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unreachable { place, .. } if place.is_near() => {
                Some("is it running? for the local emulator see `stackctl local status`")
            }
            Self::Unreachable { .. } => Some("check the network connection, or set a proxy (HTTPS_PROXY, NO_PROXY)"),
            Self::Untrusted { .. } => Some(
                "a proxy that reads along has a certificate of its own: SSL_CERT_FILE names a file of those to trust",
            ),
            Self::TimedOut { .. } | Self::Broken { .. } => {
                Some("the server may have received it: check before you send it again")
            }
            Self::Url | Self::NotTls { .. } | Self::TooLarge { .. } => None,
        }
    }
}

impl Endpoint {
    /// The server of a URL.
    pub(super) fn of(url: &Uri) -> Result<Self, HttpError> {
        let scheme = url.scheme().filter(|scheme| [Scheme::HTTP, Scheme::HTTPS].contains(scheme));
        let (scheme, host) = scheme.zip(url.host()).ok_or(HttpError::Url)?;
        Ok(Self { scheme: scheme.clone(), host: host.to_owned(), port: url.port_u16() })
    }

    /// Whether it is a loopback address without TLS.
    pub(super) fn is_near(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.scheme == Scheme::HTTP && (loopback || host.eq_ignore_ascii_case("localhost"))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme, self.host)?;
        self.port.map_or(Ok(()), |port| write!(formatter, ":{port}"))
    }
}

/// The error for a request that got no response at all.
pub(super) fn unsent(place: &Endpoint, failure: &ConnectorError) -> HttpError {
    if failure.is_timeout() {
        let because = "it does not take the connection".into();
        return HttpError::Unreachable { place: place.clone(), because };
    }
    because(place.clone(), &causes(failure))
}

/// Classifies a failure by the messages of its causes, outermost first: the SDK's HTTP stack has no types for them.
fn because(place: Endpoint, causes: &[String]) -> HttpError {
    let has = |part: &str| causes.iter().any(|cause| cause.contains(part));
    let last = causes.last().map(String::as_str).unwrap_or_default();
    if let Some(because) = last.strip_prefix("invalid peer certificate: ") {
        HttpError::Untrusted { place, because: because.to_owned() }
    } else if has("TLS handshake failed") {
        HttpError::NotTls { place }
    } else if has("dns error") {
        HttpError::Unreachable { place, because: "the name cannot be resolved".into() }
    } else if has("(Connect)") {
        let because = last.split(" (os error").next().unwrap_or_default().to_lowercase();
        HttpError::Unreachable { place, because }
    } else {
        HttpError::Broken { place }
    }
}

/// The messages of a failure and its causes, outermost first.
fn causes(failure: &dyn Error) -> Vec<String> {
    let (mut causes, mut next) = (Vec::new(), Some(failure));
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_failures_have_specific_messages_and_hints() {
        let said = |causes: &[&str]| {
            let place = Endpoint::of(&Uri::from_static("https://ann:pw@example.com/secret")).unwrap();
            let causes: Vec<String> =
                ["io error", "client error (Connect)"].iter().chain(causes).map(ToString::to_string).collect();
            let error = because(place, &causes);
            format!("{error}\nhint: {}\n", error.hint().unwrap_or("none"))
        };
        let all = [
            said(&["dns error", "failed to lookup address information: Name or service not known"]),
            said(&["tcp connect error", "No route to host (os error 113)"]),
            said(&["TLS handshake failed", "invalid peer certificate: UnknownIssuer"]),
            said(&["TLS handshake failed", "received corrupt message of type Handshake"]),
        ];
        insta::assert_snapshot!(all.concat(), @r"
        https://example.com cannot be reached: the name cannot be resolved
        hint: check the network connection, or set a proxy (HTTPS_PROXY, NO_PROXY)
        https://example.com cannot be reached: no route to host
        hint: check the network connection, or set a proxy (HTTPS_PROXY, NO_PROXY)
        https://example.com shows a certificate that is not trusted: UnknownIssuer
        hint: a proxy that reads along has a certificate of its own: SSL_CERT_FILE names a file of those to trust
        https://example.com does not speak TLS as it should
        hint: none
        ");
    }
}
