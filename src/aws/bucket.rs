//! A bucket of S3 as a place for states: three calls, each on the condition that the bucket belongs to whom it should.

use std::{
    error::Error,
    fmt,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    primitives::{ByteStream, DateTime, DateTimeFormat},
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeDeserializationInterceptorContextRef},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{config_bag::ConfigBag, error::metadata::ProvideErrorMetadata};

use super::{
    error::{self, SdkError},
    operation::{self, Operation},
};
use crate::{
    engine::{ResourceError, Result, Verdict},
    state::{Attempt, Bucket, ETag, Object, WriteCondition},
};

/// A bucket, in the region and of the account that were named.
#[derive(Debug, Clone)]
pub struct S3Bucket {
    client: Client,
    name: String,
    owner: String,
    endpoint: Option<String>,
}

impl S3Bucket {
    pub(super) fn new(client: Client, name: &str, owner: &str, endpoint: Option<String>) -> Self {
        Self { client, name: name.to_owned(), owner: owner.to_owned(), endpoint }
    }

    /// Sends a conditional request; a condition that does not hold is an answer.
    async fn attempt<T, E>(
        &self,
        operation: &Operation,
        sent: impl Future<Output = Result<T, SdkError<E>>>,
    ) -> Result<Attempt<T>>
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        match sent.await {
            Ok(output) => Ok(Attempt::Done(output)),
            Err(failure) => match self.explained(operation, &failure) {
                // The object changed, or is gone, or another write to it is under way.
                error if CONDITION_FAILED.iter().any(|code| error.code.as_deref() == Some(code)) => {
                    Ok(Attempt::Refused)
                }
                error => Err(error),
            },
        }
    }

    fn explained<E>(&self, operation: &Operation, failure: &SdkError<E>) -> ResourceError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let mut error = error::convert(operation, failure, self.endpoint.as_deref());
        if operation::THROTTLES.iter().any(|code| error.code.as_deref() == Some(code)) {
            // There is no wait here, so a caller that sends it again looks first at what is there.
            error.verdict = Verdict::Ambiguous;
        }
        let region = failure.raw_response().and_then(|raw| raw.headers().get("x-amz-bucket-region"));
        error.hints.extend(self.hints(&error, region));
        error
    }

    fn hints(&self, error: &ResourceError, region: Option<&str>) -> Vec<String> {
        let Self { name, owner, .. } = self;
        match error.code.as_deref() {
            Some("NoSuchBucket") => self.making(),
            Some("AccessDenied") => {
                vec![format!(
                    "or the bucket `{name}` is not of account {owner}: whose it is, `state.s3.owner` or `--from-owner` says"
                )]
            }
            Some("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException") => {
                let region = region.unwrap_or("another Region");
                vec![format!("the bucket is in {region}: set `state.s3.region` or `--from-region` to it")]
            }
            _ => Vec::new(),
        }
    }

    /// How a bucket for states is made. us-east-1 is the one region that must not be named as a location.
    fn making(&self) -> Vec<String> {
        let Self { name, .. } = self;
        let region = self.client.config().region().map(ToString::to_string).unwrap_or_default();
        let location = match region.as_str() {
            "us-east-1" => String::new(),
            region => format!(" --create-bucket-configuration LocationConstraint={region}"),
        };
        vec![
            format!("`aws s3api create-bucket --bucket {name} --region {region}{location}` creates it"),
            format!(
                "`aws s3api put-bucket-versioning --bucket {name} --region {region} \
                 --versioning-configuration Status=Enabled` lets it keep earlier states"
            ),
        ]
    }
}

/// S3's codes for a condition that does not hold.
const CONDITION_FAILED: [&str; 4] =
    ["PreconditionFailed", "ConditionalRequestConflict", "OperationAborted", "NoSuchKey"];

#[async_trait]
impl Bucket for S3Bucket {
    fn name(&self) -> &str {
        &self.name
    }

