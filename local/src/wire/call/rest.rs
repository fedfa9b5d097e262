//! The REST protocols of Lambda and API Gateway: members in the path, the query, the headers and the body.

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{Service, json_object, routes};
use crate::wire::error::AwsError;

/// The HTTP binding of one operation, as in its API model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    pub(super) method: &'static str,
    /// Literal segments and `{member}` labels. `?key=value` at the end requires that query parameter.
    pub(super) path: &'static str,
    pub(super) operation: &'static str,
    pub(super) status: u16,
    pub(super) params: &'static [Param],
    pub(super) body: Body,
}

/// The content of a request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// Members as JSON.
    Members,
    /// A raw payload, which the operation reads from `Call::body`.
    Payload,
}

/// A member outside the path and the body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Param {
    /// The name on the wire.
    pub(super) wire: &'static str,
    /// The name in the API model.
    pub(super) member: &'static str,
    pub(super) kind: Kind,
}

/// The location and type of a parameter.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
    List,
    Header,
    /// Every query parameter without a `Param` of its own, as a map.
    Others,
}

/// Parses the operation and members of a REST request.
pub(super) fn parse(
    method: &Method,
    path_and_query: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(Service, String, Map<String, Value>), AwsError> {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let found = routes::ALL.iter().find_map(|(service, routes)| {
        routes.iter().find_map(|route| Some((*service, route, route.labels(method, path, &query)?)))
    });
    let Some((service, route, labels)) = found else {
        return Err(AwsError::not_imitated(&format!("{method} {path}")));
    };
    let mut input = match route.body {
        Body::Members => json_object(body)?,
        Body::Payload => Map::new(),
    };
    if route.operation == "PutIntegration" {
        // Two members are called `httpMethod`: the method in the path, and the integration's method in the body.
        if let Some(method) = input.remove("httpMethod") {
            input.insert("integrationHttpMethod".into(), method);
        }
    }
    input.extend(labels);
    for param in route.params {
        if let Some(value) = param.read(route.params, &query, headers)? {
            input.insert(param.member.into(), value);
        }
    }
    Ok((service, route.operation.to_owned(), input))
}

/// The success status of an operation: 200 unless its route has another.
pub(super) fn success_status(service: Service, operation: &str) -> u16 {
    routes::ALL
        .iter()
        .filter(|(of, _)| *of == service)
        .flat_map(|(_, routes)| routes.iter())
        .find(|route| route.operation == operation)
        .map_or(200, |route| route.status)
}

impl Route {
    /// The members in the path, or `None` if the route does not match.
    fn labels(&self, method: &Method, path: &str, query: &[(String, String)]) -> Option<Map<String, Value>> {
        let (pattern, asked) = self.path.split_once('?').unwrap_or((self.path, ""));
        let asked = asked.split_once('=');
        let present = asked.is_none_or(|(key, value)| query.iter().any(|(k, v)| k == key && v == value));
        if method.as_str() != self.method || !present {
            return None;
        }
        let mut segments = path.trim_end_matches('/').split('/');
        let mut labels = Map::new();
        for step in pattern.split('/') {
            let segment = segments.next()?;
            match step.strip_prefix('{').and_then(|step| step.strip_suffix('}')) {
                Some(_) if segment.is_empty() => return None,
                Some(label) => {
                    let text = percent_decode_str(segment).decode_utf8().ok()?;
                    labels.insert(label.into(), Value::String(text.into_owned()));
                }
                None if step == segment => {}
                None => return None,
            }
        }
        segments.next().is_none().then_some(labels)
    }
}

impl Param {
    /// The value of the parameter, if present. `all` are the parameters of the same route.
    pub(super) fn read(
        &self,
        all: &[Self],
        query: &[(String, String)],
        headers: &HeaderMap,
    ) -> Result<Option<Value>, AwsError> {
        let first = query.iter().find(|(key, _)| key == self.wire).map(|(_, value)| value.as_str());
        let wrong = |value: &str| {
            AwsError::new(400, "SerializationException", format!("Invalid value for `{}`: {value}", self.wire))
        };
        Ok(match self.kind {
            Kind::Text => first.map(Value::from),
            Kind::Number => {
                first.map(|text| text.parse::<i64>().map(Value::from).map_err(|_| wrong(text))).transpose()?
            }
            Kind::Flag => {
                first.map(|text| text.parse::<bool>().map(Value::from).map_err(|_| wrong(text))).transpose()?
            }
            Kind::List => first.map(|_| {
                query.iter().filter(|(key, _)| key == self.wire).map(|(_, value)| value.as_str()).collect::<Value>()
            }),
            Kind::Header => headers.get(self.wire).and_then(|value| value.to_str().ok()).map(Value::from),
            Kind::Others => {
                let named = |key: &str| all.iter().any(|param| param.wire == key);
                let others: Map<_, _> = query
                    .iter()
                    .filter(|(key, _)| !named(key))
                    .map(|(key, value)| (key.clone(), json!(value)))
                    .collect();
                (!others.is_empty()).then_some(Value::Object(others))
            }
        })
    }
}
