//! What the local emulator knows of a failed integration: on AWS that is in the execution log of a stage.

use bytes::Bytes;
use http::{Request, Response};
use serde::Deserialize;

use super::transport::Transport;

/// The id that API Gateway gives a request.
const REQUEST_ID: &str = "x-amzn-requestid";

/// A failed integration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct FailedExecution {
    /// The ARN of the function that the deployment calls.
    pub function: Option<String>,
    /// The id of the invocation, once there was one.
    pub invocation: Option<String>,
    /// What is wrong with the function's response, where that is the cause.
    pub malformed: Option<String>,
}

impl FailedExecution {
    /// The function's name in the ARN, without its alias.
    #[must_use]
    pub fn function_name(&self) -> Option<&str> {
        let (_, name) = self.function.as_deref()?.split_once(":function:")?;
        name.split(':').next()
    }
}

/// The id of the request that was answered so.
#[must_use]
pub fn request_id(answer: &Response<Bytes>) -> Option<&str> {
    answer.headers().get(REQUEST_ID)?.to_str().ok()
}

/// Asks the emulator at `endpoint`; none when it knows nothing of the request.
pub async fn failed(courier: &impl Transport, endpoint: &str, request_id: &str) -> Option<FailedExecution> {
    let request = Request::get(format!("{endpoint}/_stackctl/executions/{request_id}")).body(Bytes::new()).ok()?;
    let answer = courier.send(request).await.ok().filter(|answer| answer.status().is_success())?;
    serde_json::from_slice(answer.body()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_between_the_word_function_and_the_alias() {
        let named = |arn: &str| FailedExecution { function: Some(arn.into()), ..FailedExecution::default() };
        let arn = "arn:aws:lambda:eu-west-1:000000000000:function:shop-dev-items:live";
        assert_eq!(named(arn).function_name(), Some("shop-dev-items"));
        assert_eq!(named("shop-dev-items").function_name(), None);
    }
}
