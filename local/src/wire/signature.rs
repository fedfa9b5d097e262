//! Signature Version 4: who signed a request, and whether the signature is right.
//!
//! The date is not compared with the clock: the listener is on loopback, and clocks of tests are turned.

use aws_lc_rs::{constant_time, hmac};
use http::{
    HeaderMap,
    header::{AUTHORIZATION, HeaderName},
    request::Parts,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::{
    call::{Call, Service},
    error::AwsError,
};
use crate::store::hex::hex;

/// Everything but unreserved characters is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// As in a path, where slashes stay.
const ENCODED_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// Finds the secret of an access key ID.
type SecretOf<'s> = &'s dyn Fn(&str) -> Option<String>;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Why a signature is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Missing,
    Incomplete,
    UnknownKey,
    Mismatch,
}

/// The parts of an `Authorization` header.
#[derive(Debug)]
struct Signature<'a> {
    access_key_id: &'a str,
    /// The credential scope: date, Region, service and `aws4_request`.
    scope: &'a str,
    signed_headers: &'a str,
    value: &'a str,
}

/// Verifies the signature of a call.
///
/// # Errors
/// The error of the call's service when the signature is missing, of an unknown key, or wrong.
pub(crate) fn verify(secret_of: SecretOf<'_>, call: &Call, parts: &Parts) -> Result<(), AwsError> {
    check(secret_of, parts, &call.body).map_err(|problem| problem.error(call.service))
}

