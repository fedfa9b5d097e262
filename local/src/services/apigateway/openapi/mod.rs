//! `PutRestApi`: imports an OpenAPI document as the definition of an API.
//!
//! Supports the subset of OpenAPI 3.0 and Swagger 2.0 that an API with Lambda proxies, Cognito authorizers and CORS
//! preflights needs. Everything else in a document causes a warning, as AWS warns about content that it cannot import.

mod document;
mod integration;
mod operation;
mod security;
mod tree;

use serde_json::Value;

use super::{
    ApiGateway,
    asked::{Asked, json as to_json},
    model::RestApi,
    refusal::bad_request,
    rest_apis::whole,
};
use crate::{
    store::table::Table,
    wire::error::{Answered, AwsError},
};
use document::Document;

/// What happens to objects that are missing from the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// They are unchanged.
    Merge,
    /// They are deleted.
    Overwrite,
}

/// The problems found in a document during its import.
///
/// An error rejects the document; a warning rejects it only with `failOnWarnings`.
#[derive(Debug, Default)]
struct Findings {
    warnings: Vec<String>,
    errors: Vec<String>,
}

impl Findings {
    fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    fn fail(&mut self, what: &str, refusal: &AwsError) {
        self.errors.push(format!("{what}: {}", refusal.message));
    }

    /// Adds a warning for each key that is neither known nor an extension of another vendor.
    fn expect_keys(&mut self, place: &str, object: &Value, known: &[&str]) {
        for key in object.as_object().into_iter().flatten().map(|(key, _)| key) {
            let foreign = key.starts_with("x-") && !key.starts_with("x-amazon-apigateway-");
            if !foreign && !known.contains(&key.as_str()) {
                self.warn(format!("Ignoring `{key}` of {place}: it is not supported"));
            }
        }
    }
}

/// Handles `PutRestApi`.
pub(super) fn put(gateway: &mut ApiGateway, asked: &Asked<'_>) -> Answered {
    let mode = match asked.call.text("mode") {
        None | Some("merge") => Mode::Merge,
        Some("overwrite") => Mode::Overwrite,
        Some(other) => {
            return Err(bad_request(format!("Invalid mode '{other}' specified. Must be one of: [merge, overwrite]")));
        }
    };
    let strict = asked.call.input.get("failOnWarnings") == Some(&Value::Bool(true));
    let document = Document::parse(&asked.call.body)?;
    let kept = gateway.api_mut(asked)?;
    // An import does not change deployments and stages.
    let mut api = RestApi {
        settings: kept.settings.clone(),
        definition: kept.definition.clone(),
        deployments: Table::default(),
        stages: Table::default(),
        listed_from: kept.listed_from,
    };
    let mut findings = Findings::default();
    document.apply(&mut api, mode, &mut findings)?;
    refuse("Errors", &findings.errors)?;
    if strict {
        refuse("Warnings", &findings.warnings)?;
    }
    api.definition.room_for_resources(asked, 0)?;
    kept.settings = api.settings;
    kept.definition = api.definition;
    let mut answer = whole(&kept.settings);
    if !findings.warnings.is_empty() {
        answer["warnings"] = to_json(&findings.warnings);
    }
    Ok(answer.into())
}

fn refuse(kind: &str, findings: &[String]) -> Result<(), AwsError> {
    if findings.is_empty() {
        return Ok(());
    }
    Err(bad_request(format!("{kind} found during import:\n\t{}", findings.join("\n\t"))))
}