    async fn get(&self, key: &str) -> Result<Option<Object>> {
        let answered = AnswerDate::default();
        let request = self.client.get_object().bucket(&self.name).key(key).expected_bucket_owner(&self.owner);
        let output = match request.customize().interceptor(answered.clone()).send().await {
            Ok(output) => output,
            Err(failure) => match self.explained(&operation::GET_OBJECT, &failure) {
                error if error.code.as_deref() == Some("NoSuchKey") => return Ok(None),
                error => return Err(error),
            },
        };
        let age = answered.since(output.last_modified());
        let etag = tag(output.e_tag, &operation::GET_OBJECT)?;
        let body = output.body.collect().await.map_err(|failure| broken(&failure))?;
        Ok(Some(Object { body: body.to_vec(), etag, age }))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>> {
        let request =
            self.client.list_objects_v2().bucket(&self.name).prefix(prefix).expected_bucket_owner(&self.owner);
        let mut pages = request.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|failure| self.explained(&operation::LIST_OBJECTS, &failure))?;
            keys.extend(page.contents.into_iter().flatten().filter_map(|object| object.key));
        }
        Ok(keys)
    }

    async fn put(&self, key: &str, body: Vec<u8>, condition: &WriteCondition) -> Result<Attempt<ETag>> {
        let request = self.client.put_object().bucket(&self.name).key(key).expected_bucket_owner(&self.owner);
        let request = match condition {
            WriteCondition::Absent => request.if_none_match("*"),
            WriteCondition::Is(etag) => request.if_match(&etag.0),
        };
        let request = request.content_type("application/json").body(ByteStream::from(body));
        match self.attempt(&operation::PUT_OBJECT, Box::pin(request.send())).await? {
            Attempt::Done(output) => tag(output.e_tag, &operation::PUT_OBJECT).map(Attempt::Done),
            Attempt::Refused => Ok(Attempt::Refused),
        }
    }

    async fn delete(&self, key: &str, etag: &ETag) -> Result<Attempt<()>> {
        let request = self.client.delete_object().bucket(&self.name).key(key).expected_bucket_owner(&self.owner);
        let request = request.if_match(&etag.0);
        match self.attempt(&operation::DELETE_OBJECT, Box::pin(request.send())).await? {
            Attempt::Done(_) => Ok(Attempt::Done(())),
            Attempt::Refused => Ok(Attempt::Refused),
        }
    }
}

/// Without its tag a version cannot be told from others, so whatever was asked for may be done.
fn tag(etag: Option<String>, operation: &Operation) -> Result<ETag> {
    let missing =
        || ResourceError::new(Verdict::Ambiguous, format!("{} returned a response without an ETag", operation.name));
    etag.map(ETag).ok_or_else(missing)
}

fn broken(failure: &dyn fmt::Display) -> ResourceError {
    ResourceError::new(Verdict::Ambiguous, format!("the object could not be read to its end: {failure}"))
}

/// Notes the `Date` of an answer, which the SDK does not pass on. Beside `Last-Modified`, which is by the same clock, it
/// tells how old an object is, whatever the time on this machine.
#[derive(Debug, Clone, Default)]
struct AnswerDate(Arc<Mutex<Option<DateTime>>>);

impl AnswerDate {
    /// How long before the answer `moment` was; nothing without both, so that nothing counts as old.
    fn since(&self, moment: Option<&DateTime>) -> Duration {
        let answered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = answered.as_ref().zip(moment).map(|(answered, moment)| answered.secs() - moment.secs());
        Duration::from_secs(seconds.and_then(|seconds| seconds.try_into().ok()).unwrap_or_default())
    }
}

impl Intercept for AnswerDate {
    fn name(&self) -> &'static str {
        "AnswerDate"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_as_old_as_the_clock_of_its_bucket_says() {
        let date = |text| DateTime::from_str(text, DateTimeFormat::HttpDate).unwrap();
        let answered = AnswerDate(Arc::new(Mutex::new(Some(date("Mon, 23 Nov 2026 09:01:30 GMT")))));
        assert_eq!(answered.since(Some(&date("Mon, 23 Nov 2026 09:00:00 GMT"))), Duration::from_secs(90));
        assert_eq!(answered.since(Some(&date("Mon, 23 Nov 2026 09:01:31 GMT"))), Duration::ZERO);
        assert_eq!(answered.since(None), Duration::ZERO);
        assert_eq!(AnswerDate::default().since(Some(&date("Mon, 23 Nov 2020 09:00:00 GMT"))), Duration::ZERO);
    }
}
