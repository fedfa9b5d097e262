//! The REST protocols of Lambda and API Gateway: members in the path, the query, the headers and the body.

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::json_object;
use crate::wire::{
    error::AwsError,
    model::{Kind, Location, Member, Model, Operation, Shape},
    service::Service,
    typed,
};

/// A query, decoded.
type Query = [(String, String)];

/// Parses the operation and members of a REST request.
pub(super) fn parse(
    service: Service,
    method: &Method,
    path_and_query: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(String, Map<String, Value>), AwsError> {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let model = Model::of(service);
    let mut others = model.others.iter().filter(|(_, route)| {
        let (verb, uri) = route.split_once(' ').unwrap_or_default();
        verb == method.as_str() && labels(uri, path, &query).is_some()
    });
    let found = route(model, method, path, &query);
    // `POST /restapis?mode=import` is not imitated, and would be taken for `POST /restapis`.
    let narrower = others.clone().any(|(_, route)| route.contains('?'));
    let Some((name, operation, labels)) = found.filter(|_| !narrower) else {
        let what = others
            .next()
            .map_or_else(|| format!("{method} {path}"), |(name, _)| format!("{}:{name}", service.prefix()));
        return Err(AwsError::not_imitated(&what));
    };
    let mut input = Map::new();
    let Some(shape) = model.input(operation) else { return Ok((name.into(), input)) };
    let mut members = if shape.payload.is_some() { Map::new() } else { json_object(body)? };
    for member in &shape.members {
        let value = match member.location {
            Location::Body | Location::Headers | Location::StatusCode => members.remove(member.wire()),
            Location::Uri => {
                labels.iter().find(|(name, _)| *name == member.wire()).map(|(_, text)| text.as_str().into())
            }
            Location::QueryString => in_query(service, (operation, shape), member, &query)?,
            Location::Header => {
                let text = headers.get(member.wire()).and_then(|value| value.to_str().ok());
                text.map(|text| typed::from_text(service, member.wire(), model.member(member), text)).transpose()?
            }
        };
        input.extend(value.map(|value| (member.name.clone(), value)));
    }
    Ok((name.into(), input))
}

/// The name of an operation, the operation, and the labels in the path by their names in the route.
type Routed<'m> = (&'m str, &'m Operation, Vec<(&'m str, String)>);

/// The operation of a request and the labels in its path. A route that requires a query parameter goes before the same
/// path without it, and literal segments go before labels.
fn route<'m>(model: &'m Model, method: &Method, path: &str, query: &Query) -> Option<Routed<'m>> {
    let of_method = model.operations.iter().filter(|(_, operation)| operation.method == method.as_str());
    of_method
        .filter_map(|(name, operation)| Some((name.as_str(), operation, labels(&operation.uri, path, query)?)))
        .max_by_key(|(_, operation, labels)| (operation.uri.contains('?'), std::cmp::Reverse(labels.len())))
}

/// The labels of a path by their names in the route, or `None` if the route does not match.
fn labels<'m>(uri: &'m str, path: &str, query: &Query) -> Option<Vec<(&'m str, String)>> {
    let (pattern, asked) = uri.split_once('?').unwrap_or((uri, ""));
    let (key, value) = asked.split_once('=').unwrap_or((asked, ""));
    if !key.is_empty() && !query.iter().any(|(k, v)| k == key && v == value) {
        return None;
    }
    let mut segments = path.trim_end_matches('/').split('/');
    let mut labels = Vec::new();
    for step in pattern.trim_end_matches('/').split('/') {
        let segment = segments.next()?;
        match step.strip_prefix('{').and_then(|step| step.strip_suffix('}')) {
            Some(_) if segment.is_empty() => return None,
            Some(label) => labels.push((label, percent_decode_str(segment).decode_utf8().ok()?.into_owned())),
            None if step == segment => {}
            None => return None,
        }
    }
    segments.next().is_none().then_some(labels)
}

/// A member in the query. A map has every parameter that neither the route nor another member has.
fn in_query(
    service: Service,
    (operation, shape): (&Operation, &Shape),
    member: &Member,
    query: &Query,
) -> Result<Option<Value>, AwsError> {
    let of = Model::of(service).member(member);
    let mut values = query.iter().filter(|(key, _)| key == member.wire()).map(|(_, value)| value.as_str());
    Ok(match of.kind {
        Kind::List => {
            let values: Vec<_> = values.map(Value::from).collect();
            (!values.is_empty()).then(|| values.into())
        }
        Kind::Map => {
            let named = |key: &str| {
                shape.members.iter().any(|other| other.name != member.name && other.wire() == key)
                    || operation.uri.split_once('?').is_some_and(|(_, asked)| asked.split('=').next() == Some(key))
            };
            let others = query.iter().filter(|(key, _)| !named(key));
            let entries: Map<_, _> = others.map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
            (!entries.is_empty()).then(|| entries.into())
        }
        _ => values.next().map(|text| typed::from_text(service, member.wire(), of, text)).transpose()?,
    })
}
