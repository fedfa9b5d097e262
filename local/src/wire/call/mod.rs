//! One call to the control plane: service, operation and members.

mod form;
mod rest;
pub(crate) mod s3;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::{HeaderMap, Method, header::AUTHORIZATION};
use serde_json::{Map, Value};

pub(crate) use crate::wire::service::Service;
use crate::wire::{
    error::AwsError,
    model::{Model, Operation},
    protocol::Protocol,
    typed, validate,
};

/// Whether a Cognito operation is called without a signature.
pub(crate) fn is_open(operation: &str) -> bool {
    Model::of(Service::Cognito).operations.get(operation).is_some_and(|operation| operation.unsigned)
}

/// One parsed call.
///
/// `input` holds the members under their names in AWS's API model, wherever the protocol puts them: JSON body, form
/// (`Tags.member.1.Key` becomes a list of objects), or body, path, query and headers of the REST services.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) service: Service,
    /// As in the API model, such as `CreateUserPool`.
    pub(crate) operation: String,
    /// From the credential scope of the signature, `us-east-1` without one.
    pub(crate) region: String,
    /// The path of the request, as it was sent.
    pub(crate) path: String,
    pub(crate) input: Value,
    /// The raw body, for operations whose payload is not JSON (`Invoke`, `PutRestApi`, `PutObject`).
    pub(crate) body: Bytes,
    pub(crate) headers: HeaderMap,
}

impl Call {
    /// Parses a request.
    ///
    /// # Errors
    /// When no supported service has such an operation, or the body does not match the protocol.
    pub(crate) fn parse(
        method: &Method,
        path_and_query: &str,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Self, AwsError> {
        let rest =
            |service| rest::parse(service, method, path_and_query, headers, body).map(|it| (service, it.0, it.1));
        let (service, operation, input) = match Protocol::of(method, path_and_query, headers) {
            Protocol::Json => targeted(headers, body)?,
            Protocol::Query => form::parse(body)?,
            Protocol::S3Rest => {
                let (operation, input) = s3::parse(method, path_and_query, headers)?;
                (Service::S3, operation, input)
            }
            Protocol::LambdaRest => rest(Service::Lambda)?,
            Protocol::ApiGatewayRest => rest(Service::ApiGateway)?,
        };
        let input = conform(service, &operation, Value::Object(input))?;
        let region = region(headers).unwrap_or("us-east-1").to_owned();
        let path = path_and_query.split('?').next().unwrap_or_default().to_owned();
        Ok(Self { service, operation, region, path, input, body: body.clone(), headers: headers.clone() })
    }

    /// A call with these members, checked as one that arrives.
    #[cfg(test)]
    pub(crate) fn of(service: Service, operation: &str, region: &str, input: Value) -> Result<Self, AwsError> {
        let input = conform(service, operation, input)?;
        let (operation, region, path) = (operation.to_owned(), region.to_owned(), String::new());
        let call = Self { service, operation, region, path, input, body: Bytes::new(), headers: HeaderMap::new() };
        call.validate()?;
        Ok(call)
    }

    /// `service:Operation`.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.service.prefix(), self.operation)
    }

    /// A text member, or `None` when it is absent or not text.
    pub(crate) fn text(&self, member: &str) -> Option<&str> {
        self.input.get(member).and_then(Value::as_str)
    }

    /// A text that the API model requires. It is empty only if it is absent, and then the call was rejected.
    pub(crate) fn required(&self, member: &str) -> &str {
        self.text(member).unwrap_or_default()
    }

    /// A whole number, or `None` when it is absent or not one.
    pub(crate) fn number(&self, member: &str) -> Option<i64> {
        self.input.get(member).and_then(Value::as_i64)
    }

    /// Checks the members against the constraints of the API model.
    ///
    /// # Errors
    /// With all violations, in AWS's words.
    pub(crate) fn validate(&self) -> Result<(), AwsError> {
        match self.modelled() {
            Some(operation) if self.service != Service::S3 => {
                validate::check(self.service, &self.operation, operation, &self.input)
            }
            _ => Ok(()),
        }
    }

    /// The HTTP status of a success.
    pub(crate) fn success_status(&self) -> u16 {
        match (self.service, self.operation.as_str()) {
            // The model has 200 and a member for another status.
            (Service::Lambda, "DeleteFunction") => 204,
            _ => self.modelled().map_or(200, |operation| operation.code),
        }
    }

    /// Whether AWS requires a signature for this call and it has none.
    pub(crate) fn lacks_signature(&self) -> bool {
        !self.is_unsigned_on_aws() && credential(&self.headers).is_none()
    }

    /// Whether SDKs do not sign this call.
    pub(crate) fn is_unsigned_on_aws(&self) -> bool {
        self.modelled().is_some_and(|operation| operation.unsigned)
    }

    /// The access key with which the call is signed.
    pub(crate) fn access_key_id(&self) -> Option<&str> {
        credential(&self.headers)?.split('/').next()
    }

    /// A header, or `None` when it is absent or not text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn modelled(&self) -> Option<&'static Operation> {
        Model::of(self.service).operations.get(&self.operation)
    }
}

/// The members with the types of the model. S3's handlers read texts.
fn conform(service: Service, operation: &str, input: Value) -> Result<Value, AwsError> {
    let model = Model::of(service);
    match model.operations.get(operation).and_then(|operation| model.input(operation)) {
        Some(shape) if service != Service::S3 => typed::conform(service, shape, input),
        _ => Ok(input),
    }
}

/// The credential scope of the signature, such as `AKID/20260101/us-east-1/iam/aws4_request`.
fn credential(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("AWS4-")?;
    let (_, scope) = authorization.split_once("Credential=")?;
    scope.split([',', ' ']).next()
}

fn region(headers: &HeaderMap) -> Option<&str> {
    credential(headers)?.split('/').nth(2).filter(|region| !region.is_empty())
}

/// Reads `X-Amz-Target: AWSCognitoIdentityProviderService.CreateUserPool`.
fn targeted(headers: &HeaderMap, body: &Bytes) -> Result<(Service, String, Map<String, Value>), AwsError> {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (service, operation) = match target.split_once('.') {
        Some(("AWSCognitoIdentityProviderService", operation)) => (Service::Cognito, operation),
        Some(("Logs_20140328", operation)) => (Service::Logs, operation),
        _ => return Err(AwsError::not_imitated(&format!("the target `{target}`"))),
    };
    if !Model::of(service).operations.contains_key(operation) {
        return Err(AwsError::not_imitated(&format!("{}:{operation}", service.prefix())));
    }
    Ok((service, operation.to_owned(), json_object(body)?))
}

/// Reads a JSON body. An empty one has no members.
fn json_object(body: &Bytes) -> Result<Map<String, Value>, AwsError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => {
            Err(AwsError::new(400, "SerializationException", "Start of structure or map found where not expected."))
        }
        Err(error) => Err(AwsError::new(
            400,
            "SerializationException",
            format!("Could not parse request body into json: {error}"),
        )),
    }
}
