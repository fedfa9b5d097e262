//! The command line: help, errors, completions and environment variables.

use std::fs;

use stackctl_local::Settings;

use super::{emulator::ServedEmulator, sandbox::Sandbox, users::PASSWORD};

#[test]
fn a_mistyped_command_is_guessed_and_a_mistake_is_an_event() {
    insta::assert_snapshot!(Sandbox::empty().session(&["plam", "plan --json --paralell 3"]), @r#"
    $ plam
    exit code 2
    error: unrecognized subcommand 'plam'

      tip: a similar subcommand exists: 'plan'

    Usage: stackctl [OPTIONS] <COMMAND>

    For more information, try '--help'.

    $ plan --json --paralell 3
    exit code 2
    --- stdout
    {"v":3,"event":"target","stack":null,"stage":null,"region":null,"account":null,"endpoint":null,"local":false}
    {"v":3,"event":"error","exit":2,"errors":[{"code":"usage","message":"unexpected argument '--paralell' found","details":[],"hints":[]}],"hints":[{"message":"see `stackctl --help`","command":"stackctl --help"}]}
    {"v":3,"event":"done","command":"","exit":2,"calls":{},"reads":0,"writes":0,"saves":0,"seconds":0.0}
    "#);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of messages")]
fn help_names_the_commands_the_flags_and_their_variables() {
    insta::assert_snapshot!(Sandbox::empty().transcript("-h"), @r"
    exit code 0
    --- stdout
    Deploy an authenticated serverless API to AWS from one config.json

    Usage: stackctl [OPTIONS] <COMMAND>

    Deploy:
      init         Create an example project
      validate     Check the config and the functions' folders
      plan         Show the changes that `up` would make
      show         Print a plan file as `plan` does
      up           Deploy the stack, or update it
      status       Compare the live settings with the config
      list         List the recorded stacks and stages
      outputs      Print the URLs and ids of the stack
      history      Show the release history
      rollback     Roll back to an earlier release
      down         Destroy the stack

    Develop:
      watch        Watch for changes and redeploy
      call         Send a request to a route
      invoke       Invoke a function directly
      logs         Show the logs of the functions and the API
      graph        Draw the infrastructure of the config
      policy       Print the IAM policy that a deployer needs
      local        Manage the local emulator

    Users:
      user         Create users, sign them in and manage them

    State:
      state        Show, print or move the state
      unlock       Force-release the state lock
      recover      Rebuild a missing or damaged state

    Other:
      completions  Print the completion script for a shell
      man          Write the man pages into a folder
      version      Print the version, with its commit and date
      help         Print this message or the help of the given subcommand(s)

    Options:
      -c, --config <FILE>            The config file; relative paths in it start from its folder [env:
                                     STACKCTL_CONFIG] [default: config.json]
      -s, --stage <NAME>             The stage [default: `deployment.stage`] [env: STACKCTL_STAGE]
          --region <REGION>          The AWS Region [default: `deployment.region`] [env:
                                     STACKCTL_REGION]
          --profile <NAME>           The profile of the AWS credentials; not used with --local [env:
                                     AWS_PROFILE]
          --local                    Use the local emulator instead of AWS (started if needed)
          --json                     Print one JSON event per line, and nothing else
      -y, --yes                      Skip confirmation prompts
      -q, --quiet                    Print results and errors only
      -v, --verbose...               Show settings in plans and log more; -vv in detail, -vvv with the
                                     AWS SDK's log
          --color <WHEN>             When to use colors [env: STACKCTL_COLOR] [default: auto] [possible
                                     values: auto, always, never]
          --parallel <N>             The largest number of concurrent API calls [env: STACKCTL_PARALLEL]
                                     [default: 64]
          --lock-timeout <DURATION>  How long to wait for the state lock, such as 30s or 5m [env:
                                     STACKCTL_LOCK_TIMEOUT] [default: 0s]
          --allow-local-state        Allow a local state on a CI machine [env:
                                     STACKCTL_ALLOW_LOCAL_STATE]
      -h, --help                     Print help (see more with '--help')
      -V, --version                  Print version

    Examples:
      stackctl init                  create an example project in this folder
      stackctl up --local            deploy it to the local emulator
      stackctl plan --stage prod     show the changes that `up` would make on AWS
      stackctl up --stage prod       make them, after confirmation
      stackctl status                compare the live settings with the config
      stackctl down                  destroy the stack

    Exit codes: 0 done, 1 failed, 2 usage or config, 3 differences (--detailed-exitcode),
    4 partly done, 5 locked or changed by another process, 130 interrupted

    `stackctl help COMMAND` describes a command; `stackctl man` writes the man pages.
    ");
}

#[test]
fn the_man_pages_are_written_and_the_version_is_printed() {
    let sandbox = Sandbox::empty();
    let pages = sandbox.run("man .").out;
    assert!(pages.lines().any(|page| page == "./stackctl-user-group-add.1"), "{pages}");
    let page = fs::read_to_string(sandbox.path("stackctl-up.1")).unwrap();
    assert!(page.contains(".TH stackctl-up 1") && page.contains("Deploy the stack, or update it"), "{page}");
    assert_eq!(sandbox.run("version").out, sandbox.run("-V").out);
    assert_eq!(sandbox.run("version").out, "stackctl 0.1.0 (development build)\n");
}

#[test]
fn the_config_is_found_in_a_parent_folder() {
    let sandbox = Sandbox::new();
    sandbox.write(".git/HEAD", "");
    let mut command = sandbox.command("validate");
    let ran = sandbox.ran(command.current_dir(sandbox.path("hello")));
    assert_eq!((ran.code, ran.err.as_str()), (0, "using ../config.json\n"));
    assert_eq!(ran.out, "../config.json is valid: 1 function, 2 routes\n");
}

#[test]
fn completions_are_a_script_for_the_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Sandbox::empty().run(&format!("completions {shell}"));
        assert!(script.out.contains("COMPLETE") && script.out.contains("stackctl"), "{shell}: {}", script.out);
    }
}

