//! The forms of a function name: a name, a partial ARN or a full ARN, each with or without a qualifier.

use super::{Function, Lambda, members::Members, refusals};
use crate::{
    emulator::Emulator,
    wire::{call::Call, error::AwsError},
};

const PATTERN: &str = "Member must satisfy regular expression pattern: \
    (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?\
    ([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";

/// The function of a call and its qualifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The unqualified ARN.
    pub(super) arn: String,
    pub(super) name: String,
    /// `$LATEST`, a version number or an alias.
    pub(super) qualifier: Option<String>,
}

impl Target {
    /// Reads `FunctionName` and `Qualifier`.
    pub(super) fn read(emulator: &Emulator, call: &Call) -> Result<Self, AwsError> {
        let members = Members::of(call);
        let mut target = parse(members.required("FunctionName"), &call.region, &emulator.settings().account)?;
        if let Some(qualifier) = members.text("Qualifier") {
            if target.qualifier.as_deref().is_some_and(|other| other != qualifier) {
                return Err(refusals::invalid(
                    "The derived qualifier from the function name does not match the specified qualifier.",
                ));
            }
            target.qualifier = Some(qualifier.to_owned());
        }
        Ok(target)
    }

    pub(super) fn function<'w>(&self, lambda: &'w Lambda) -> Result<&'w Function, AwsError> {
        lambda.functions.get(&self.arn).ok_or_else(|| self.not_found())
    }

    pub(super) fn function_mut<'w>(&self, lambda: &'w mut Lambda) -> Result<&'w mut Function, AwsError> {
        lambda.functions.get_mut(&self.arn).ok_or_else(|| self.not_found())
    }

    pub(super) fn qualified_arn(&self) -> String {
        match &self.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.arn),
            None => self.arn.clone(),
        }
    }

    pub(super) fn not_found(&self) -> AwsError {
        refusals::function_not_found(&self.qualified_arn())
    }
}

/// Parses any form of a function name.
pub(super) fn parse(spelling: &str, region: &str, account: &str) -> Result<Target, AwsError> {
    let malformed = || refusals::constraint("functionName", spelling, PATTERN);
    let mut parts = spelling.split(':').peekable();
    if parts.peek() == Some(&"arn") {
        parts.next();
        let _partition = parts.next();
        if parts.next() != Some("lambda") {
            return Err(malformed());
        }
        let stated = parts.next().unwrap_or_default();
        if stated != region {
            return Err(refusals::not_found(format!(
                "Functions from '{stated}' are not reachable in this region ('{region}')"
            )));
        }
    }
    if let Some(owner) = parts.next_if(|part| part.len() == 12 && part.bytes().all(|digit| digit.is_ascii_digit()))
        && owner != account
    {
        return Err(AwsError::new(
            403,
            "AccessDeniedException",
            format!("User is not authorized to perform this operation on resource: {spelling}"),
        ));
    }
    // `function` alone is a name.
    if parts.clone().nth(1).is_some() {
        parts.next_if_eq(&"function");
    }
    let name = parts.next().filter(|name| is_word(name)).ok_or_else(malformed)?;
    let qualifier = parts.next().map(str::to_owned);
    if parts.next().is_some() || qualifier.as_deref().is_some_and(|part| part != "$LATEST" && !is_word(part)) {
        return Err(malformed());
    }
    if spelling.len() > 140 {
        return Err(refusals::constraint(
            "functionName",
            spelling,
            "Member must have length less than or equal to 140",
        ));
    }
    Ok(Target { arn: format!("arn:aws:lambda:{region}:{account}:function:{name}"), name: name.into(), qualifier })
}

/// Splits a function's ARN into the unqualified ARN and the qualifier.
pub(super) fn split_arn(arn: &str) -> (&str, Option<&str>) {
    match arn.match_indices(':').nth(6) {
        Some((at, _)) => (&arn[..at], Some(&arn[at + 1..])),
        None => (arn, None),
    }
}

/// Matches `[a-zA-Z0-9-_]+`, the pattern of names, aliases and statement ids.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
