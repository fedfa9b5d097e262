//! What somebody else may have written: the state, the repository, names and bodies. None of it commands stackctl, or the
//! terminal.

use std::{fs, os::unix::fs::symlink, process::Command};

use serde_json::{Value, json};
use stackctl_local::Settings;

use super::{cloud::Served, pty::Pty, sandbox::Sandbox};
use crate::harness::edited;

const STATE: &str = "state/shop.dev.json";

impl Sandbox {
    /// Edits the state as somebody does who may write the file.
    fn tamper(&self, edit: impl FnOnce(&mut Value)) {
        let text = fs::read_to_string(self.path(STATE)).unwrap();
        fs::write(self.path(STATE), edited(&text, edit)).unwrap();
    }

    /// A link in this folder to a file outside of it that is worth something.
    fn linked(&self, name: &str) -> Precious {
        let precious = Precious::new();
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        symlink(precious.0.path().join("precious"), self.path(name)).unwrap();
        precious
    }

    /// The transcript with the folder of a link out of it.
    fn told(&self, line: &str, precious: &Precious) -> String {
        let text = self.transcript(line);
        precious.stays();
        text.replace(&precious.0.path().display().to_string(), "ELSEWHERE")
    }
}

struct Precious(tempfile::TempDir);

impl Precious {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("precious"), "precious").unwrap();
        Self(folder)
    }

    fn stays(&self) {
        assert_eq!(fs::read_to_string(self.0.path().join("precious")).unwrap(), "precious");
    }
}

#[test]
fn a_user_whom_the_state_calls_that_of_a_check_is_left_alone_unless_a_check_made_them() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    let pool = sandbox.run("outputs user_pool_id").out.trim().to_owned();
    let disguised = format!("stackctl-check-{:032x}", 7);
    let users = ["ada@example.com", "ada+check@example.com", &disguised];
    for user in users {
        aws.add_user(&pool, user);
    }
    for user in users {
        sandbox.tamper(|state| state["check_user"] = json!({ "user_pool_id": pool, "username": user }));
        let ran = sandbox.transcript("up --yes").replace(user, "USER").replace("stackctl-check-TOKEN", "USER");
        let (head, told) = (&ran[..ran.find("invoke_url").unwrap()], ran.split("nothing to change\n").nth(1).unwrap());
        let text = format!("{head}--- stderr\n{}", told.split("\nnext:").next().unwrap());
        insta::allow_duplicates! {
            insta::assert_snapshot!(text, @r"
            exit code 0
            --- stdout
            --- stderr
            warning: the state names `USER` as the temporary user of a check
              no check of this stack created that user in user pool `<user_pool.main#id>`
            hint: the user is left alone and not recorded any more
            ");
        }
    }
    sandbox.tamper(|state| state["check_user"] = json!({ "user_pool_id": "eu-west-1_Theirs", "username": disguised }));
    let ran = sandbox.run("down --yes");
    let told = "no check of this stack created that user in user pool `eu-west-1_Theirs`";
    assert!(ran.code == 0 && ran.err.contains(told), "{}", ran.err);
    assert!(ran.err.contains("it holds 3 users"), "{}", ran.err);
    let left = sandbox.run(&format!("user list --user-pool-id {pool}")).out;
    assert!(users.iter().all(|user| left.contains(*user)), "{left}");
    assert!(!fs::read_to_string(sandbox.path(STATE)).unwrap().contains("check_user"));
}

#[test]
fn a_state_that_names_a_real_user_does_not_make_one_less_to_count() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    let pool = sandbox.run("outputs user_pool_id").out.trim().to_owned();
    aws.add_user(&pool, "ada@example.com");
    sandbox.tamper(|state| state["check_user"] = json!({ "user_pool_id": pool, "username": "ada@example.com" }));
    let ran = sandbox.run("down --yes");
    assert!(ran.err.contains("kept user_pool.main: it holds 1 user;"), "{}", ran.err);
}

#[test]
fn nothing_is_locked_or_saved_through_a_link() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    let precious = sandbox.linked("state/shop.dev.lock");
    insta::assert_snapshot!(sandbox.told("up --yes --quiet", &precious), @r"
    exit code 1
    --- stdout
    --- stderr
    error: state/shop.dev.lock: the state cannot be locked: `state/shop.dev.lock` is a symbolic link to `ELSEWHERE/precious`, and stackctl writes through none
    hint: replace the link by what it leads to, or set `state.path` to the folder that it leads to
    ");
    fs::remove_file(sandbox.path("state/shop.dev.lock")).unwrap();
    let precious = sandbox.linked(STATE);
    insta::assert_snapshot!(sandbox.told("up --yes --quiet", &precious), @r"
    exit code 1
    --- stdout
    --- stderr
    error: state/shop.dev.json: the state cannot be read: `state/shop.dev.json` is a symbolic link to `ELSEWHERE/precious`, and stackctl writes through none
    hint: replace the link by what it leads to, or set `state.path` to the folder that it leads to
    ");
    fs::remove_dir_all(sandbox.path("state")).unwrap();
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), sandbox.path("state")).unwrap();
    assert_eq!(sandbox.run("up --yes --quiet").code, 1);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    assert_eq!(aws.writes_since(0), [""; 0]);
}

