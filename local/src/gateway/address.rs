//! The API and stage that a request addresses, by its host or by its path.

use http::{HeaderMap, Uri, header::HOST};

/// The suffix of hosts of APIs, in the place of `execute-api.{region}.amazonaws.com`. Clients resolve every name below
/// `localhost` to the loopback address.
const HOSTS: &str = ".execute-api.localhost";

/// The API, the stage, and the path below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Address {
    pub(super) api_id: String,
    pub(super) stage: String,
    /// The path below the stage, percent-encoded as sent, with a leading slash.
    pub(super) path: String,
}

impl Address {
    /// Reads `{api}.execute-api.localhost`; the path starts with the stage.
    pub(crate) fn of_host(uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let host = match uri.host() {
            Some(host) => host,
            None => headers.get(HOST)?.to_str().ok()?.split(':').next()?,
        };
        let host = host.to_ascii_lowercase();
        let api_id = host.strip_suffix(HOSTS).filter(|id| !id.is_empty() && !id.contains('.'))?;
        Some(Self::below(api_id, uri.path()))
    }

    /// Reads `/_aws/execute-api/{api}/{stage}/…`, or the older `/restapis/{api}/{stage}/_user_request_/…`.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        if let Some(rest) = path.strip_prefix("/_aws/execute-api/") {
            let (api_id, rest) = rest.split_once('/').unwrap_or((rest, ""));
            return Some(Self::below(api_id, rest));
        }
        let mut steps = path.strip_prefix("/restapis/")?.splitn(4, '/');
        let (api_id, stage) = (steps.next()?, steps.next()?);
        let marked = steps.next() == Some("_user_request_");
        let path = format!("/{}", steps.next().unwrap_or_default());
        marked.then(|| Self { api_id: api_id.to_owned(), stage: stage.to_owned(), path })
    }

    /// Slashes before the stage are ignored.
    fn below(api_id: &str, path: &str) -> Self {
        let path = path.trim_start_matches('/');
        let (stage, rest) = path.split_once('/').unwrap_or((path, ""));
        Self { api_id: api_id.to_owned(), stage: stage.to_owned(), path: format!("/{rest}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(api_id: &str, stage: &str, path: &str) -> Address {
        Address { api_id: api_id.into(), stage: stage.into(), path: path.into() }
    }

    #[test]
    fn an_api_is_addressed_by_its_host_or_by_the_path() {
        for (host, path, wanted) in [
            ("abc.execute-api.localhost:4566", "/dev/pets", Some(address("abc", "dev", "/pets"))),
            ("ABC.Execute-Api.localhost", "//dev//pets/", Some(address("abc", "dev", "//pets/"))),
            ("abc.execute-api.localhost", "/", Some(address("abc", "", "/"))),
            ("abc.execute-api.localhost", "/_stackctl/stop", Some(address("abc", "_stackctl", "/stop"))),
            (".execute-api.localhost", "/dev", None),
            ("a.b.execute-api.localhost", "/dev", None),
            ("execute-api.localhost", "/dev", None),
            ("abc.execute-api.localhost.example", "/dev", None),
            ("127.0.0.1", "/_aws/execute-api/abc/dev", Some(address("abc", "dev", "/"))),
            ("127.0.0.1", "/_aws/execute-api/abc/dev//pets", Some(address("abc", "dev", "//pets"))),
            ("127.0.0.1", "/restapis/abc/dev/_user_request_/a//b", Some(address("abc", "dev", "/a//b"))),
            ("127.0.0.1", "/restapis/abc/dev/_user_request_", Some(address("abc", "dev", "/"))),
            ("127.0.0.1", "/restapis/abc/stages/dev", None),
        ] {
            let headers = HeaderMap::from_iter([(HOST, host.parse().unwrap())]);
            let uri: Uri = path.parse().unwrap();
            assert_eq!(Address::of_host(&uri, &headers).or(Address::of_path(path)), wanted, "{host} {path}");
        }
        let absolute: Uri = "http://abc.execute-api.localhost:4566/dev".parse().unwrap();
        assert_eq!(Address::of_host(&absolute, &HeaderMap::new()), Some(address("abc", "dev", "/")));
    }
}
