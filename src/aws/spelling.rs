//! Enums as AWS means them, however a server spells them.
//!
//! AWS's own answers differ from its models here and there (`aws_proxy` in an imported definition), and so do those of
//! servers that stand in for AWS. A spelling is never a difference.

use aws_sdk_apigateway::types as gateway;
use aws_sdk_cognitoidentityprovider::types as cognito;
use aws_sdk_lambda::types as lambda;

/// An enum of the SDK, which keeps a text that it does not know as it is.
pub trait Enum: Sized {
    /// The text.
    fn text(&self) -> &str;
    /// AWS's spelling of every value that the SDK knows.
    fn known() -> &'static [&'static str];
    /// The value with this text.
    fn of(text: &str) -> Self;
}

/// The value that is meant: one that AWS knows, where only the case differs.
pub fn meant<E: Enum>(value: &E) -> E {
    let known = E::known().iter().find(|known| known.eq_ignore_ascii_case(value.text()));
    E::of(known.copied().unwrap_or(value.text()))
}

/// AWS's spelling of the value that is meant.
pub fn spelled<E: Enum>(value: &E) -> String {
    meant(value).text().to_owned()
}

macro_rules! enums {
    ($($name:ty),* $(,)?) => {
        $(impl Enum for $name {
            fn text(&self) -> &str {
                self.as_str()
            }

            fn known() -> &'static [&'static str] {
                Self::values()
            }

            fn of(text: &str) -> Self {
                Self::from(text)
            }
        })*
    };
}

enums! {
    cognito::DeletionProtectionType,
    cognito::ExplicitAuthFlowsType,
    cognito::PreventUserExistenceErrorTypes,
    cognito::RecoveryOptionNameType,
    cognito::TimeUnitsType,
    cognito::UserPoolMfaType,
    cognito::UsernameAttributeType,
    cognito::VerifiedAttributeType,
    gateway::AuthorizerType,
    gateway::ConnectionType,
    gateway::ContentHandlingStrategy,
    gateway::EndpointType,
    gateway::GatewayResponseType,
    gateway::IntegrationType,
    gateway::ResponseTransferMode,
    gateway::UnauthorizedCacheControlHeaderStrategy,
    lambda::Architecture,
    lambda::LastUpdateStatus,
    lambda::Runtime,
    lambda::State,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_is_no_difference_and_what_aws_adds_later_stays() {
        assert_eq!(meant(&gateway::IntegrationType::from("aws_proxy")), gateway::IntegrationType::AwsProxy);
        assert_eq!(meant(&lambda::State::from("ACTIVE")), lambda::State::Active);
        assert_eq!(spelled(&lambda::Runtime::from("python9.0")), "python9.0");
    }
}
