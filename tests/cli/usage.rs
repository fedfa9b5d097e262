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
    Puts one authenticated serverless API on AWS, and keeps it as your config says

    Usage: stackctl [OPTIONS] <COMMAND>

    Commands:
      init         Write an example into this folder
      validate     Check the configuration and the functions' folders
      plan         Show what `up` would do
      up           Bring the stack up, or up to date
      watch        Deploy what is saved, as long as you work on it
      history      Show what was served, since when, and by whom it was deployed
      rollback     Serve again what was served with an earlier release
      down         Remove the stack
      status       Compare what there is with the configuration
      recover      Rebuild a state that was lost
      outputs      Print the URLs and ids of the stack
      user         Make users, sign them in, and look after them
      call         Send a request to a route
      invoke       Call a function directly
      logs         Show what the functions and the API have logged
      state        Look at the record of what was made, or move it
      unlock       Take the lock of the state away from who holds it
      local        Start, stop or look at the AWS on this machine
      completions  Print the completions for a shell

    Options:
      -h, --help     Print help (see more with '--help')
      -V, --version  Print version

    Common options:
      -c, --config <FILE>            The configuration; relative paths in it start from its folder [env:
                                     STACKCTL_CONFIG=] [default: config.json]
      -s, --stage <NAME>             The stage, instead of `deployment.stage` [env: STACKCTL_STAGE=]
          --region <REGION>          The AWS Region, instead of `deployment.region` [env:
                                     STACKCTL_REGION=]
          --profile <NAME>           The profile of the AWS credentials; `--local` never reads any [env:
                                     AWS_PROFILE=]
          --local                    Use the AWS on this machine, and start it when it is not running
          --json                     Print one JSON event per line, and nothing else
      -y, --yes                      Skip confirmation prompts
      -q, --quiet                    Print results and errors only
      -v, --verbose...               Show settings in plans, and tell what is done; -vv in detail, -vvv
                                     with the AWS client's own words
          --color <WHEN>             When to colour [env: STACKCTL_COLOR=] [default: auto] [possible
                                     values: auto, always, never]
          --parallel <N>             How many calls may be under way at once [env: STACKCTL_PARALLEL=]
                                     [default: 10]
          --lock-timeout <DURATION>  How long to wait for a state that somebody else has locked, such as
                                     30s or 5m [env: STACKCTL_LOCK_TIMEOUT=] [default: 0s]

    Examples:
      stackctl init                  write an example into this folder
      stackctl up --local            bring it up on this machine and call it
      stackctl plan --stage prod     see what `up` would do on AWS
      stackctl up --stage prod       do it, after confirmation
      stackctl status                compare what there is with the config
      stackctl down                  remove it

    Exit codes: 0 done, 1 failed, 2 usage or config, 3 differences (--detailed-exitcode),
    4 partly done, 5 locked or changed underneath, 130 interrupted
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
