//! `init` and `validate`.

use super::sandbox::Sandbox;

#[test]
fn init_writes_an_example_that_is_valid() {
    let sandbox = Sandbox::empty();
    insta::assert_snapshot!(sandbox.transcript("init notes --name notes --region eu-west-1"), @r"
    exit code 0
    --- stdout
    wrote notes/config.json
    wrote notes/schema/config.schema.json
    wrote notes/lambdas/test/test.py
    wrote notes/.gitignore
    --- stderr
    state/ records the ids of what you deploy and is not committed to git; a team keeps it in S3 (`state.s3` in the config)

    next:
      cd notes
      stackctl up --local    # deploy to the local emulator, without an account
    ");
    insta::assert_snapshot!(sandbox.transcript("validate -c notes/config.json"), @r"
    exit code 0
    --- stdout
    config.json is valid: 2 functions, 2 routes
    --- stderr
    ");
}

#[test]
fn init_never_writes_over_a_file() {
    let sandbox = Sandbox::empty();
    sandbox.write("lambdas/test/test.py", "mine");
    let before = sandbox.files();
    insta::assert_snapshot!(sandbox.transcript("init"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: files of the example exist already, so nothing was written
      lambdas/test/test.py exists
    hint: run `stackctl init DIR` to create the project in another folder
    ");
    assert_eq!(sandbox.files(), before);
}

#[test]
fn init_works_in_a_repository_and_adds_to_its_gitignore() {
    let sandbox = Sandbox::empty();
    sandbox.write(".gitignore", "node_modules\n/state/");
    assert_eq!(sandbox.run("init").code, 0);
    let ignored = std::fs::read_to_string(sandbox.path(".gitignore")).unwrap();
    assert_eq!(ignored, "node_modules\n/state/\n/.stackctl/\n__pycache__/\n");
}

#[test]
fn without_a_config_the_way_out_is_named() {
    insta::assert_snapshot!(Sandbox::empty().transcript("validate"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: config.json: there is no such file
    hint: `stackctl init` writes an example into an empty folder; `--config` names another file
    ");
}

#[test]
fn every_problem_is_told_with_its_place_and_its_way_out() {
    let sandbox = Sandbox::new();
    sandbox.edit(r#""function": "hello" }"#, r#""function": "helo" }"#);
    sandbox.edit(r#""stage": "dev""#, r#""stag": "dev""#);
    insta::assert_snapshot!(sandbox.transcript("up --yes"), @r#"
    exit code 2
    --- stdout
    --- stderr
    error: config.json:2:65: deployment.stag: unknown key
      keys here are: serviceName, region, stage, userPoolName, clientName, accountId, tags
    hint: did you mean `stage`?
    error: config.json:6:41: routes."POST /hello/{name}".function: no function is named `helo`
      functions are: hello
    hint: did you mean `hello`?
    "#);
}

#[test]
fn problems_have_their_places_as_numbers_for_a_machine() {
    let sandbox = Sandbox::new();
    sandbox.edit(r#""function": "hello" }"#, r#""function": "helo" }"#);
    let events = sandbox.events("validate");
    let place = &events[0]["errors"][0]["place"];
    assert_eq!((place["file"].as_str(), place["line"].as_u64()), (Some("config.json"), Some(6)));
    assert_eq!((events[0]["event"].as_str(), events[0]["exit"].as_u64()), (Some("error"), Some(2)));
    assert_eq!((events[1]["event"].as_str(), events[1]["exit"].as_u64()), (Some("done"), Some(2)));
    assert_eq!(events.len(), 2);
}

#[test]
fn a_warning_stops_nothing_and_quiet_silences_it() {
    let sandbox = Sandbox::new();
    sandbox.edit(
        r#""POST /hello/{name}": { "function": "hello" }"#,
        r#""POST /hello": { "function": "hello", "auth": "none" }"#,
    );
    insta::assert_snapshot!(sandbox.transcript("validate"), @r#"
    exit code 0
    --- stdout
    config.json is valid: 1 function, 2 routes
    --- stderr
    warning: config.json:6:51: routes."POST /hello".auth: everybody may call this route, and `POST` changes data
    hint: leave `auth` out to ask for a signed-in user
    "#);
    assert_eq!(sandbox.run("validate --quiet").err, "");
}

#[test]
fn a_folder_that_cannot_be_packaged_is_found_by_validate() {
    let sandbox = Sandbox::new();
    std::os::unix::fs::symlink("/etc/hostname", sandbox.path("hello/theirs")).unwrap();
    insta::assert_snapshot!(sandbox.transcript("validate"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: functions.hello.source: `./hello/theirs` is a symlink that leaves the folder: it points to `/etc/hostname`
    hint: put a copy into the folder, or name the symlink in `.lambdaignore`
    ");
}