fn check(secret_of: SecretOf<'_>, parts: &Parts, body: &[u8]) -> Result<(), Problem> {
    let header = parts.headers.get(AUTHORIZATION).ok_or(Problem::Missing)?;
    let signature = header.to_str().ok().and_then(Signature::read).ok_or(Problem::Incomplete)?;
    let secret = secret_of(signature.access_key_id).ok_or(Problem::UnknownKey)?;
    let date = text(&parts.headers, "x-amz-date").ok_or(Problem::Incomplete)?;
    let hash = payload_hash(&parts.headers, body, signature.is_of_s3())?;
    let canonical = canonical_request(parts, &signature, &hash).ok_or(Problem::Incomplete)?;
    let scope = signature.scope;
    let to_sign = format!("{ALGORITHM}\n{date}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let key = scope.split('/').fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part.as_bytes()));
    let right = hex(&mac(&key, to_sign.as_bytes()));
    let same = constant_time::verify_slices_are_equal(right.as_bytes(), signature.value.as_bytes());
    same.map_err(|_| Problem::Mismatch)
}

impl<'a> Signature<'a> {
    fn read(header: &'a str) -> Option<Self> {
        let fields = header.strip_prefix(ALGORITHM)?;
        let field = |name: &str| {
            fields
                .split([',', ' '])
                .find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
                .filter(|v| !v.is_empty())
        };
        let (access_key_id, scope) = field("Credential")?.split_once('/')?;
        Some(Self {
            access_key_id,
            scope: Some(scope).filter(|scope| scope.split('/').count() == 4)?,
            signed_headers: field("SignedHeaders")?,
            value: field("Signature")?,
        })
    }

    fn is_of_s3(&self) -> bool {
        self.scope.split('/').nth(2) == Some("s3")
    }
}

/// The hash in the canonical request. S3 itself compares the header with the body, which may be signed in chunks.
fn payload_hash(headers: &HeaderMap, body: &[u8], is_s3: bool) -> Result<String, Problem> {
    let hash = || hex(&Sha256::digest(body));
    match text(headers, "x-amz-content-sha256") {
        Some(stated) if is_s3 => Ok(stated.to_owned()),
        Some(stated) => Some(hash()).filter(|hash| hash == stated).ok_or(Problem::Mismatch),
        None => Ok(hash()),
    }
}

fn canonical_request(parts: &Parts, signature: &Signature<'_>, payload_hash: &str) -> Option<String> {
    let path = if signature.is_of_s3() {
        parts.uri.path().to_owned()
    } else {
        // All services but S3 encode the path, which is encoded already, once more.
        utf8_percent_encode(&normal(parts.uri.path()), ENCODED_PATH).to_string()
    };
    let mut headers = String::new();
    for name in signature.signed_headers.split(';') {
        let name: HeaderName = name.parse().ok()?;
        let values: Option<Vec<String>> =
            parts.headers.get_all(&name).iter().map(|value| value.to_str().ok().map(trimmed)).collect();
        headers.extend([name.as_str(), ":", &values?.join(","), "\n"]);
    }
    let (method, query) = (&parts.method, canonical_query(parts.uri.query().unwrap_or_default()));
    Some(format!("{method}\n{path}\n{query}\n{headers}\n{}\n{payload_hash}", signature.signed_headers))
}

/// A path without empty and dot segments.
fn normal(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let end = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", segments.join("/"))
}

fn canonical_query(query: &str) -> String {
    let encoded = |part: &str| {
        let bytes: Vec<u8> = percent_decode_str(part).collect();
        percent_encoding::percent_encode(&bytes, ENCODED).to_string()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encoded(name), encoded(value)))
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// A header value without spaces around it, and with one for each row of them.
fn trimmed(value: &str) -> String {
    value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}

impl Problem {
    /// The error as the service words it.
    fn error(self, service: Service) -> AwsError {
        let is_rest = matches!(service, Service::ApiGateway | Service::Lambda);
        let is_query = matches!(service, Service::Iam | Service::Sts);
        let is_s3 = service == Service::S3;
        let status = if is_rest || is_query || is_s3 { 403 } else { 400 };
        let error = |query: &str, s3: &str, other: &str, message: &str| {
            let code = if is_query { query } else { other };
            AwsError::new(status, if is_s3 { s3 } else { code }, message)
        };
        match self {
            Self::Missing if is_query => {
                error("MissingAuthenticationToken", "", "", "Request is missing Authentication Token")
            }
            Self::Missing if is_s3 => error("", "AccessDenied", "", "Access Denied"),
            Self::Missing => error("", "", "MissingAuthenticationTokenException", "Missing Authentication Token"),
            Self::Incomplete => error(
                "IncompleteSignature",
                "AuthorizationHeaderMalformed",
                "IncompleteSignatureException",
                "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters, and a date.",
            ),
            Self::UnknownKey if is_s3 => {
                let message = "The AWS Access Key Id you provided does not exist in our records.";
                error("", "InvalidAccessKeyId", "", message)
            }
            Self::UnknownKey => error(
                "InvalidClientTokenId",
                "",
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ),
            Self::Mismatch if is_s3 => {
                let message = "The request signature we calculated does not match the signature you provided. Check \
                               your key and signing method.";
                error("", "SignatureDoesNotMatch", "", message)
            }
            Self::Mismatch => error(
                "SignatureDoesNotMatch",
                "",
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                 Access Key and signing method. Consult the service documentation for details.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;

    use super::*;
    use crate::{Emulator, Settings, UserCredentials};

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn checked(request: &str, headers: &[(&str, &str)], secret: &str) -> Result<(), Problem> {
        let (method, uri) = request.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(uri);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let (parts, ()) = request.body(()).unwrap().into_parts();
        check(&|key| key.starts_with("AKI").then(|| secret.to_owned()), &parts, b"")
    }

    /// Requests and signatures that AWS publishes as examples.
    #[test]
    fn published_examples_are_verified() {
        let of_suite = |signature: &str| {
            let scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
            format!("{ALGORITHM} Credential={scope}, SignedHeaders=host;x-amz-date, Signature={signature}")
        };
        let vanilla = of_suite("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
        let ordered = of_suite("b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
        let (unknown, short) = (vanilla.replace("AKID", "ASIA"), vanilla.replace("20150830/", ""));
        let headers = |authorization| {
            [("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z"), ("authorization", authorization)]
        };
        assert_eq!(checked("GET /", &headers(&vanilla), SECRET), Ok(()));
        assert_eq!(checked("GET /?Param2=value2&Param1=value1", &headers(&ordered), SECRET), Ok(()));
        for (request, authorization, secret, problem) in [
            ("GET /?a=1", vanilla.as_str(), SECRET, Problem::Mismatch),
            ("POST /", &vanilla, SECRET, Problem::Mismatch),
            ("GET /", &ordered, SECRET, Problem::Mismatch),
            ("GET /", &vanilla, "other", Problem::Mismatch),
            ("GET /", &unknown, SECRET, Problem::UnknownKey),
            ("GET /", &short, SECRET, Problem::Incomplete),
            ("GET /", "Bearer x", SECRET, Problem::Incomplete),
        ] {
            assert_eq!(checked(request, &headers(authorization), secret), Err(problem), "{request} {authorization}");
        }
        assert_eq!(checked("GET /", &headers(&vanilla)[..2], SECRET), Err(Problem::Missing));
        assert_eq!(checked("GET /", &[("authorization", &vanilla)], SECRET), Err(Problem::Incomplete));
    }

    #[test]
    fn requests_of_s3_are_verified() {
        let authorization = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
                             SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
                             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        let headers = [
            ("host", "examplebucket.s3.amazonaws.com"),
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", EMPTY),
            ("x-amz-date", "20130524T000000Z"),
            ("authorization", authorization),
        ];
        assert_eq!(checked("GET /test.txt", &headers, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), Ok(()));
        assert_eq!(checked("GET /test", &headers, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), Err(Problem::Mismatch));
    }

    #[test]
    fn paths_and_queries_have_one_form() {
        for (path, wanted) in [("/", "/"), ("//a/./b/../c//", "/a/c/"), ("/..", "/"), ("/a%2Fb", "/a%2Fb")] {
            assert_eq!(normal(path), wanted);
        }
        assert_eq!(canonical_query("b=2&a=%41+%2b~&a&c=%e2%82%ac"), "a=&a=A%2B%2B~&b=2&c=%E2%82%AC");
        assert_eq!(trimmed("  a   b "), "a b");
    }

    #[tokio::test]
    async fn each_service_has_its_own_error() {
        let emulator = Emulator::new(Settings::default());
        emulator.require_signatures(UserCredentials::new("AKIA", SECRET));
        let signed = |key: &str, service: &str| {
            let scope = format!("{key}/20260101/eu-west-1/{service}/aws4_request");
            format!("{ALGORITHM} Credential={scope}, SignedHeaders=host, Signature=00")
        };
        let form = "Action=ListRoles&Version=2010-05-08";
        for (service, target, uri, body, status, unknown, mismatch) in [
            (
                "logs",
                "Logs_20140328.DescribeLogGroups",
                "POST /",
                "{}",
                400,
                "UnrecognizedClientException",
                "InvalidSignatureException",
            ),
            ("iam", "", "POST /", form, 403, "InvalidClientTokenId", "SignatureDoesNotMatch"),
            (
                "lambda",
                "",
                "GET /2015-03-31/functions",
                "",
                403,
                "UnrecognizedClientException",
                "InvalidSignatureException",
            ),
            ("s3", "", "GET /", "", 403, "InvalidAccessKeyId", "SignatureDoesNotMatch"),
        ] {
            for (key, code) in [("AKIB", unknown), ("AKIA", mismatch)] {
                let (method, path) = uri.split_once(' ').unwrap();
                let request = Request::builder().method(method).uri(path).header("host", "localhost");
                let request =
                    request.header("authorization", signed(key, service)).header("x-amz-date", "20260101T000000Z");
                let request = if target.is_empty() { request } else { request.header("x-amz-target", target) };
                let response = emulator.handle(request.body(Bytes::from(body)).unwrap()).await.unwrap();
                let text = format!("{:?} {:?}", response.headers(), response.body());
                assert_eq!(response.status().as_u16(), status, "{service} {key} {text}");
                assert!(text.contains(code), "{service} {key} {text}");
            }
        }
        let request = Request::get("/_stackctl/health").body(Bytes::new()).unwrap();
        let response = emulator.handle(request).await.unwrap();
        assert_eq!(response.status(), 403);
        assert_eq!(&response.body()[..], br#"{"message":"the request is not of the user of this emulator"}"#);
        let open = Request::post("/").header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth");
        let response = emulator.handle(open.body(Bytes::from("{}")).unwrap()).await.unwrap();
        assert!(String::from_utf8_lossy(response.body()).contains("InvalidParameterException"), "{response:?}");
    }
}
