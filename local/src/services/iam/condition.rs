//! The conditions of a policy's statement.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::texts;
use crate::wire::wildcard::matches;

/// The condition keys of a request, in lowercase, with their values.
pub(super) type Context = BTreeMap<String, String>;

/// Whether all conditions hold. An operator that the emulator does not know does not hold.
pub(super) fn holds(conditions: &Value, context: &Context) -> bool {
    let blocks = conditions.as_object().into_iter().flatten();
    let tests = blocks.flat_map(|(operator, keys)| {
        keys.as_object().into_iter().flatten().map(move |(key, _)| (operator.as_str(), key.as_str(), texts(keys, key)))
    });
    tests.into_iter().all(|(operator, key, values)| test(operator, context.get(&key.to_lowercase()), &values))
}

fn test(operator: &str, actual: Option<&String>, values: &[&str]) -> bool {
    if operator == "Null" {
        return values.contains(&if actual.is_none() { "true" } else { "false" });
    }
    let (operator, if_exists) =
        operator.strip_suffix("IfExists").map_or((operator, false), |operator| (operator, true));
    let (kind, negated) = match operator.split_once("Not") {
        Some((kind, how)) => (format!("{kind}{how}"), true),
        None => (operator.to_owned(), false),
    };
    // A key that the request does not have fails, unless the operator is negated or allows its absence.
    let Some(actual) = actual else { return if_exists || negated };
    let fits = |value: &&str| match kind.as_str() {
        "StringEquals" => value == actual,
        "StringEqualsIgnoreCase" | "Bool" => value.eq_ignore_ascii_case(actual),
        "StringLike" | "ArnEquals" | "ArnLike" => matches(value, actual),
        _ => false,
    };
    let is_known = ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "Bool"];
    is_known.contains(&kind.as_str()) && values.iter().any(fits) != negated
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Context, holds};

    #[test]
    fn operators_compare_as_iam_does() {
        let context = Context::from([
            ("aws:requestedregion".to_owned(), "eu-west-1".to_owned()),
            ("aws:securetransport".to_owned(), "true".to_owned()),
            ("aws:principalarn".to_owned(), "arn:aws:iam::1:role/a".to_owned()),
        ]);
        for (condition, wanted) in [
            (json!({}), true),
            (json!({ "StringEquals": { "aws:RequestedRegion": ["us-east-1", "eu-west-1"] } }), true),
            (json!({ "StringNotEquals": { "aws:RequestedRegion": "eu-west-1" } }), false),
            (json!({ "StringEqualsIgnoreCase": { "aws:RequestedRegion": "EU-WEST-1" } }), true),
            (
                json!({ "StringLike": { "aws:RequestedRegion": "eu-*" }, "Bool": { "aws:SecureTransport": "false" } }),
                false,
            ),
            (json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/a" } }), true),
            (json!({ "ArnNotLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/a" } }), false),
            (json!({ "StringEquals": { "aws:SourceVpc": "vpc-1" } }), false),
            (json!({ "StringEqualsIfExists": { "aws:SourceVpc": "vpc-1" } }), true),
            (json!({ "StringNotEquals": { "aws:SourceVpc": "vpc-1" } }), true),
            (json!({ "Null": { "aws:SourceVpc": "true" } }), true),
            (json!({ "NumericLessThan": { "aws:RequestedRegion": "1" } }), false),
        ] {
            assert_eq!(holds(&condition, &context), wanted, "{condition}");
        }
    }
}
