//! The protocols of AWS, and how each renders responses and errors.

mod xml;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{CONTENT_TYPE, HeaderName},
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::wire::{
    answer::Answer,
    call::{Call, Service, s3},
    error::AwsError,
};

/// The protocol of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// `awsJson1.1`: Cognito and Logs.
    Json,
    /// `awsQuery`: IAM and STS.
    Query,
    /// `restJson1` as used by Lambda.
    LambdaRest,
    /// `restJson1` as used by API Gateway.
    ApiGatewayRest,
    /// `restXml` as used by S3.
    S3Rest,
}

impl Protocol {
    /// The protocol of a request. It is determined first, so that every error is rendered correctly.
    pub(crate) fn of(method: &Method, path_and_query: &str, headers: &HeaderMap) -> Self {
        let path = path_and_query.split('?').next().unwrap_or_default();
        if s3::is_addressed(headers) {
            Self::S3Rest
        } else if headers.contains_key("x-amz-target") {
            Self::Json
        } else if method == Method::POST && path == "/" {
            Self::Query
        } else if path.starts_with("/20") {
            // Lambda's paths start with the date of the API version.
            Self::LambdaRest
        } else {
            Self::ApiGatewayRest
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/x-amz-json-1.1",
            Self::Query => "text/xml",
            Self::S3Rest => "application/xml",
            Self::LambdaRest | Self::ApiGatewayRest => "application/json",
        }
    }

    /// The response of a successful call.
    pub(crate) fn success(self, call: &Call, answer: Answer) -> Response<Bytes> {
        let id = Uuid::new_v4().to_string();
        let members = match answer {
            Answer::Raw(mut response) => {
                self.identify(response.headers_mut(), &id);
                return response;
            }
            Answer::Members(members) => without_nulls(members),
        };
        let status = call.success_status();
        let body = match self {
            Self::Query => xml::answer(namespace(call.service), &call.operation, &members, &id),
            Self::Json => object(members).to_string(),
            Self::S3Rest => xml::document(&members),
            // Deletions and tagging have no members and therefore no body.
            _ if matches!(status, 202 | 204) && object(members.clone()) == json!({}) => String::new(),
            Self::LambdaRest => object(members).to_string(),
            Self::ApiGatewayRest => with_item(object(members)).to_string(),
        };
        self.response(status, &id, body)
    }

    /// The response of a rejected call.
    pub(crate) fn refusal(self, error: &AwsError) -> Response<Bytes> {
        let id = Uuid::new_v4().to_string();
        let mut members = error.members.clone();
        let retry_after = members.remove("retryAfterSeconds");
        let body = match self {
            Self::Query => xml::refusal(error, &id),
            Self::S3Rest => xml::error(error, &id),
            Self::Json => {
                members.insert("__type".into(), error.code.clone().into());
                members.insert("message".into(), error.message.clone().into());
                Value::Object(members).to_string()
            }
            Self::LambdaRest => {
                let side = if error.status < 500 { "User" } else { "Service" };
                members.entry("Type").or_insert(side.into());
                members.insert("Message".into(), error.message.clone().into());
                members.insert("message".into(), error.message.clone().into());
                Value::Object(members).to_string()
            }
            Self::ApiGatewayRest => {
                members.insert("message".into(), error.message.clone().into());
                Value::Object(members).to_string()
            }
        };
        let mut response = self.response(error.status, &id, body);
        match self {
            Self::Query => {}
            Self::S3Rest => add_headers(&mut response, &error.members),
            _ => {
                response.headers_mut().insert("x-amzn-errortype", header_value(&error.code));
            }
        }
        if let Some(seconds) = retry_after {
            let text = seconds.as_str().map_or_else(|| seconds.to_string(), str::to_owned);
            response.headers_mut().insert("retry-after", header_value(&text));
        }
        response
    }

    fn response(self, status: u16, id: &str, body: String) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status.try_into().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        self.identify(headers, id);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type()));
        response
    }

    /// Adds AWS's request id headers.
    fn identify(self, headers: &mut HeaderMap, id: &str) {
        if self == Self::S3Rest {
            headers.insert("x-amz-request-id", header_value(id));
            headers.insert("x-amz-id-2", header_value(id));
        } else {
            headers.entry("x-amzn-requestid").or_insert(header_value(id));
        }
    }
}

/// A timestamp in the HTTP date format.
pub(crate) fn http_date(epoch_seconds: i64) -> String {
    let moment = Timestamp::from_second(epoch_seconds).unwrap_or_default();
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Adds the members of an S3 error that are headers. Removes the body from a response that must not have one.
fn add_headers(response: &mut Response<Bytes>, members: &Map<String, Value>) {
    for (name, value) in members.iter().filter(|(name, _)| is_header(name)) {
        if let (Ok(name), Some(value)) = (name.parse::<HeaderName>(), value.as_str()) {
            response.headers_mut().insert(name, header_value(value));
        }
    }
    if response.status() == StatusCode::NOT_MODIFIED {
        *response.body_mut() = Bytes::new();
        response.headers_mut().remove(CONTENT_TYPE);
    }
}

/// Whether a member of an S3 error is a header. XML elements start with a capital letter.
fn is_header(member: &str) -> bool {
    member.starts_with(|letter: char| letter.is_ascii_lowercase())
}

/// A text as a header value.
pub(crate) fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("unprintable"))
}

fn namespace(service: Service) -> &'static str {
    match service {
        Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        _ => "https://iam.amazonaws.com/doc/2010-05-08/",
    }
}

fn object(members: Value) -> Value {
    if members.is_null() { json!({}) } else { members }
}

/// API Gateway's lists are `items` in the API model and `item` in JSON.
fn with_item(mut members: Value) -> Value {
    if let Some(members) = members.as_object_mut()
        && members.get("items").is_some_and(Value::is_array)
        && let Some(items) = members.remove("items")
    {
        members.insert("item".into(), items);
    }
    members
}

/// AWS omits absent members instead of sending null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, without_nulls(value)))
                .collect::<Map<_, _>>(),
        ),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