#[test]
fn nothing_of_the_local_cloud_is_opened_through_a_link() {
    let sandbox = Sandbox::new();
    let precious = sandbox.linked(".stackctl/local/start.lock");
    insta::assert_snapshot!(sandbox.told("plan --local", &precious), @r"
    exit code 1
    --- stdout
    --- stderr
    error: the folder of the local cloud cannot be used
      `.stackctl/local/start.lock` is a symbolic link to `ELSEWHERE/precious`, and stackctl writes through none
    hint: replace the link by what it leads to, or remove it: `rm .stackctl/local/start.lock`
    ");
    for name in [".stackctl/local/log", ".stackctl/local/cloud/lock", ".stackctl/local/cloud/events.jsonl", ".stackctl"]
    {
        let sandbox = Sandbox::new();
        let precious = sandbox.linked(name);
        let ran = sandbox.run("plan --local");
        precious.stays();
        assert_eq!(ran.code, 1, "{name}: {}", ran.err);
        assert!(ran.err.contains("is a symbolic link to "), "{name}: {}", ran.err);
    }
}

#[test]
fn a_folder_that_is_open_to_all_is_closed() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.write(".stackctl/local/keep", "");
    for folder in [".stackctl", ".stackctl/local"] {
        fs::set_permissions(sandbox.path(folder), fs::Permissions::from_mode(0o777)).unwrap();
    }
    assert_eq!(sandbox.run("local start").code, 0);
    for folder in [".stackctl", ".stackctl/local", ".stackctl/local/cloud", ".stackctl/local/state"] {
        assert_eq!(fs::metadata(sandbox.path(folder)).unwrap().permissions().mode() & 0o777, 0o700, "{folder}");
    }
    let mode = fs::metadata(sandbox.path(".stackctl/local/log")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the log");
}

#[test]
fn a_copied_project_has_a_local_cloud_of_its_own() {
    let original = Sandbox::new();
    assert_eq!(original.run("up --local").code, 0);
    let copy = Sandbox::empty();
    let everything = format!("{}/.", original.path("").display());
    assert!(Command::new("cp").args(["-r", &everything]).arg(copy.path("")).status().unwrap().success());
    assert_eq!(copy.run("local status").out, "the local cloud: not running\n");
    assert_eq!(copy.run("local stop").out, "the local cloud: not running\n");
    let url = copy.run("outputs --local invoke_url").out;
    let own = format!("http://127.0.0.1:{}/", copy.server()["port"]);
    assert!(url.starts_with(&own) && copy.server()["port"] != original.server()["port"], "{url}");
    assert_eq!(copy.run("plan --local --detailed-exitcode").code, 0, "it starts from the copied data");
    assert_eq!(copy.run("down --local --yes").code, 0);
    let kept = original.run("plan --local --detailed-exitcode");
    assert_eq!(kept.code, 0, "{}", kept.err);
}

#[test]
fn a_terminal_is_shown_what_it_would_obey_and_a_pipe_gets_every_byte() {
    let aws = Served::new(Settings::default());
    let sandbox = aws.sandbox();
    assert_eq!(sandbox.run("up --yes").code, 0);
    let name = "ann\u{202e}nimda\u{9b}2J\u{1b}]0;x\u{7}";
    sandbox.tamper(|state| state["written_by"] = json!(name));
    let pulled = sandbox.run("state pull").out;
    assert!(pulled.contains("ann\u{202e}nimda\u{9b}2J"), "{pulled}");
    for line in ["state pull", "state show"] {
        let (code, _, screen) = Pty::new(sandbox.shell(&format!("stackctl {line} >&2"))).ends();
        assert_eq!(code, 0, "{screen}");
        assert!(screen.contains("ann\\u{202e}nimda\\u{9b}2J"), "{line}: {screen}");
        assert!(!screen.contains(['\u{202e}', '\u{9b}']), "{line}");
    }
    let json = sandbox.run("state show --json").out;
    assert!(json.contains("ann\\u202enimda\\u009b2J"), "{json}");
}
