//! The attribute schema of a pool: the standard OpenID Connect attributes and custom attributes.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    services::cognito::{Cognito, Operation, context::Context, refusal},
    wire::error::AwsError,
};

/// An attribute as `DescribeUserPool` returns it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "these are Cognito's names")]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) attribute_data_type: String,
    pub(super) developer_only_attribute: bool,
    pub(super) mutable: bool,
    pub(super) required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) string_attribute_constraints: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number_attribute_constraints: Option<Value>,
}

/// The operations of this module.
pub(super) fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "AddCustomAttributes" => Operation::Changes(add),
        _ => return None,
    })
}

/// The maximum number of custom attributes of a pool.
const MOST: usize = 50;

/// The standard attributes that are strings with the same constraints.
const TEXTS: &[&str] = &[
    "profile",
    "address",
    "gender",
    "preferred_username",
    "website",
    "picture",
    "phone_number",
    "given_name",
    "family_name",
    "middle_name",
    "name",
    "nickname",
    "locale",
    "zoneinfo",
    "email",
];

fn text(name: &str, least: &str, most: &str) -> Attribute {
    Attribute {
        name: name.to_owned(),
        attribute_data_type: "String".into(),
        developer_only_attribute: false,
        mutable: true,
        required: false,
        string_attribute_constraints: Some(json!({ "MinLength": least, "MaxLength": most })),
        number_attribute_constraints: None,
    }
}

fn standard() -> Vec<Attribute> {
    let mut all = vec![Attribute { mutable: false, required: true, ..text("sub", "1", "2048") }];
    all.extend(TEXTS.iter().map(|name| text(name, "0", "2048")));
    all.push(text("birthdate", "10", "10"));
    all.push(Attribute {
        attribute_data_type: "Number".into(),
        string_attribute_constraints: None,
        number_attribute_constraints: Some(json!({ "MinValue": "0" })),
        ..text("updated_at", "", "")
    });
    for name in ["phone_number_verified", "email_verified"] {
        let attribute_data_type = "Boolean".into();
        all.push(Attribute { attribute_data_type, string_attribute_constraints: None, ..text(name, "", "") });
    }
    // AWS adds `identities` once a pool has an identity provider. Pools of the emulator never have one.
    all
}

/// The schema of a new pool.
pub(super) fn created(input: &Value) -> Result<Vec<Attribute>, AwsError> {
    let mut schema = standard();
    for given in input.get("Schema").and_then(Value::as_array).into_iter().flatten() {
        let name = given["Name"].as_str().unwrap_or_default();
        match schema.iter().position(|attribute| attribute.name == name) {
            Some(index) => schema[index] = amended(&schema[index], given)?,
            None => append(&mut schema, given)?,
        }
    }
    Ok(schema)
}

/// A standard attribute with the settings of a pool. Its type is fixed.
fn amended(standard: &Attribute, given: &Value) -> Result<Attribute, AwsError> {
    let name = &standard.name;
    let data_type = given["AttributeDataType"].as_str();
    if data_type.is_some_and(|data_type| data_type != standard.attribute_data_type) {
        return Err(refusal::invalid_parameter(format!(
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute {name}"
        )));
    }
    let constraints = |name: &str, before: &Option<Value>| {
        given.get(name).filter(|given| !given.is_null()).cloned().or(before.clone())
    };
    Ok(Attribute {
        mutable: given["Mutable"].as_bool().unwrap_or(standard.mutable),
        required: given["Required"].as_bool().unwrap_or(standard.required),
        string_attribute_constraints: constraints("StringAttributeConstraints", &standard.string_attribute_constraints),
        number_attribute_constraints: constraints("NumberAttributeConstraints", &standard.number_attribute_constraints),
        ..standard.clone()
    })
}

fn append(schema: &mut Vec<Attribute>, given: &Value) -> Result<(), AwsError> {
    let developer_only = given["DeveloperOnlyAttribute"].as_bool().unwrap_or(false);
    let prefix = if developer_only { "dev:custom:" } else { "custom:" };
    let name = format!("{prefix}{}", given["Name"].as_str().unwrap_or_default());
    let Some(data_type) = given["AttributeDataType"].as_str() else {
        return Err(refusal::invalid_parameter(format!("{name}: AttributeDataType is required.")));
    };
    if given["Required"] == true {
        return Err(refusal::invalid_parameter("Required custom attributes are not supported currently."));
    }
    if schema.iter().any(|attribute| attribute.name == name) {
        return Err(refusal::invalid_parameter(format!("{name}: Existing attribute already has name {name}.")));
    }
    if schema.iter().filter(|attribute| attribute.name.contains("custom:")).count() >= MOST {
        return Err(refusal::refuse(
            "LimitExceededException",
            "Exceeded the limit of custom attributes per user pool.",
        ));
    }
    let constraints = |member: &str, of: &str| {
        // An attribute without constraints is returned with an empty object.
        (data_type == of).then(|| given.get(member).filter(|given| !given.is_null()).cloned().unwrap_or(json!({})))
    };
    let attribute = Attribute {
        attribute_data_type: data_type.to_owned(),
        developer_only_attribute: developer_only,
        mutable: given["Mutable"].as_bool().unwrap_or(true),
        string_attribute_constraints: constraints("StringAttributeConstraints", "String"),
        number_attribute_constraints: constraints("NumberAttributeConstraints", "Number"),
        ..text(&name, "", "")
    };
    schema.push(attribute);
    Ok(())
}

fn add(context: &Context<'_>, cognito: &mut Cognito) -> Result<Value, AwsError> {
    let pool = cognito.pool_mut(context)?;
    let mut schema = pool.schema.clone();
    for given in context.member("CustomAttributes").and_then(Value::as_array).into_iter().flatten() {
        append(&mut schema, given)?;
    }
    pool.schema = schema;
    pool.modified = context.now;
    Ok(json!({}))
}
