//! Functions: names, folders, handlers, limits, environment.

use insta::assert_snapshot;

use super::harness::Folder;

const MEMBERS: &str = r#""source": "lambdas/test", "handler": "test.handler", "runtime": "python3.13""#;

fn named(name: &str) -> Folder {
    Folder::with(&format!(
        r#"{{
  "deployment": {{ "serviceName": "shop", "region": "eu-west-1" }},
  "functions": {{ "{name}": {{ {MEMBERS} }} }},
  "routes": {{}}
}}"#
    ))
}

#[test]
fn a_function_name_is_one_that_lambda_and_iam_accept() {
    let mut reported = Vec::new();
    assert_eq!(named(&"f".repeat(55)).problems(), "");
    reported.push(named(&"f".repeat(56)).problems());
    reported.push(named(&"f".repeat(55)).stage("prod").problems());
    reported.push(
        Folder::with(&format!(
            r#"{{
  "deployment": {{ "serviceName": "shop", "region": "eu-west-1" }},
  "functions": {{
    "hello": {{ {MEMBERS} }},
    "Hello": {{ {MEMBERS} }}
  }},
  "routes": {{}}
}}"#
        ))
        .problems(),
    );
    reported.push(named("say hello").problems());
    assert_snapshot!(reported.join("\n"), @r#"
    error: config.json:3:18: functions.ffffffffffffffffffffffffffffffffffffffffffffffffffffffff: the function's name `shop-dev-ffffffffffffffffffffffffffffffffffffffffffffffffffffffff` has 65 characters
      Lambda and IAM take 64; it is `<serviceName>-<stage>-<function>`
    hint: shorten one of the three by 1
    error: config.json:3:18: functions.fffffffffffffffffffffffffffffffffffffffffffffffffffffff: the function's name `shop-prod-fffffffffffffffffffffffffffffffffffffffffffffffffffffff` has 65 characters
      Lambda and IAM take 64; it is `<serviceName>-<stage>-<function>`
    hint: shorten one of the three by 1
    error: config.json:5:5: functions.Hello: `Hello` and `hello` differ only in case
      the names of their roles would be the same to IAM
    error: config.json:3:18: functions."say hello": `say hello` is not a function name
      a function name has letters, digits, hyphens and underscores
    "#);
}

