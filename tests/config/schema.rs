//! The schema for editors matches the types.

use std::path::Path;

#[test]
fn the_committed_schema_matches_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/config.schema.json");
    let generated = stackctl::config::schema_text();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed == generated, "the schema is stale: run `UPDATE_SCHEMA=1 cargo test schema` and commit it");
}

/// Visits every key of every object in the schema, with the object's name.
fn each_key(schema: &serde_json::Value, visit: &mut impl FnMut(String, &serde_json::Value)) {
    let objects = schema["definitions"].as_object().unwrap().iter().map(|(name, object)| (name.as_str(), object));
    for (name, object) in objects.chain([("Config", schema)]) {
        for (key, property) in object["properties"].as_object().into_iter().flatten() {
            visit(format!("{name}.{key}"), property);
        }
    }
}

#[test]
fn every_key_has_a_description_and_optional_keys_have_a_default_or_describe_it() {
    let schema = stackctl::config::schema();
    let mut without_default = Vec::new();
    each_key(&schema, &mut |name, property| {
        assert!(property["description"].is_string(), "{name} has no description");
        let (object, key) = name.split_once('.').unwrap();
        let object = if object == "Config" { &schema } else { &schema["definitions"][object] };
        let required = object["required"].as_array().is_some_and(|required| required.iter().any(|one| one == key));
        if !required && property.get("default").is_none() && !name.contains("Overlay.") {
            without_default.push(name);
        }
    });
    without_default.sort();
    assert_eq!(
        without_default,
        [
            "Api.accessLogs",
            "Api.throttle",
            "Check.as",
            "Check.body",
            "Check.bodyMatch",
            "Check.method",
            "Config.$schema",
            "Config.cors",
            "Config.stages",
            "Deployment.accountId",
            "Deployment.clientName",
            "Deployment.region",
            "Deployment.userPoolName",
            "Route.auth",
            "Route.check",
            "S3Location.key",
            "S3Location.owner",
            "S3Location.region",
            "StateLocation.s3",
            "Statement.Action",
            "Statement.Condition",
            "Statement.NotAction",
            "Statement.NotResource",
            "Statement.Resource",
            "Statement.Sid",
            "UserPool.caseSensitive",
        ]
    );
}

#[test]
fn a_stage_section_requires_nothing_and_has_no_defaults() {
    let schema = stackctl::config::schema();
    for (name, definition) in schema["definitions"].as_object().unwrap() {
        if name.ends_with("Overlay") {
            assert!(definition.get("required").is_none(), "{name}");
            assert!(!definition.to_string().contains("\"default\""), "{name}");
        }
    }
    let overlay = &schema["definitions"]["ConfigOverlay"]["properties"];
    assert!(overlay.get("functions").is_some() && overlay.get("stages").is_none());
    assert!(schema["definitions"]["DeploymentOverlay"]["properties"].get("stage").is_none());
}

#[test]
fn the_example_names_the_schema_that_is_written_beside_it() {
    let files = stackctl::config::example_files("myname1", None).unwrap();
    let text = |name: &str| files.iter().find(|(file, _)| *file == name).unwrap().1.as_str();
    let config: serde_json::Value = serde_json::from_str(text("config.json")).unwrap();
    let named = config["$schema"].as_str().unwrap().trim_start_matches("./");
    assert_eq!(text(named), stackctl::config::schema_text());
}
