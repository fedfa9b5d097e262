//! The state of the emulator.

use serde::{Deserialize, Serialize};

use crate::{
    services::{
        apigateway::ApiGateway,
        cognito::Cognito,
        iam::Iam,
        lambda::Lambda,
        logs::{Line, Logs},
        s3::S3,
    },
    store::{
        folder,
        table::{Changes, Row, Stored},
    },
};

/// The state that survives a restart. Each service owns its part and may read the others through `World`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) iam: Iam,
    pub(crate) logs: Logs,
    pub(crate) cognito: Cognito,
    pub(crate) lambda: Lambda,
    pub(crate) apigateway: ApiGateway,
    /// Absent from files written by versions without S3.
    #[serde(default)]
    pub(crate) s3: S3,
}

impl Row for World {
    fn tables(&mut self) -> Vec<(&'static str, &mut dyn Stored)> {
        let Self { iam, logs, cognito, lambda, apigateway, s3 } = self;
        vec![
            ("iam.roles", iam.roles()),
            ("logs.groups", logs.groups()),
            ("cognito.pools", cognito.pools()),
            ("lambda.functions", lambda.functions()),
            ("apigateway.apis", apigateway.apis()),
            ("s3.buckets", s3.buckets()),
        ]
    }
}

impl folder::World for World {
    type Event = Line;

    fn restore_events(&mut self, events: Vec<Line>) {
        self.logs.restore(events);
    }

    fn restored(&mut self) {
        self.logs.restored();
    }
}

impl World {
    /// Ends a request of an emulator in memory: rows are found by their new terms.
    pub(crate) fn settle(&mut self) -> serde_json::Result<()> {
        let mut unsaved = Changes::default();
        self.tables().into_iter().try_for_each(|(name, table)| table.collect(name, false, &mut unsaved))
    }
}
