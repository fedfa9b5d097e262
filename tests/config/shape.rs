//! Errors in the shape of a file: JSON syntax, keys, types, allowed values, ranges.

use insta::assert_snapshot;

use super::harness::Folder;

#[test]
fn all_problems_of_a_file_are_reported_at_once_in_file_order() {
    let folder = Folder::with(
        r#"{
  "deployment": { "servicename": "shop", "region": "eu-west-1" },
  "userPool": { "mfa": "on", "passwordPolicy": { "minimumLength": 5 } },
  "functions": {
    "hello": { "source": "lambdas/test", "handler": "test.handler", "runtime": "python3.13", "timeout": "29" },
    "report": { "source": "lambdas/tset", "runtime": "python3.13" }
  },
  "routes": {
    "GET /hello": { "function": "helo" },
    "get /report": { "function": "report", "auth": "None" }
  },
  "cors": { "allowedOrigins": "*" }
}"#,
    );
    assert_snapshot!(folder.problems(), @r#"
    error: config.json:2:17: deployment: the key `serviceName` is missing
      serviceName: The prefix of every resource name
    error: config.json:2:19: deployment.servicename: unknown key
      keys here are: serviceName, region, stage, userPoolName, clientName, accountId, tags
    hint: did you mean `serviceName`?
    error: config.json:3:24: userPool.mfa: `on` is not allowed
      allowed are: OFF, OPTIONAL, ON
    hint: did you mean `ON`?
    error: config.json:3:67: userPool.passwordPolicy.minimumLength: 5 is out of range
      allowed are 6 to 99
    error: config.json:5:105: functions.hello.timeout: expected a whole number, found the string "29"
    hint: write 29 without quotes
    error: config.json:6:15: functions.report: the key `handler` is missing
      handler: The function that Lambda calls, such as `folder/file.function`
    error: config.json:6:27: functions.report.source: folder `lambdas/tset` not found
      the path starts from the folder of this file
    hint: did you mean `lambdas/test`?
    error: config.json:9:33: routes."GET /hello".function: no function is named `helo`
      functions are: hello, report
    hint: did you mean `hello`?
    error: config.json:10:5: routes."get /report": `get` is not a method
      methods are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY
    hint: did you mean `GET`?
    error: config.json:10:52: routes."get /report".auth: `None` is not allowed
      allowed are: none
    hint: did you mean `none`?
    error: config.json:12:31: cors.allowedOrigins: expected a list, found the string "*"
    hint: write ["*"]
    "#);
}