/// The candidates for the last word of a line.
fn completed(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let mut command = sandbox.command("--");
    command.args(&words).env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
    let ran = sandbox.ran(&mut command);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out.lines().map(str::to_owned).collect()
}

#[test]
fn names_in_the_config_and_in_the_state_are_completed() {
    let sandbox = Sandbox::new();
    sandbox.edit(r#""functions":"#, r#""stages": { "prod": {}, "preview": {} }, "functions":"#);
    for (line, expected) in [
        ("stackctl rol", &["rollback"][..]),
        ("stackctl up --stage pr", &["preview", "prod"]),
        ("stackctl status --det", &["--detailed-exitcode"]),
        ("stackctl call G", &["GET"]),
        ("stackctl call GET /hel", &["/hello"]),
        ("stackctl invoke h", &["hello"]),
        ("stackctl logs --stage prod h", &["hello"]),
        ("stackctl outputs --local inv", &[]),
        ("stackctl rollback --local ", &[]),
    ] {
        assert_eq!(
            completed(&sandbox, line)
                .iter()
                .filter(|word| !line.ends_with(' ') || !word.starts_with('-'))
                .collect::<Vec<_>>(),
            expected,
            "{line}"
        );
    }
    sandbox.done("up --local --yes --quiet");
    sandbox.done("up --local --yes --quiet --stage extra --new-stage");
    let created =
        sandbox.ran(sandbox.command("user create ann@example.com --local").env("STACKCTL_PASSWORD", PASSWORD));
    assert_eq!(created.code, 0, "{}", created.err);
    sandbox.done("user group add ann@example.com admins --create --local");
    for (line, expected) in [
        ("stackctl outputs --local inv", &["invoke_url"][..]),
        ("stackctl outputs --local GET", &["GET /hello"]),
        ("stackctl rollback --local 1", &["1"]),
        ("stackctl status --local --stage e", &["extra"]),
        ("stackctl user group remove --local ann@example.com adm", &["admins"]),
    ] {
        let words = completed(&sandbox, line);
        let values: Vec<_> = words.iter().filter(|word| !line.ends_with(' ') || !word.starts_with('-')).collect();
        assert_eq!(values, expected, "{line}");
    }
    sandbox.done("local stop");
    assert_eq!(completed(&sandbox, "stackctl user group remove --local ann@example.com adm"), [""; 0]);
}

#[test]
fn an_empty_variable_means_unset() {
    let aws = ServedEmulator::new(Settings::default());
    let names = [
        "STACKCTL_CONFIG",
        "STACKCTL_STAGE",
        "STACKCTL_REGION",
        "STACKCTL_COLOR",
        "STACKCTL_PARALLEL",
        "STACKCTL_LOCK_TIMEOUT",
        "STACKCTL_PASSWORD",
        "STACKCTL_TOKEN",
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_REGION",
        "HTTPS_PROXY",
        "NO_COLOR",
        "USER",
    ];
    let sandbox = names.iter().fold(aws.sandbox(), |sandbox, name| sandbox.with(name, ""));
    for line in ["validate", "up --yes --quiet", "outputs", "down --yes --quiet"] {
        let ran = sandbox.run(line);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{line}");
    }
    let sandbox = Sandbox::new().with("AWS_ENDPOINT_URL", "").with("AWS_PROFILE", "");
    assert!(sandbox.run("plan").err.contains("no AWS credentials found"));
}

/// The errors of runs, without the hint to read the help.
fn messages<'s>(runs: impl IntoIterator<Item = (Sandbox, &'s str)>) -> String {
    let messages = runs.into_iter().map(|(sandbox, line)| {
        let ran = sandbox.run(line);
        assert!(![0, 101].contains(&ran.code), "{line}: {}", ran.err);
        ran.err.split("\n\nFor more").next().unwrap().trim_end().to_owned() + "\n"
    });
    messages.collect()
}

