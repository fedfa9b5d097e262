//! Why a request has no answer, and the ways out.

use std::{error::Error, fmt, net::IpAddr, time::Duration};

use ::http::{Uri, uri::Scheme};
use aws_smithy_runtime_api::client::result::ConnectorError;

/// Where a request goes. It has no path, query or user: they may be secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HttpError {
    /// What was given is not a URL that can be asked.
    #[error("the URL begins with neither `http://` nor `https://` and a host")]
    Url,
    /// Nobody took the connection.
    #[error("{place} cannot be reached: {because}")]
    Unreachable {
        /// Where to.
        place: Place,
        /// What the system says.
        because: String,
    },
    /// Its certificate is not trusted, so nothing was said.
    #[error("{place} shows a certificate that is not trusted: {because}")]
    Untrusted {
        /// Where to.
        place: Place,
        /// What is wrong with it.
        because: String,
    },
    /// It does not speak TLS, so nothing was said.
    #[error("{place} does not speak TLS as it should")]
    NotTls {
        /// Where to.
        place: Place,
    },
    /// The answer did not come in time.
    #[error("{place} has not answered within {} s", waited.as_secs())]
    TimedOut {
        /// Where to.
        place: Place,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The connection ended before the answer.
    #[error("the connection to {place} broke before the whole answer was there")]
    Broken {
        /// Where to.
        place: Place,
    },
    /// The answer is longer than anything that is worth keeping in memory.
    #[error("the answer of {place} is larger than {} MiB", most / 1024 / 1024)]
    TooLarge {
        /// Where from.
        place: Place,
        /// In bytes.
        most: usize,
    },
}

impl HttpError {
    /// The way out, where there is one.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unreachable { place, .. } if place.is_near() => {
                Some("is it running? for the local cloud see `stackctl local status`")
            }
            Self::Unreachable { .. } => Some("is there a network, or a proxy to be set (HTTPS_PROXY, NO_PROXY)?"),
            Self::Untrusted { .. } => Some(
                "a proxy that reads along has a certificate of its own: SSL_CERT_FILE names a file of those to trust",
            ),
            Self::TimedOut { .. } | Self::Broken { .. } => {
                Some("it may have been received all the same: look before you send it again")
            }
            Self::Url | Self::NotTls { .. } | Self::TooLarge { .. } => None,
        }
    }
}

impl Place {
    /// Where a URL leads.
    pub(super) fn of(url: &Uri) -> Result<Self, HttpError> {
        let scheme = url.scheme().filter(|scheme| [Scheme::HTTP, Scheme::HTTPS].contains(scheme));
        let (scheme, host) = scheme.zip(url.host()).ok_or(HttpError::Url)?;
        Ok(Self { scheme: scheme.clone(), host: host.to_owned(), port: url.port_u16() })
    }

    /// Whether it is this machine, asked without TLS.
    pub(super) fn is_near(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.scheme == Scheme::HTTP && (loopback || host.eq_ignore_ascii_case("localhost"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme, self.host)?;
        self.port.map_or(Ok(()), |port| write!(formatter, ":{port}"))
    }
}

/// Tells why a request was not answered at all.
pub(super) fn unsent(place: &Place, failure: &ConnectorError) -> HttpError {
    if failure.is_timeout() {
        let because = "it does not take the connection".into();
        return HttpError::Unreachable { place: place.clone(), because };
    }
    because(place.clone(), &causes(failure))
}

/// Reads the causes of a failure, outermost first: the stack beneath has no types for them.
fn because(place: Place, causes: &[String]) -> HttpError {
    let has = |part: &str| causes.iter().any(|cause| cause.contains(part));
    let last = causes.last().map(String::as_str).unwrap_or_default();
    if let Some(because) = last.strip_prefix("invalid peer certificate: ") {
        HttpError::Untrusted { place, because: because.to_owned() }
    } else if has("TLS handshake failed") {
        HttpError::NotTls { place }
    } else if has("dns error") {
        HttpError::Unreachable { place, because: "nobody knows the name".into() }
    } else if has("(Connect)") {
        let because = last.split(" (os error").next().unwrap_or_default().to_lowercase();
        HttpError::Unreachable { place, because }
    } else {
        HttpError::Broken { place }
    }
}

/// The failure and its causes, outermost first, each in its own words.
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
    fn what_fails_before_anything_is_said_has_its_own_words() {
        let said = |causes: &[&str]| {
            let place = Place::of(&Uri::from_static("https://ann:pw@example.com/secret")).unwrap();
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
        https://example.com cannot be reached: nobody knows the name
        hint: is there a network, or a proxy to be set (HTTPS_PROXY, NO_PROXY)?
        https://example.com cannot be reached: no route to host
        hint: is there a network, or a proxy to be set (HTTPS_PROXY, NO_PROXY)?
        https://example.com shows a certificate that is not trusted: UnknownIssuer
        hint: a proxy that reads along has a certificate of its own: SSL_CERT_FILE names a file of those to trust
        https://example.com does not speak TLS as it should
        hint: none
        ");
    }
}
