//! The types of members: from what the protocol sent to values of the model's shapes.

use serde_json::{Map, Value};

use super::{
    error::AwsError,
    model::{Kind, Model, Shape},
    service::Service,
};

/// Returns the value without the members that the model does not have, which AWS ignores, and without members that are
/// null, which are absent.
///
/// # Errors
/// A `SerializationException` for a value of another type.
pub(super) fn conform(service: Service, shape: &Shape, value: Value) -> Result<Value, AwsError> {
    let model = Model::of(service);
    let element = |value: Value| match model.element(shape) {
        Some(element) if !value.is_null() => conform(service, element, value),
        _ => Ok(value),
    };
    match (shape.kind, value) {
        // A union or document without members may be any object.
        (Kind::Structure, Value::Object(members)) if shape.members.is_empty() => Ok(Value::Object(members)),
        (Kind::Structure, Value::Object(mut members)) => {
            let mut kept = Map::new();
            for member in &shape.members {
                match members.remove(&member.name) {
                    None | Some(Value::Null) => {}
                    Some(value) => {
                        kept.insert(member.name.clone(), conform(service, model.member(member), value)?);
                    }
                }
            }
            Ok(Value::Object(kept))
        }
        (Kind::List, Value::Array(elements)) => elements.into_iter().map(element).collect(),
        (Kind::Map, Value::Object(entries)) => entries
            .into_iter()
            .map(|(key, value)| Ok((key, element(value)?)))
            .collect::<Result<Map<_, _>, AwsError>>()
            .map(Value::Object),
        (kind, value) if is(kind, &value) => Ok(value),
        (kind, value) => Err(wrong_type(service, kind, &value)),
    }
}

/// Reads a text from a path, a query, a header or a form.
///
/// # Errors
/// When the member is a number or a boolean and the text is not.
pub(super) fn from_text(service: Service, name: &str, shape: &Shape, text: &str) -> Result<Value, AwsError> {
    let value = match shape.kind {
        Kind::Integer | Kind::Long => text.parse::<i64>().ok().map(Value::from),
        Kind::Double | Kind::Float => text.parse::<f64>().ok().map(Value::from),
        Kind::Boolean => text.parse::<bool>().ok().map(Value::from),
        _ => Some(Value::from(text)),
    };
    value.ok_or_else(|| match service {
        Service::Iam | Service::Sts => {
            AwsError::new(400, "MalformedInput", format!("Invalid value for {name}: {text}"))
        }
        _ => wrong_type(service, shape.kind, &Value::from(text)),
    })
}

fn is(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::String | Kind::Blob => value.is_string(),
        Kind::Integer | Kind::Long => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        Kind::Double | Kind::Float => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Timestamp => value.is_number() || value.is_string(),
        Kind::Structure | Kind::List | Kind::Map => false,
    }
}

/// API Gateway names the Java class of what it read, the other services the JSON token.
fn wrong_type(service: Service, kind: Kind, value: &Value) -> AwsError {
    let message = if service == Service::ApiGateway {
        let class = match value {
            Value::Null => "java.lang.Object",
            Value::Bool(_) => "java.lang.Boolean",
            Value::Number(_) => "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
            Value::String(_) => "java.lang.String",
            Value::Array(_) => "java.util.ArrayList",
            Value::Object(_) => "java.util.LinkedHashMap",
        };
        format!("class {class} can not be converted to an {}", kind.name())
    } else {
        let token = match value {
            Value::Null => "NULL_VALUE",
            Value::Bool(true) => "TRUE_VALUE",
            Value::Bool(false) => "FALSE_VALUE",
            Value::Number(_) => "NUMBER_VALUE",
            Value::String(_) => "STRING_VALUE",
            Value::Array(_) => "START_ARRAY",
            Value::Object(_) => "START_OBJECT",
        };
        let article = if matches!(kind, Kind::Integer) { "an" } else { "a" };
        format!("{token} can not be converted to {article} {}", kind.name())
    };
    AwsError::new(400, "SerializationException", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn conformed(service: Service, operation: &str, value: Value) -> Result<Value, String> {
        let model = Model::of(service);
        let shape = model.input(&model.operations[operation]).unwrap();
        conform(service, shape, value).map_err(|error| format!("{} {}: {}", error.status, error.code, error.message))
    }

    #[test]
    fn unknown_members_and_nulls_are_absent() {
        let input = json!({ "PoolName": "p", "Surprise": 1, "Policies": null, "LambdaConfig": { "Odd": {} } });
        let read = conformed(Service::Cognito, "CreateUserPool", input).unwrap();
        assert_eq!(read, json!({ "PoolName": "p", "LambdaConfig": {} }));
    }

    #[test]
    fn another_type_is_a_serialization_error_in_the_words_of_the_service() {
        let table = [
            (
                Service::Cognito,
                "CreateUserPool",
                json!({ "PoolName": 1 }),
                "NUMBER_VALUE can not be converted to a String",
            ),
            (
                Service::Lambda,
                "CreateFunction",
                json!({ "Timeout": "3" }),
                "STRING_VALUE can not be converted to an Integer",
            ),
            (
                Service::Lambda,
                "CreateFunction",
                json!({ "Timeout": 1.5 }),
                "NUMBER_VALUE can not be converted to an Integer",
            ),
            (Service::Lambda, "CreateFunction", json!({ "Tags": [] }), "START_ARRAY can not be converted to a Map"),
            (
                Service::ApiGateway,
                "PutIntegration",
                json!({ "requestParameters": { "integration.request.header.x": true } }),
                "class java.lang.Boolean can not be converted to an String",
            ),
            (
                Service::ApiGateway,
                "PutIntegrationResponse",
                json!({ "responseTemplates": { "application/json": 1 } }),
                "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String",
            ),
        ];
        for (service, operation, input, message) in table {
            let error = conformed(service, operation, input).unwrap_err();
            assert_eq!(error, format!("400 SerializationException: {message}"));
        }
    }
}
