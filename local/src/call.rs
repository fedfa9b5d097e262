//! One call to the control plane: which service, which operation, which members.

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::error::AwsError;

/// The services imitated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    ApiGateway,
    Cognito,
    Iam,
    Lambda,
    Logs,
    Sts,
}

impl Service {
    /// The prefix of the service's IAM actions.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::ApiGateway => "apigateway",
            Self::Cognito => "cognito-idp",
            Self::Iam => "iam",
            Self::Lambda => "lambda",
            Self::Logs => "logs",
            Self::Sts => "sts",
        }
    }
}

/// One parsed call.
///
/// `input` holds the members under the names of AWS's API model, wherever the protocol puts them: JSON body, form
/// (`Tags.member.1.Key` becomes a list of objects), or body, path and query of the REST services.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) service: Service,
    /// As in the API model: `CreateUserPool`.
    pub(crate) operation: String,
    /// From the credential scope of the signature; `us-east-1` without one.
    pub(crate) region: String,
    pub(crate) input: Value,
    /// The raw body, for operations whose payload is not JSON (`Invoke`, `PutRestApi`).
    pub(crate) body: Bytes,
    pub(crate) headers: HeaderMap,
}

impl Call {
    /// Reads which operation a request asks for.
    ///
    /// # Errors
    /// When no imitated service has such an operation, or the body is not what the protocol asks for.
    pub(crate) fn parse(
        method: &Method,
        path_and_query: &str,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Self, AwsError> {
        let _ = (method, path_and_query, headers, body);
        Err(AwsError::not_imitated("this"))
    }

    /// `service:Operation`.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.service.prefix(), self.operation)
    }

    /// A text member, or `None` when it is absent or not text.
    pub(crate) fn text(&self, member: &str) -> Option<&str> {
        self.input.get(member).and_then(Value::as_str)
    }
}