#[test]
fn the_source_of_a_function_is_a_folder_with_its_code() {
    let mut reported = Vec::new();
    let folder =
        Folder::with_function_of(r#""source": "lambdas/tset", "handler": "test.handler", "runtime": "python3.13""#);
    reported.push(folder.problems());
    reported.push(
        Folder::with_function_of(r#""source": "src", "handler": "test.handler", "runtime": "python3.13""#).problems(),
    );
    reported.push(
        Folder::with_function_of(
            r#""source": "lambdas/test/test.py", "handler": "test.handler", "runtime": "python3.13""#,
        )
        .problems(),
    );
    let folder =
        Folder::with_function_of(r#""source": "lambdas/test", "handler": "test.handle", "runtime": "python3.13""#);
    reported.push(folder.problems());
    let folder = || Folder::with_function_of(r#""source": "rust", "handler": "x", "runtime": "provided.al2023""#);
    reported.push(folder().write("rust/main.rs", "").problems());
    assert_eq!(folder().write("rust/bootstrap", "").problems(), "");
    assert_snapshot!(reported.join("\n"), @r"
    error: config.json:4:17: functions.hello.source: folder `lambdas/tset` not found
      the path starts from the folder of this file
    hint: did you mean `lambdas/test`?
    error: config.json:4:17: functions.hello.source: folder `src` not found
      the path starts from the folder of this file
    error: config.json:4:17: functions.hello.source: `lambdas/test/test.py` is a file
      a function's source is the folder that becomes its package
    warning: config.json:4:44: functions.hello.handler: the name `handle` does not occur in `test.py`
    hint: did you mean `handler`?
    error: config.json:4:52: functions.hello.runtime: file `bootstrap` not found in `rust`
      the runtime runs this file, regardless of the handler
    hint: build the program for Linux and put it there under this name
    ");
}

#[test]
fn the_file_of_a_handler_is_in_the_folder() {
    let mut reported = Vec::new();
    let handler = |handler: &str| {
        let members = format!(r#""source": "lambdas/test", "runtime": "python3.13", "handler": "{handler}""#);
        Folder::with_function_of(&members)
            .write("lambdas/test/app/main.py", "def handler(): pass")
            .write("lambdas/test/pack/__init__.py", "from .inner import *")
    };
    reported.push(handler("tset.handler").problems());
    reported.push(handler("app/mian.handler").problems());
    reported.push(handler("handler").problems());
    for good in ["test.handler", "app/main.handler", "app.main.handler", "pack.anything"] {
        assert_eq!(handler(good).problems(), "");
    }
    let handler = |handler: &str| {
        let members = format!(r#""source": "web", "runtime": "nodejs24.x", "handler": "{handler}""#);
        Folder::with_function_of(&members)
            .write("web/index.mjs", "export const handler = 1")
            .write("web/a/b.cjs", "exports.handler = 1")
            .write("web/old.js", "exports.handler = 1")
    };
    for good in ["index.handler", "a/b.handler", "old.handler", "index.inner.handler"] {
        assert_eq!(handler(good).problems(), "");
    }
    reported.push(handler("idnex.handler").problems());
    reported.push(handler("index").problems());
    assert_snapshot!(reported.join("\n"), @r"
    error: config.json:4:69: functions.hello.handler: file `tset.py` not found in `lambdas/test`
      existing files: test.py
    hint: did you mean `test.py`?
    error: config.json:4:69: functions.hello.handler: file `app/mian.py` not found in `lambdas/test`
      files beside it would be: main.py
    hint: did you mean `main.py`?
    error: config.json:4:69: functions.hello.handler: `handler` names no function
      a handler is written `file.function`
    error: config.json:4:60: functions.hello.handler: file `idnex.js` not found in `web`
      existing files: index.mjs, old.js
    hint: did you mean `index.mjs`?
    error: config.json:4:60: functions.hello.handler: `index` names no function
      a handler is written `file.function`
    ");
}

#[test]
fn function_settings_keep_to_the_limits_of_lambda() {
    let mut reported = Vec::new();
    let handler = |handler: &str| {
        Folder::with_function_of(&format!(r#""source": "lambdas/test", "runtime": "java25", "handler": "{handler}""#))
            .problems()
    };
    reported.push(handler("a b"));
    reported.push(handler(""));
    reported.push(handler(&"h".repeat(129)));
    assert_eq!(handler(&"h".repeat(128)), "");
    reported.push(Folder::with_function(r#""timeout": 1801, "memory": 127"#).problems());
    reported.push(Folder::with_function(r#""timeout": 0, "memory": 10241"#).problems());
    let description = format!(r#""description": "{}""#, "d".repeat(257));
    reported.push(Folder::with_function(&description).problems());
    reported.push(Folder::with_function(r#""logRetentionDays": 10"#).problems());
    reported.push(Folder::with_function(r#""logRetentionDays": 4000"#).problems());
    assert_snapshot!(reported.join("\n"), @r"
    error: config.json:4:65: functions.hello.handler: Lambda rejects ` ` in the handler
      allowed are all characters but spaces
    error: config.json:4:65: functions.hello.handler: the handler is empty
      Lambda takes 1 to 128 characters
    error: config.json:4:65: functions.hello.handler: the handler has 129 characters
      Lambda takes 128
    error: config.json:5:18: functions.hello.timeout: 1801 is out of range
      allowed are 1 to 1800
    error: config.json:5:34: functions.hello.memory: 127 is out of range
      allowed are 128 to 10240
    error: config.json:5:18: functions.hello.timeout: 0 is out of range
      allowed are 1 to 1800
    error: config.json:5:31: functions.hello.memory: 10241 is out of range
      allowed are 128 to 10240
    error: config.json:5:22: functions.hello.description: the description has 257 characters
      Lambda takes 256
    error: config.json:5:27: functions.hello.logRetentionDays: CloudWatch Logs does not keep lines for 10 days
      allowed are: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
    hint: the next longer one is 14
    error: config.json:5:27: functions.hello.logRetentionDays: CloudWatch Logs does not keep lines for 4000 days
      allowed are: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
    ");
}

#[test]
fn a_timeout_beyond_that_of_api_gateway_is_a_warning_for_a_function_with_a_route() {
    assert_snapshot!(Folder::with_function(r#""timeout": 1800"#).problems(), @"
    warning: config.json:5:18: functions.hello.timeout: the function may run for 1800 s, but API Gateway returns 504 after 29
      the route `GET /hello` calls it
    ");
    assert_snapshot!(Folder::with_function(r#""timeout": 60"#).problems(), @"
    warning: config.json:5:18: functions.hello.timeout: the function may run for 60 s, but API Gateway returns 504 after 29
      the route `GET /hello` calls it
    ");
    let unrouted = Folder::with(&format!(
        r#"{{
  "deployment": {{ "serviceName": "shop", "region": "eu-west-1" }},
  "functions": {{ "hello": {{ {MEMBERS}, "timeout": 60 }} }},
  "routes": {{}}
}}"#
    ));
    assert_eq!(unrouted.problems(), "");
}

#[test]
fn environment_variables_keep_to_the_names_of_lambda() {
    let folder = Folder::with_function(
        r#""environment": {
        "AWS_REGION": "x",
        "_HANDLER": "x",
        "1ST": "x",
        "X": "x",
        "MY-NAME": "x",
        "PATH": "x",
        "AWS_XRAY_CONTEXT_MISSING": "x"
      }"#,
    );
    assert_snapshot!(folder.problems(), @"
    error: config.json:6:9: functions.hello.environment.AWS_REGION: Lambda sets this variable itself and does not allow it here
    hint: choose another name
    error: config.json:7:9: functions.hello.environment._HANDLER: Lambda sets this variable itself and does not allow it here
    hint: choose another name
    error: config.json:8:9: functions.hello.environment.1ST: Lambda does not allow this variable name
      a name consists of two or more letters, digits and underscores, and starts with a letter
    error: config.json:9:9: functions.hello.environment.X: Lambda does not allow this variable name
      a name consists of two or more letters, digits and underscores, and starts with a letter
    error: config.json:10:9: functions.hello.environment.MY-NAME: Lambda does not allow this variable name
      a name consists of two or more letters, digits and underscores, and starts with a letter
    ");
}

#[test]
fn the_environment_is_limited_to_four_kilobytes_as_json_and_no_value_is_shown() {
    let problems = |variables: &str| Folder::with_function(&format!(r#""environment": {{ {variables} }}"#)).problems();
    let one = |size: usize| format!(r#""SECRET": "{}""#, "s".repeat(size));
    assert_eq!(problems(&one(4083)), "");
    assert_snapshot!(problems(&one(4084)), @r#"
    error: config.json:5:22: functions.hello.environment: the variables have 4097 bytes
      Lambda takes 4096, measured on their JSON text: {"NAME":"value",…}
    hint: put what is large into a file of the package
    "#);
    // Names and values are 3,990 bytes, and JSON adds six for each variable.
    let thirty: Vec<_> = (10..40).map(|at| format!(r#""NAME_{at}": "{}""#, "s".repeat(126))).collect();
    assert_snapshot!(problems(&thirty.join(", ")), @r#"
    error: config.json:5:22: functions.hello.environment: the variables have 4171 bytes
      Lambda takes 4096, measured on their JSON text: {"NAME":"value",…}
    hint: put what is large into a file of the package
    "#);
    // An escaped quote has two bytes; a letter has as many as in UTF-8.
    assert_eq!(problems(&format!(r#""SECRET": "{}""#, r#"\""#.repeat(2041))), "");
    assert_snapshot!(problems(&format!(r#""SECRET": "ü{}""#, r#"\""#.repeat(2041))), @r#"
    error: config.json:5:22: functions.hello.environment: the variables have 4097 bytes
      Lambda takes 4096, measured on their JSON text: {"NAME":"value",…}
    hint: put what is large into a file of the package
    "#);
}

#[test]
fn a_problem_of_a_folder_is_reported_once_for_all_its_functions() {
    let function = r#"{ "source": "lambdas/nowhere", "handler": "test.handler", "runtime": "python3.13" }"#;
    let misnamed = r#"{ "source": "lambdas/test", "handler": "tset.handler", "runtime": "python3.13" }"#;
    let folder = Folder::with(&format!(
        r#"{{
  "deployment": {{ "serviceName": "shop", "region": "eu-west-1" }},
  "functions": {{
    "a": {function},
    "b": {misnamed},
    "c": {function},
    "d": {misnamed},
    "e": {function}
  }},
  "routes": {{}}
}}"#
    ));
    assert_snapshot!(folder.problems(), @r"
    error: config.json:4:22: functions.a.source: folder `lambdas/nowhere` not found
      the path starts from the folder of this file
      the same applies to c, e
    error: config.json:5:49: functions.b.handler: file `tset.py` not found in `lambdas/test`
      existing files: test.py
      the same applies to d
    hint: did you mean `test.py`?
    ");
}
