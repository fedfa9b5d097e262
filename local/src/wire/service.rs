//! The services that the emulator imitates.

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    ApiGateway,
    Cognito,
    Iam,
    Lambda,
    Logs,
    S3,
    Sts,
}

impl Service {
    pub(crate) const ALL: [Self; 7] =
        [Self::ApiGateway, Self::Cognito, Self::Iam, Self::Lambda, Self::Logs, Self::S3, Self::Sts];

    /// The prefix of the service's IAM actions.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::ApiGateway => "apigateway",
            Self::Cognito => "cognito-idp",
            Self::Iam => "iam",
            Self::Lambda => "lambda",
            Self::Logs => "logs",
            Self::S3 => "s3",
            Self::Sts => "sts",
        }
    }
}
