//! The user pool, the client, the API and CORS beyond their shape.

use insta::assert_snapshot;

use super::harness::Folder;

#[test]
fn pool_and_client_allow_users_to_sign_in() {
    let mut reported = vec![
        Folder::with_section(r#""userPool": { "accountRecovery": ["admin_only", "verified_email"] }"#).problems(),
        Folder::with_section(r#""userPool": { "accountRecovery": ["verified_email", "verified_email"] }"#).problems(),
        Folder::with_section(r#""userPool": { "accountRecovery": [] }"#).problems(),
        Folder::with_section(r#""userPool": { "selfSignUp": true }"#).problems(),
    ];
    let confirmed = r#""userPool": { "selfSignUp": true, "autoVerifiedAttributes": ["email"] }"#;
    assert_eq!(Folder::with_section(confirmed).problems(), "");
    reported.push(Folder::with_section(r#""userPool": { "autoVerifiedAttributes": ["phone_number"] }"#).problems());
    reported.push(Folder::with_section(r#""client": { "explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] }"#).problems());
    reported.push(Folder::with_section(r#""client": { "explicitAuthFlows": [] }"#).problems());
    let folder = Folder::with_section(r#""userPool": { "passwordPolicy": { "temporaryPasswordValidityDays": 0 } }"#);
    assert_eq!(folder.problems(), "");
    reported.push(
        Folder::with_section(r#""userPool": { "passwordPolicy": { "temporaryPasswordValidityDays": 366 } }"#)
            .problems(),
    );
    assert_snapshot!(reported.join("\n"), @r#"
    error: config.json:5:37: userPool.accountRecovery[0]: `admin_only` cannot be combined with other recovery methods
      Cognito takes it alone, or one or two of the others
    error: config.json:5:55: userPool.accountRecovery[1]: duplicate `verified_email` in the list
    error: config.json:5:36: userPool.accountRecovery: the list is empty
    hint: name at least one, or leave the key out
    warning: config.json:5:31: userPool.selfSignUp: users who sign up must be confirmed by an administrator, because no code is sent
    hint: add `"autoVerifiedAttributes": ["email"]`
    warning: config.json:5:44: userPool.autoVerifiedAttributes[0]: no code is sent to phones: that needs an SMS configuration, which stackctl does not make
    warning: config.json:5:36: client.explicitAuthFlows: `stackctl user` cannot sign in without `ALLOW_ADMIN_USER_PASSWORD_AUTH`
    hint: add it, unless no user signs in that way
    warning: config.json:5:36: client.explicitAuthFlows: tokens cannot be refreshed without `ALLOW_REFRESH_TOKEN_AUTH`
      Cognito does not add it to a list of one's own
    hint: add it, unless users are to sign in again each time
    error: config.json:5:36: client.explicitAuthFlows: the list is empty
    hint: name at least one, or leave the key out
    error: config.json:5:70: userPool.passwordPolicy.temporaryPasswordValidityDays: 366 is out of range
      allowed are 0 to 365
    "#);
}

#[test]
fn the_api_has_settings_that_aws_accepts() {
    let mut reported = Vec::new();
    assert_eq!(Folder::with_section(r#""api": { "accessLogs": {} }"#).problems(), "");
    reported.push(Folder::with_section(r#""api": { "accessLogs": { "retentionDays": 31 } }"#).problems());
    reported.push(Folder::with_section(r#""api": { "throttle": { "rate": 0, "burst": 0 } }"#).problems());
    reported.push(Folder::with_section(r#""api": { "throttle": { "rate": 20000.5 } }"#).problems());
    let folder =
        Folder::with_section(r#""api": { "binaryMediaTypes": ["image/*", "*/*", "application/vnd.x+zip", "png"] }"#);
    reported.push(folder.problems());
    reported.push(
        Folder::with(
            r#"{
  "deployment": { "serviceName": "shop", "region": "eu-west-1" },
  "functions": { "hello": { "source": "lambdas/test", "handler": "test.handler", "runtime": "python3.13" } },
  "routes": { "OPTIONS /hello": { "function": "hello", "auth": "none" } },
  "cors": { "allowedOrigins": ["https://example.com"] }
}"#,
        )
        .problems(),
    );
    assert_snapshot!(reported.join("\n"), @r#"
    error: config.json:5:45: api.accessLogs.retentionDays: CloudWatch Logs does not keep lines for 31 days
      allowed are: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
    hint: the next longer one is 60
    error: config.json:5:34: api.throttle.rate: a rate of 0 lets nothing through
      it must be above 0
    error: config.json:5:46: api.throttle.burst: 0 is out of range
      allowed are 1 to 2147483647
    error: config.json:5:24: api.throttle: the key `burst` is missing
      burst: Requests in a burst, at least 1
    warning: config.json:5:34: api.throttle.rate: a rate of 20000.5 is beyond what the account takes in all
      that is 10000 per second until the quota is raised
    error: config.json:5:76: api.binaryMediaTypes[3]: `png` is not a media type
      a media type is written like `image/png` or `image/*`
    warning: config.json:4:15: routes."OPTIONS /hello": the function responds to the preflights of `/hello`, and `cors` does not
    hint: remove the route to let API Gateway respond to them
    "#);
}

#[test]
fn origins_are_written_as_browsers_send_them() {
    let problems =
        |origins: &str| Folder::with_section(&format!(r#""cors": {{ "allowedOrigins": [{origins}] }}"#)).problems();
    for (origin, guess) in [
        ("example.com", "https://example.com"),
        ("https://example.com/", "https://example.com"),
        ("https://Example.com", "https://example.com"),
        ("https://a b", ""),
        ("https://", ""),
        ("capacitor://localhost/", "capacitor://localhost"),
        ("App://x", "app://x"),
    ] {
        let expected = format!(
            "error: config.json:5:32: cors.allowedOrigins[0]: `{origin}` is not an origin\n  \
             an origin is a scheme, a host and perhaps a port, such as `https://example.com`, `http://localhost:3000` or \
             `capacitor://localhost`, or is `*`"
        );
        let hint = if guess.is_empty() { String::new() } else { format!("\nhint: did you mean `{guess}`?") };
        assert_eq!(problems(&format!("\"{origin}\"")), expected + &hint);
    }
    for good in [r#""https://example.com:8443""#, r#""http://localhost:3000""#, r#""*""#] {
        assert_eq!(problems(good), "");
    }
    let reported =
        [r#""https://example.com:443", "http://localhost:80""#, r#""https://a.example", "*""#, ""].map(problems);
    assert_snapshot!(reported.join("\n"), @"
    error: config.json:5:32: cors.allowedOrigins[0]: browsers leave `:443` out of the origin `https://example.com:443`
    hint: did you mean `https://example.com`?
    error: config.json:5:59: cors.allowedOrigins[1]: browsers leave `:80` out of the origin `http://localhost:80`
    hint: did you mean `http://localhost`?
    error: config.json:5:53: cors.allowedOrigins[1]: `*` cannot be combined with other origins
      it allows all of them, alone
    error: config.json:5:31: cors.allowedOrigins: the list is empty
    hint: name at least one, or leave the key out
    ");
}

#[test]
fn an_origin_pattern_has_one_star_in_the_first_label_below_a_domain() {
    let problems =
        |origin: &str| Folder::with_section(&format!(r#""cors": {{ "allowedOrigins": ["{origin}"] }}"#)).problems();
    for good in ["https://*.preview.example.com", "http://*.localhost:3000", "https://my-app-*.vercel.app"] {
        assert_eq!(problems(good), "");
    }
    for pattern in [
        "https://app.*.example.com",
        "https://*.com",
        "https://*",
        "https://*.*.example.com",
        "capacitor://*.example.com",
        "https://*.Example.com",
        "https://*.example.com/",
        "https://*.example.com:*",
    ] {
        let expected = format!(
            "error: config.json:5:32: cors.allowedOrigins[0]: `{pattern}` is not a pattern of origins\n  \
             `*` may appear once, in the first label of a host below a domain\n\
             hint: write it like `https://*.preview.example.com` or `https://my-app-*.vercel.app`"
        );
        assert_eq!(problems(pattern), expected);
    }
    assert_snapshot!(problems("https://*.vercel.app"), @"
    warning: config.json:5:32: cors.allowedOrigins[0]: `https://*.vercel.app` allows the sites of all customers of vercel.app
    hint: name your part of it, such as `https://my-app-*.vercel.app`
    ");
}

#[test]
fn origins_of_apps_and_extensions_have_their_own_schemes() {
    let folder = Folder::with_section(
        r#""cors": { "allowedOrigins": [
    "capacitor://localhost", "ionic://localhost", "tauri://localhost", "file://", "https://my_app.example.com",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "moz-extension://0b5c8b6e-1c7e-4f0e-9d0e-000000000000"
  ] }"#,
    );
    assert_eq!(folder.problems(), "");
}

#[test]
fn the_origin_of_every_sandbox_is_a_warning() {
    assert_snapshot!(Folder::with_section(r#""cors": { "allowedOrigins": ["null"] }"#).problems(), @"
    warning: config.json:5:32: cors.allowedOrigins[0]: every local file and every sandboxed frame has the origin `null`
    hint: name the origins of your own pages, unless any page may call the API
    ");
}

#[test]
fn credentials_require_explicit_names() {
    let folder = Folder::with_section(
        r#""cors": {
    "allowCredentials": true,
    "allowedOrigins": ["*"],
    "allowedHeaders": ["X-One", "*"],
    "allowedMethods": ["*"],
    "exposedHeaders": ["*", "X Two"]
  }"#,
    );
    assert_snapshot!(folder.problems(), @r"
    error: config.json:7:24: cors.allowedOrigins[0]: `*` does not go with `allowCredentials`
      browsers reject `*` in a response to a request with credentials
    hint: name the origins
    error: config.json:8:33: cors.allowedHeaders[1]: `*` does not go with `allowCredentials`
      with credentials, browsers take `*` for the name of a header
    hint: name the headers
    error: config.json:9:24: cors.allowedMethods[0]: `*` does not go with `allowCredentials`
      with credentials, browsers take `*` for the name of a method
    hint: name the methods
    error: config.json:10:24: cors.exposedHeaders[0]: `*` does not go with `allowCredentials`
      with credentials, browsers take `*` for the name of a header
    hint: name the headers
    error: config.json:10:29: cors.exposedHeaders[1]: `X Two` is not a header's name
    ");
    let without = r#""cors": { "allowCredentials": false, "allowedOrigins": ["*"], "exposedHeaders": ["*"] }"#;
    assert_eq!(Folder::with_section(without).problems(), "");
    let null = Folder::with_section(r#""cors": { "allowCredentials": true, "allowedOrigins": ["null"] }"#).problems();
    assert!(
        null.contains(
            "error: config.json:5:58: cors.allowedOrigins[0]: `null` does not go with `allowCredentials`\n  every page can \
             send requests with this origin, from a sandboxed frame\nhint: name the origins"
        ),
        "{null}"
    );
    let pattern = r#""cors": { "allowCredentials": true, "allowedOrigins": ["https://*.example.com"] }"#;
    assert_eq!(Folder::with_section(pattern).problems(), "");
}

#[test]
fn headers_and_methods_of_cors_are_names() {
    let folder = Folder::with_section(
        r#""cors": {
    "allowedOrigins": ["*"],
    "allowedHeaders": ["*", "X-Api-Key", "Content Type"],
    "allowedMethods": ["*", "GET", "post", "ANY"]
  }"#,
    );
    assert_snapshot!(folder.problems(), @"
    error: config.json:7:42: cors.allowedHeaders[2]: `Content Type` is not a header's name
    error: config.json:8:36: cors.allowedMethods[2]: `post` is not a method
      methods are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, or * for all of them
    hint: did you mean `POST`?
    error: config.json:8:44: cors.allowedMethods[3]: `ANY` is not a method
      methods are: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, or * for all of them
    ");
}
