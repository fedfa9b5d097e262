//! The settings of an app client, as they are and as Cognito has them.

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::types::{
    PreventUserExistenceErrorTypes, TimeUnitsType, TokenValidityUnitsType, UserPoolClientType,
};
use serde::{Deserialize, Serialize};

use crate::{
    aws::{meant, spelled},
    engine::Input,
};

/// How an app client is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub user_pool_id: Input<String>,
    /// The name; Cognito allows it twice.
    pub name: String,
    pub generate_secret: bool,
    /// The ways to sign in.
    pub explicit_auth_flows: BTreeSet<String>,
    /// 5 to 1440; `None` in a live one is no whole number of minutes.
    pub access_token_validity_minutes: Option<u32>,
    /// 5 to 1440; `None` in a live one is no whole number of minutes.
    pub id_token_validity_minutes: Option<u32>,
    /// 1 to 3650; `None` in a live one is no whole number of days.
    pub refresh_token_validity_days: Option<u32>,
    /// Whether an unknown user is answered like a wrong password.
    pub prevent_user_existence_errors: bool,
}

/// What an app client is called. Its secret is not among it: Cognito shows it again at any time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outputs {
    pub id: String,
    pub user_pool_id: String,
}

pub(super) fn spec(pool: &str, client: &UserPoolClientType) -> Spec {
    let units = client.token_validity_units.clone().unwrap_or_else(|| TokenValidityUnitsType::builder().build());
    let hours = TimeUnitsType::Hours;
    let access = (client.access_token_validity.unwrap_or(0), units.access_token.unwrap_or(hours.clone()));
    let id = (client.id_token_validity.unwrap_or(0), units.id_token.unwrap_or(hours));
    let refresh = (client.refresh_token_validity, units.refresh_token.unwrap_or(TimeUnitsType::Days));
    let prevents = Some(PreventUserExistenceErrorTypes::Enabled);
    // What Cognito allows where nothing is said.
    let usual = || ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"].map(str::to_owned).into();
    let flows = client.explicit_auth_flows.as_ref().filter(|flows| !flows.is_empty());
    Spec {
        user_pool_id: pool.into(),
        name: client.client_name.clone().unwrap_or_default(),
        generate_secret: client.client_secret.is_some(),
        explicit_auth_flows: flows.map_or_else(usual, |flows| flows.iter().map(spelled).collect()),
        access_token_validity_minutes: whole(access, 60, 60),
        id_token_validity_minutes: whole(id, 60, 60),
        refresh_token_validity_days: whole(refresh, 86_400, 30),
        prevent_user_existence_errors: client.prevent_user_existence_errors.as_ref().map(meant) == prevents,
    }
}

/// A validity in other units, when it is a whole number of them; a zero stands for Cognito's default.
pub(super) fn whole((validity, unit): (i32, TimeUnitsType), seconds: u32, default: u32) -> Option<u32> {
    if validity == 0 {
        return Some(default);
    }
    let factor = match meant(&unit) {
        TimeUnitsType::Seconds => 1,
        TimeUnitsType::Minutes => 60,
        TimeUnitsType::Hours => 3_600,
        TimeUnitsType::Days => 86_400,
        _ => return None,
    };
    let total = u32::try_from(validity).ok()?.checked_mul(factor)?;
    (total % seconds == 0).then_some(total / seconds)
}

pub(super) fn flows(spec: &Spec) -> Vec<aws_sdk_cognitoidentityprovider::types::ExplicitAuthFlowsType> {
    spec.explicit_auth_flows.iter().map(|flow| flow.as_str().into()).collect()
}

/// Without units a validity of 60 would be 60 hours.
pub(super) fn units() -> TokenValidityUnitsType {
    TokenValidityUnitsType::builder()
        .access_token(TimeUnitsType::Minutes)
        .id_token(TimeUnitsType::Minutes)
        .refresh_token(TimeUnitsType::Days)
        .build()
}

pub(super) fn existence(spec: &Spec) -> PreventUserExistenceErrorTypes {
    if spec.prevent_user_existence_errors {
        PreventUserExistenceErrorTypes::Enabled
    } else {
        PreventUserExistenceErrorTypes::Legacy
    }
}

pub(super) fn number(number: u32) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validities_are_compared_in_whole_minutes_and_days() {
        assert_eq!(whole((1, TimeUnitsType::Hours), 60, 60), Some(60));
        assert_eq!(whole((90, TimeUnitsType::Seconds), 60, 60), None);
        assert_eq!(whole((0, TimeUnitsType::Days), 86_400, 30), Some(30));
        assert_eq!(whole((48, TimeUnitsType::Hours), 86_400, 30), Some(2));
    }
}