#[test]
fn a_file_that_is_not_a_config_is_rejected_at_the_first_error() {
    let reported = [
        Folder::empty().problems(),
        Folder::with("{\n  \"deployment\": {\n").problems(),
        Folder::with("{\n  \"deployment\" {} }").problems(),
        Folder::with("{ 'deployment': {} }").problems(),
        Folder::with("").problems(),
        Folder::with("[]").problems(),
        Folder::with("{}").problems(),
        Folder::with_routes(
            r#""GET /hello": { "function": "hello" },
    "GET /hello": { "function": "report" }"#,
        )
        .problems(),
        Folder::with_section(r#""userPool": { "usernameAttributes": ["email", "email"] }"#).problems(),
        Folder::with_section(r#""api": { "description": "grüße", "endpoint": "EDGE" }"#).problems(),
    ];
    assert_snapshot!(reported.join("\n"), @r#"
    error: config.json: file not found
    hint: `stackctl init` creates an example project; pass `--config` for another file
    error: config.json:2:17: not JSON: unterminated object
    error: config.json:2:16: not JSON: expected colon after the string or word in object property
    error: config.json:1:3: not JSON: single-quoted strings are not allowed
    error: config.json: the file is empty
    hint: `stackctl init` creates an example project
    error: config.json:1:1: expected an object, found a list
    error: config.json:1:1: the key `deployment` is missing
      deployment: The name and the place of the stack
    error: config.json:1:1: the key `functions` is missing
      functions: The Lambda functions, by a name of your choice
    error: config.json:1:1: the key `routes` is missing
      routes: The routes of the API: `"METHOD /path"` to the function behind it
    error: config.json:6:5: routes."GET /hello": duplicate key
      first defined on line 5
    hint: remove one of the two
    error: config.json:5:49: userPool.usernameAttributes[1]: duplicate `email` in the list
    error: config.json:5:36: api.endpoint: unknown key
      keys here are: description, endpointType, binaryMediaTypes, throttle, accessLogs
    "#);
}

#[test]
fn comments_and_trailing_commas_are_accepted() {
    let folder = Folder::with_section("// a reason\n  \"api\": { \"description\": \"shop\", }, /* another */");
    assert_eq!(folder.load().unwrap().config.api.description, "shop");
}

#[test]
fn an_unknown_key_is_reported_with_the_known_keys() {
    let folder = Folder::with_section(r#""client": { "secret": true, "generate_secret": true }"#);
    assert_snapshot!(folder.problems(), @"
    error: config.json:5:15: client.secret: unknown key
      keys here are: generateSecret, explicitAuthFlows, accessTokenValidityMinutes, idTokenValidityMinutes, refreshTokenValidityDays, preventUserExistenceErrors
    error: config.json:5:31: client.generate_secret: unknown key
      keys here are: generateSecret, explicitAuthFlows, accessTokenValidityMinutes, idTokenValidityMinutes, refreshTokenValidityDays, preventUserExistenceErrors
    hint: did you mean `generateSecret`?
    ");
}

#[test]
fn a_value_of_the_wrong_type_is_reported_with_the_right_one() {
    let folder = Folder::with_section(
        r#""userPool": { "selfSignUp": "true", "usernameAttributes": "email", "passwordPolicy": [] },
  "client": { "idTokenValidityMinutes": 7.5, "refreshTokenValidityDays": null },
  "api": { "description": 7, "throttle": { "rate": "10", "burst": -1 } }"#,
    );
    assert_snapshot!(folder.problems(), @r#"
    error: config.json:5:31: userPool.selfSignUp: expected true or false, found the string "true"
    hint: write true without quotes
    error: config.json:5:61: userPool.usernameAttributes: expected a list, found the string "email"
    hint: write ["email"]
    error: config.json:5:88: userPool.passwordPolicy: expected an object, found a list
    error: config.json:6:41: client.idTokenValidityMinutes: expected a whole number, found the number 7.5
    error: config.json:6:74: client.refreshTokenValidityDays: expected a whole number, found null
    hint: leave the key out for its default
    error: config.json:7:27: api.description: expected a string, found the number 7
    hint: write "7"
    error: config.json:7:52: api.throttle.rate: expected a number, found the string "10"
    hint: write 10 without quotes
    error: config.json:7:67: api.throttle.burst: -1 is out of range
      allowed are 1 to 2147483647
    "#);
}

#[test]
fn a_value_that_is_not_allowed_is_reported_with_the_allowed_values() {
    let folder = Folder::with_section(
        r#""userPool": { "mfa": "TOTP", "usernameAttributes": ["mail"], "accountRecovery": ["email"] },
  "api": { "endpointType": "regional" },
  "client": { "explicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] }"#,
    );
    assert_snapshot!(folder.problems(), @"
    error: config.json:5:24: userPool.mfa: `TOTP` is not allowed
      allowed are: OFF, OPTIONAL, ON
    error: config.json:5:55: userPool.usernameAttributes[0]: `mail` is not allowed
      allowed are: email, phone_number
    hint: did you mean `email`?
    error: config.json:5:84: userPool.accountRecovery[0]: `email` is not allowed
      allowed are: verified_email, verified_phone_number, admin_only
    error: config.json:6:28: api.endpointType: `regional` is not allowed
      allowed are: REGIONAL, EDGE
    hint: did you mean `REGIONAL`?
    error: config.json:7:37: client.explicitAuthFlows[0]: `ADMIN_NO_SRP_AUTH` is not allowed
      allowed are: ALLOW_ADMIN_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH, ALLOW_USER_SRP_AUTH, ALLOW_USER_PASSWORD_AUTH, ALLOW_CUSTOM_AUTH, ALLOW_USER_AUTH
    hint: the name is now `ALLOW_ADMIN_USER_PASSWORD_AUTH`
    ");
}

#[test]
fn a_number_out_of_range_is_reported_with_the_range() {
    let folder = Folder::with_section(
        r#""userPool": { "passwordPolicy": { "minimumLength": 100, "temporaryPasswordValidityDays": 0 } },
  "client": {
    "accessTokenValidityMinutes": 4,
    "idTokenValidityMinutes": 1441,
    "refreshTokenValidityDays": 3651
  },
  "cors": { "allowedOrigins": ["*"], "maxAgeSeconds": 86401 }"#,
    );
    assert_snapshot!(folder.problems(), @"
    error: config.json:5:54: userPool.passwordPolicy.minimumLength: 100 is out of range
      allowed are 6 to 99
    error: config.json:7:35: client.accessTokenValidityMinutes: 4 is out of range
      allowed are 5 to 1440
    error: config.json:8:31: client.idTokenValidityMinutes: 1441 is out of range
      allowed are 5 to 1440
    error: config.json:9:33: client.refreshTokenValidityDays: 3651 is out of range
      allowed are 1 to 3650
    error: config.json:11:55: cors.maxAgeSeconds: 86401 is out of range
      allowed are 0 to 86400
    ");
}

#[test]
fn problems_are_machine_readable_too() {
    let problems = Folder::with_routes(r#""GET /hello": { "function": "helo" }"#).load().unwrap_err();
    let mut data = serde_json::to_value(&problems).unwrap();
    data[0]["file"] = "config.json".into();
    assert_eq!(
        data,
        serde_json::json!([{
            "severity": "error",
            "file": "config.json",
            "line": 5,
            "column": 33,
            "path": "routes.\"GET /hello\".function",
            "message": "no function is named `helo`",
            "details": ["functions are: hello, report"],
            "hint": "did you mean `hello`?"
        }])
    );
}
