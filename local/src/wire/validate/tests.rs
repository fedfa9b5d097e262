//! The words for violated constraints, and every constraint of the models.

use serde_json::json;

use super::*;

fn refused(service: Service, name: &str, input: &Value) -> String {
    let error = check(service, name, &Model::of(service).operations[name], input).unwrap_err();
    format!("{}: {}", error.code, error.message)
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of errors")]
fn violations_have_the_recorded_words_of_each_service() {
    let runtime = json!({ "FunctionName": "f", "Role": "arn:aws:iam::123456789012:role/r", "Code": {} });
    let function = |member: &str, value: Value| {
        let mut members = runtime.clone();
        members[member] = value;
        ("CreateFunction", members)
    };
    let patch = |words: [&str; 2]| {
        json!({
            "restApiId": "a", "resourceId": "b", "httpMethod": "GET", "statusCode": "wrong",
            "patchOperations": words.map(|word| json!({ "op": word, "path": "/x" })),
        })
    };
    let ops = "Member must satisfy enum value set: [add, remove, move, test, replace, copy]";
    let table = [
        (
            Service::Cognito,
            ("SignUp", json!({ "ClientId": "c", "Username": "u", "Password": " a" })),
            r"InvalidParameterException: 1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$".to_owned(),
        ),
        (
            Service::Lambda,
            function("Architectures", json!(["X86_64"])),
            "ValidationException: 1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]".to_owned(),
        ),
        (
            Service::Lambda,
            function("Architectures", json!(["x86_64", "arm64"])),
            "ValidationException: 1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1".to_owned(),
        ),
        (
            Service::Lambda,
            function("VpcConfig", json!({ "SubnetIds": ["!"] })),
            "ValidationException: 1 validation error detected: Value '[!]' at 'vpcConfig.subnetIds' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: subnet-[0-9a-z]*]".to_owned(),
        ),
        (
            Service::Lambda,
            function("Environment", json!({ "Variables": { "1": "secret" } })),
            "ValidationException: 1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]".to_owned(),
        ),
        (
            Service::Lambda,
            ("UpdateAlias", json!({ "FunctionName": "f", "Name": "n", "RoutingConfig": { "AdditionalVersionWeights": { "2": 2 } } })),
            "ValidationException: 1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]".to_owned(),
        ),
        (
            Service::ApiGateway,
            ("CreateRestApi", json!({ "name": "n", "endpointConfiguration": { "types": ["wrong"], "ipAddressType": "wrong" } })),
            "ValidationException: 2 validation errors detected: Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]; Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]".to_owned(),
        ),
        (
            Service::ApiGateway,
            ("UpdateMethodResponse", patch(["wrong_op", "add"])),
            format!("ValidationException: 2 validation errors detected: Value 'wrong_op' at 'updateMethodResponseInput.patchOperations.1.member.op' failed to satisfy constraint: {ops}; Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d"),
        ),
        (
            Service::Logs,
            ("CreateLogGroup", json!({ "logGroupName": "x".repeat(513) })),
            "InvalidParameterException: Invalid LogGroup or LogStream, both must have length less than or equal to 512.".to_owned(),
        ),
        (
            Service::Iam,
            ("GetRole", json!({})),
            "ValidationError: 1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null".to_owned(),
        ),
    ];
    for (service, (name, input), message) in table {
        assert_eq!(refused(service, name, &input), message);
    }
}

#[test]
fn the_values_of_an_enum_have_the_recorded_order() {
    let orders = [
        "REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, \
         BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, \
         UNAUTHORIZED, INTEGRATION_TIMEOUT, ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, \
         THROTTLED, API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN",
        "HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS",
    ];
    let put = |members: Value| refused(Service::ApiGateway, "PutIntegration", &members);
    let model = Model::of(Service::ApiGateway);
    let response = model.input(&model.operations["PutGatewayResponse"]).unwrap().find("responseType").unwrap();
    assert_eq!(one_of(&model.member(response).words), format!("Member must satisfy enum value set: [{}]", orders[0]));
    let members = json!({ "restApiId": "a", "resourceId": "b", "httpMethod": "GET", "type": "HTTPS_PROXY" });
    assert!(put(members).ends_with(&format!("[{}]", orders[1])));
}

/// One violation: the members of a call that have it, and what its message says.
struct Trial {
    input: Value,
    says: String,
}

/// Every violation of the members of a shape, down to a depth at which recursive shapes end.
fn trials(model: &'static Model, shape: &Shape, path: &str, depth: usize) -> Vec<Trial> {
    let mut found = Vec::new();
    for member in &shape.members {
        let name = lower_first(&member.name);
        let path = if path.is_empty() { name } else { format!("{path}.{name}") };
        let wrap = |value: Value| json!({ &member.name: value });
        if shape.requires(member) && shape.payload.as_ref() != Some(&member.name) {
            found.push(Trial { input: json!({}), says: violation(" null", &path, "Member must not be null") });
        }
        let of = model.member(member);
        for (value, rule) in wrong_values(of) {
            found.push(Trial { says: format!("at '{path}' failed to satisfy constraint: {rule}"), input: wrap(value) });
        }
        let Some(inner) = model.element(of) else {
            let deeper = if depth < 4 { trials(model, of, &path, depth + 1) } else { Vec::new() };
            found.extend(deeper.into_iter().map(|it| Trial { input: wrap(it.input), says: it.says }));
            continue;
        };
        let place = if of.kind == Kind::Map { "key" } else { "1" };
        let one = |value: Value| if of.kind == Kind::Map { json!({ "key": value }) } else { json!([value]) };
        if inner.kind == Kind::Structure && depth < 4 {
            let deeper = trials(model, inner, &format!("{path}.{place}.member"), depth + 1);
            found.extend(deeper.into_iter().map(|it| Trial { input: wrap(one(it.input)), says: it.says }));
        }
        for (value, rule) in wrong_values(inner) {
            found.push(Trial { input: wrap(one(value)), says: rule });
        }
    }
    found
}

/// A value for each constraint of a shape that violates it, and the words for it.
fn wrong_values(shape: &Shape) -> Vec<(Value, String)> {
    let mut found = Vec::new();
    let long = 1000.0;
    match shape.kind {
        Kind::String if !shape.words.is_empty() => {
            found.push((json!("no such word"), "Member must satisfy enum value set: [".to_owned()));
        }
        Kind::String => {
            if shape.min.is_some_and(|least| least > 0.0) {
                found.push((json!(""), at_least(shape, shape.min.unwrap())));
            }
            if let Some(most) = shape.max.filter(|most| *most < long) {
                found.push((json!("a".repeat(format!("{most}").parse::<usize>().unwrap() + 1)), at_most(shape, most)));
            }
            if let Some(pattern) = &shape.pattern {
                let strange = ["\u{0}", " ", "!", "é", "—"].into_iter().find(|text| !pattern.matches(text));
                found.extend(strange.map(|text| (json!(text), matching(&pattern.text))));
            }
        }
        Kind::Integer | Kind::Long => {
            found.extend(shape.min.map(|least| (json!(least - 1.0), at_least(shape, least))));
            found.extend(shape.max.map(|most| (json!(most + 1.0), at_most(shape, most))));
        }
        Kind::List => {
            if let Some(most) = shape.max.filter(|most| *most < long) {
                let many = vec![json!("a"); format!("{most}").parse::<usize>().unwrap() + 1];
                found.push((json!(many), at_most(shape, most)));
            }
        }
        _ => {}
    }
    found
}

#[test]
fn every_constraint_of_every_imitated_operation_is_held() {
    let mut tried = 0;
    for service in Service::ALL.into_iter().filter(|service| *service != Service::S3) {
        let model = Model::of(service);
        for (name, operation) in &model.operations {
            let Some(shape) = model.input(operation) else { continue };
            for Trial { input, says } in trials(model, shape, "", 0) {
                let own_words = service == Service::Lambda && says.contains("'runtime'");
                if own_words {
                    continue;
                }
                let message = refused(service, name, &input);
                // API Gateway puts the structure's name before a path; some services word one constraint anew.
                let says = says.split_once("' failed").map_or(says.as_str(), |(_, rest)| rest);
                let reworded = message.contains("The specified value for") || message.contains("Invalid LogGroup");
                assert!(message.contains(says) || reworded, "{name} {input}: {says}\n{message}");
                tried += 1;
            }
        }
    }
    assert!(tried > 1500, "{tried}");
}
