//! Untrusted input: the state, the repository, names and bodies. It is checked, and escaped on a terminal.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    process::Command,
};

use serde_json::{Value, json};
use stackctl_local::Settings;

use super::{emulator::ServedEmulator, pty::Pty, sandbox::Sandbox};
use crate::harness::edited;

const STATE: &str = "state/shop.dev.json";

impl Sandbox {
    /// Edits the state as another program with write access could.
    fn tamper(&self, edit: impl FnOnce(&mut Value)) {
        let text = fs::read_to_string(self.path(STATE)).unwrap();
        fs::write(self.path(STATE), edited(&text, edit)).unwrap();
    }

    /// The transcript of a run while a path is a link to another file, which must not change.
    fn linked(&self, name: &str, line: &str) -> String {
        let elsewhere = tempfile::tempdir().unwrap();
        let target = elsewhere.path().join("precious");
        fs::write(&target, "precious").unwrap();
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        symlink(&target, self.path(name)).unwrap();
        let transcript = self.transcript(line);
        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
        fs::remove_file(self.path(name)).unwrap();
        transcript.replace(&elsewhere.path().display().to_string(), "ELSEWHERE")
    }
}

#[test]
fn a_user_that_only_the_state_names_as_temporary_is_left_alone() {
    let (aws, sandbox) = ServedEmulator::deployed();
    let pool = sandbox.run("outputs user_pool_id").out.trim().to_owned();
    let disguised = format!("stackctl-check-{:032x}", 7);
    let users = ["ada@example.com", &disguised];
    for user in users {
        aws.add_user(&pool, user);
    }
    for user in users {
        sandbox.tamper(|state| state["temporary_user"] = json!({ "user_pool_id": pool, "username": user }));
        let err = sandbox.done("up --yes").err.replace(user, "USER");
        let warning = err.split("nothing to change\n").nth(1).unwrap().split("\nnext:").next().unwrap();
        insta::allow_duplicates! {
            insta::assert_snapshot!(sandbox.pinned(warning), @r"
            warning: the state names `USER` as the temporary user of a check
              no check of this stack created that user in user pool `<user_pool.main#id>`
            hint: the user is left alone and not recorded any more
            ");
        }
    }
    sandbox.tamper(|state| state["temporary_user"] = json!({ "user_pool_id": pool, "username": "ada@example.com" }));
    let ran = sandbox.done("down --yes");
    assert!(ran.err.contains("it has 2 users"), "{}", ran.err);
    let left = sandbox.run(&format!("user list --user-pool-id {pool}")).out;
    assert!(users.iter().all(|user| left.contains(*user)), "{left}");
    assert!(!fs::read_to_string(sandbox.path(STATE)).unwrap().contains("temporary_user"));
}

#[test]
fn nothing_is_locked_or_saved_through_a_link() {
    let aws = ServedEmulator::new(Settings::default());
    let sandbox = aws.sandbox();
    let transcripts = ["state/shop.dev.lock", STATE].map(|name| sandbox.linked(name, "up --yes --quiet"));
    insta::assert_snapshot!(transcripts.join("\n"), @r"
    exit code 1
    error: state/shop.dev.lock: the state cannot be locked: `state/shop.dev.lock` is a symbolic link to `ELSEWHERE/precious`, and stackctl writes through none
    hint: replace the link by what it leads to, or set `state.path` to the folder that it leads to

    exit code 1
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
fn nothing_of_the_local_emulator_is_opened_through_a_link() {
    let link = |name: &str| Sandbox::new().linked(name, "plan --local");
    insta::assert_snapshot!(link(".stackctl/local/start.lock"), @r"
    exit code 1
    error: the folder of the local emulator cannot be used
      `.stackctl/local/start.lock` is a symbolic link to `ELSEWHERE/precious`, and stackctl writes through none
    hint: replace the link by what it leads to, or remove it: `rm .stackctl/local/start.lock`
    ");
    for name in
        [".stackctl/local/log", ".stackctl/local/cloud/lock", ".stackctl/local/cloud/emulator.sqlite3", ".stackctl"]
    {
        let transcript = link(name);
        assert!(transcript.starts_with("exit code 1\n"), "{name}: {transcript}");
        assert!(transcript.contains("is a symbolic link to "), "{name}: {transcript}");
    }
}

#[test]
fn the_folder_of_the_local_emulator_is_closed_to_others() {
    let sandbox = Sandbox::new();
    sandbox.write(".stackctl/local/keep", "");
    for folder in [".stackctl", ".stackctl/local"] {
        fs::set_permissions(sandbox.path(folder), fs::Permissions::from_mode(0o777)).unwrap();
    }
    sandbox.done("local start");
    for folder in [".stackctl", ".stackctl/local", ".stackctl/local/cloud", ".stackctl/local/state"] {
        assert_eq!(fs::metadata(sandbox.path(folder)).unwrap().permissions().mode() & 0o777, 0o700, "{folder}");
    }
    let mode = fs::metadata(sandbox.path(".stackctl/local/log")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the log");
}

#[test]
fn a_copied_project_has_a_local_emulator_of_its_own() {
    let original = Sandbox::new();
    assert_eq!(original.run("up --local").code, 0);
    let copy = Sandbox::empty();
    let everything = format!("{}/.", original.path("").display());
    assert!(Command::new("cp").args(["-r", &everything]).arg(copy.path("")).status().unwrap().success());
    assert_eq!(copy.run("local status").out.lines().next(), Some("local emulator: not running"));
    assert_eq!(copy.run("local stop").out, "local emulator: not running\n");
    let url = copy.run("outputs --local path_url").out;
    let own = format!("http://127.0.0.1:{}/", copy.server()["port"]);
    assert!(url.starts_with(&own) && copy.server()["port"] != original.server()["port"], "{url}");
    assert_eq!(copy.run("plan --local --detailed-exitcode").code, 0, "it starts from the copied data");
    assert_eq!(copy.run("down --local --yes").code, 0);
    let kept = original.run("plan --local --detailed-exitcode");
    assert_eq!(kept.code, 0, "{}", kept.err);
}

#[test]
fn control_characters_are_escaped_on_a_terminal() {
    let (_aws, sandbox) = ServedEmulator::deployed();
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
