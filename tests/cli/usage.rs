//! What is said of the command line itself.

use super::sandbox::Sandbox;

#[test]
fn a_command_that_is_mistyped_is_guessed() {
    insta::assert_snapshot!(Sandbox::empty().transcript("plam"), @r"
    exit code 2
    --- stdout
    --- stderr
    error: unrecognized subcommand 'plam'

      tip: a similar subcommand exists: 'plan'

    Usage: stackctl [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn a_mistake_is_an_event_for_a_machine() {
    insta::assert_snapshot!(Sandbox::empty().transcript("plan --json --paralell 3"), @r#"
    exit code 2
    --- stdout
    {"v":1,"event":"error","exit":2,"errors":[{"message":"unexpected argument '--paralell' found"}],"hints":["see `stackctl --help`"]}
    --- stderr
    "#);
}

#[test]
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
      up           Deploy the stack, or update it
      status       Compare the live settings with the config
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
          --parallel <N>             The number of concurrent API calls [env: STACKCTL_PARALLEL]
                                     [default: 10]
          --lock-timeout <DURATION>  How long to wait for the state lock, such as 30s or 5m [env:
                                     STACKCTL_LOCK_TIMEOUT] [default: 0s]
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
    --- stderr
    ");
}

#[test]
fn the_man_pages_are_written_and_the_version_is_printed() {
    let sandbox = Sandbox::empty();
    let pages = sandbox.run("man .").out;
    assert!(pages.lines().any(|page| page == "./stackctl-user-group-add.1"), "{pages}");
    let page = std::fs::read_to_string(sandbox.path("stackctl-up.1")).unwrap();
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
    for (shell, beginning) in [("bash", "_stackctl()"), ("zsh", "#compdef stackctl"), ("fish", "# Print an optspec")] {
        let script = Sandbox::empty().run(&format!("completions {shell}"));
        assert!(script.out.starts_with(beginning), "{shell}: {}", &script.out[..80]);
        assert!(script.out.contains("detailed-exitcode"), "{shell}");
    }
}
