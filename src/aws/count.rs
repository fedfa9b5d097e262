//! Counts every request that is sent.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextRef},
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use serde::Serialize;

/// How often each operation was sent; a retry counts like a first attempt, as it does against AWS's quotas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// By `service:Operation`.
    pub by_operation: BTreeMap<String, u64>,
    /// Those that change nothing.
    pub reads: u64,
    /// All others.
    pub writes: u64,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Counts(Arc<Mutex<BTreeMap<String, u64>>>);

impl Counts {
    /// An interceptor that counts the operations of one service.
    pub(crate) fn of(&self, service: &'static str) -> Counter {
        Counter { service, counts: self.clone() }
    }

    pub(crate) fn calls(&self) -> Calls {
        let by_operation = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (mut reads, mut writes) = (0, 0);
        for (operation, count) in &by_operation {
            *(if is_read(operation) { &mut reads } else { &mut writes }) += count;
        }
        Calls { by_operation, reads, writes }
    }
}

fn is_read(operation: &str) -> bool {
    let name = operation.split_once(':').map_or(operation, |(_, name)| name);
    ["Get", "List", "Describe", "Filter", "AdminGet", "AdminList"].iter().any(|prefix| name.starts_with(prefix))
}

pub(crate) struct Counter {
    service: &'static str,
    counts: Counts,
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Counter({})", self.service)
    }
}

impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "Counter"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            let operation = format!("{}:{}", self.service, metadata.name());
            *self.counts.0.lock().unwrap_or_else(PoisonError::into_inner).entry(operation).or_default() += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gets_lists_and_describes_are_reads_and_the_rest_are_writes() {
        let counts = Counts::default();
        for operation in ["iam:GetRole", "logs:DescribeLogGroups", "lambda:CreateFunction", "apigateway:PutRestApi"] {
            counts.0.lock().unwrap().insert(operation.into(), 2);
        }
        assert_eq!((counts.calls().reads, counts.calls().writes), (4, 4));
    }
}