#[test]
fn an_invalid_value_is_rejected_with_the_name_of_its_variable_or_flag() {
    let variables = [
        ("STACKCTL_COLOR", "blue"),
        ("STACKCTL_PARALLEL", "0"),
        ("STACKCTL_LOCK_TIMEOUT", "5"),
        ("STACKCTL_STAGE", "my stage"),
        ("STACKCTL_REGION", "nowhere"),
    ];
    insta::assert_snapshot!(messages(variables.map(|(name, value)| (Sandbox::new().with(name, value), "validate"))), @r"
    error: invalid value 'blue' for the variable STACKCTL_COLOR
      [possible values: auto, always, never]
    error: invalid value '0' for the variable STACKCTL_PARALLEL: expected a whole number from 1 to 100
    error: invalid value '5' for the variable STACKCTL_LOCK_TIMEOUT: expected a whole number with its unit, such as 30s, 5m or 1h
    error: STACKCTL_STAGE: `my stage` is not a stage name
      a stage has 1 to 128 letters, digits, hyphens and underscores
    error: STACKCTL_REGION: `nowhere` is not a Region
      a Region is written like `us-west-2`
    ");
    let flags = [
        "validate --color red",
        "plan --parallel x",
        "up --lock-timeout 5",
        "rollback abc",
        "down --delete-users all",
        "user list --limit 0",
    ];
    insta::assert_snapshot!(messages(flags.map(|line| (Sandbox::new(), line))), @r"
    error: invalid value 'red' for '--color <WHEN>'
      [possible values: auto, always, never]
    error: invalid value 'x' for '--parallel <N>': expected a whole number from 1 to 100
    error: invalid value '5' for '--lock-timeout <DURATION>': expected a whole number with its unit, such as 30s, 5m or 1h
    error: invalid value 'abc' for '[RELEASE]': expected the number of a release, which `stackctl history` shows
    error: invalid value 'all' for '--delete-users <N>': expected the exact number of users, which `stackctl down` shows
    error: invalid value '0' for '--limit <N>': expected a whole number of at least 1
    ");
}

#[test]
fn no_variable_of_a_library_makes_it_panic() {
    let libraries = [
        ("TOKIO_WORKER_THREADS", "0"),
        ("TOKIO_WORKER_THREADS", "many"),
        ("COLUMNS", "0"),
        ("COLUMNS", "-1"),
        ("TERM", ""),
        ("TZ", "Mars/Olympus"),
        ("RUST_LOG", "]["),
        ("RUST_BACKTRACE", "full"),
        ("AWS_MAX_ATTEMPTS", "none"),
        ("AWS_RETRY_MODE", "never"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_USE_FIPS_ENDPOINT", "perhaps"),
        ("HTTPS_PROXY", "::"),
        ("NO_PROXY", ",,"),
    ];
    for (name, value) in libraries {
        let aws = ServedEmulator::new(Settings::default());
        let sandbox = aws.sandbox().with(name, value);
        let ran = sandbox.run("plan");
        assert!([0, 1].contains(&ran.code), "{name}={value}: {} {}", ran.code, ran.err);
    }
}
