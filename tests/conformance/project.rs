//! A folder with a copy of the example, in which the built binary runs.

use std::{path::Path, process::Command, sync::Arc};

use serde_json::Value;

use crate::harness::{
    Place, Secrets,
    process::{Process, Ran},
};

/// Invalid on AWS; the servers accept any credentials.
pub(crate) const ACCESS_KEY_ID: &str = "test";
pub(crate) const SECRET_ACCESS_KEY: &str = "test";

/// The Region of the example.
pub(crate) const REGION: &str = "us-west-2";

/// A project on one server.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    endpoint: String,
    secrets: Arc<Secrets>,
    /// Whether the deployed API can be called, so that `up` can check it.
    pub(crate) is_served: bool,
    pub(crate) config: Value,
}

impl Project {
    /// Copies the example. No secret in a request or response may be printed or recorded.
    pub(crate) fn example(endpoint: &str, secrets: Arc<Secrets>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        for (name, text) in stackctl::config::example_files("myname1", None).expect("the example is valid") {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be created");
            std::fs::write(path, text).expect("the example can be copied");
        }
        let text = std::fs::read_to_string(folder.path().join("config.json")).expect("the example has a config");
        let config = serde_json::from_str(&text).expect("the example's config is plain JSON");
        Self { folder, endpoint: endpoint.to_owned(), secrets, is_served: true, config }
    }

    /// Changes the config.
    pub(crate) fn configure(&mut self, change: impl FnOnce(&mut Value)) {
        change(&mut self.config);
        std::fs::write(self.folder.path().join("config.json"), format!("{:#}", self.config))
            .expect("the file can be written");
    }

    /// Replaces text in the handlers' source.
    pub(crate) fn edit_handlers(&self, from: &str, to: &str) {
        let path = self.folder.path().join("lambdas/test/test.py");
        let source = std::fs::read_to_string(&path).expect("the example has handlers");
        assert!(source.contains(from), "the example's handlers do not contain `{from}`");
        std::fs::write(path, source.replace(from, to)).expect("the file can be written");
    }

    /// Runs a command and expects this exit code.
    pub(crate) async fn run(&self, arguments: &[&str], exit: i32) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stackctl"));
        command
            .args(arguments)
            .args(["--json", "-vvv"])
            .args(["up", "down"].contains(&arguments[0]).then_some("--yes"))
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(environment(self.folder.path()))
            .env("AWS_ENDPOINT_URL", &self.endpoint);
        let ran =
            tokio::task::spawn_blocking(move || Process::run(&mut command)).await.expect("the run does not panic");
        let run = Run::of(&ran);
        self.check_secrets(&format!("stackctl {}", arguments.join(" ")), &run.text);
        assert_eq!(run.exit, exit, "stackctl {}\n{}", arguments.join(" "), run.text);
        run
    }

    /// Checks that neither a text nor the state contains a secret.
    pub(crate) fn check_secrets(&self, command: &str, text: &str) {
        self.secrets.check(command, Place::Open, text.as_bytes());
        for entry in std::fs::read_dir(self.folder.path().join("state")).into_iter().flatten().flatten() {
            let bytes = std::fs::read(entry.path()).expect("the file is readable");
            self.secrets.check(&entry.path().display().to_string(), Place::Open, &bytes);
        }
    }

    /// Deploys the stack.
    pub(crate) async fn up(&self) -> Run {
        let arguments: &[&str] = if self.is_served { &["up"] } else { &["up", "--no-check"] };
        self.run(arguments, 0).await
    }

    /// Expects that neither `up` nor `status` finds a change.
    pub(crate) async fn expect_in_sync(&self) {
        let up = self.up().await;
        assert_eq!(up.writes(), 0, "nothing has changed\n{}", up.text);
        self.run(&["status", "--detailed-exitcode"], 0).await;
    }
}

fn environment(home: &Path) -> [(&'static str, &str); 5] {
    [
        ("HOME", home.to_str().expect("temporary folders have plain names")),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        // The tests do not read the AWS config file of the user.
        ("AWS_CONFIG_FILE", "/dev/null"),
    ]
}

/// The output of a run of the binary.
pub(crate) struct Run {
    exit: i32,
    pub(crate) text: String,
    events: Vec<Value>,
}

impl Run {
    fn of(ran: &Ran) -> Self {
        let events = ran
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("not an event: {error}: {line}")));
        let events = events.collect();
        let text = format!("{}{}", ran.out, ran.err);
        Self { exit: ran.code, text, events }
    }

    /// The first event of this name.
    pub(crate) fn event(&self, name: &str) -> &Value {
        let event = self.events.iter().find(|event| event["event"] == name);
        event.unwrap_or_else(|| panic!("no event `{name}`\n{}", self.text))
    }

    /// The number of writes, without those for the lock of a state in a bucket.
    pub(crate) fn writes(&self) -> u64 {
        let done = self.event("done");
        let locking = ["s3:PutObject", "s3:DeleteObject"].map(|call| done["calls"][call].as_u64().unwrap_or_default());
        done["writes"].as_u64().expect("the last event counts the writes") - locking.iter().sum::<u64>()
    }

    /// An output.
    pub(crate) fn output(&self, name: &str) -> String {
        self.event("outputs")[name].as_str().unwrap_or_else(|| panic!("no output `{name}`\n{}", self.text)).to_owned()
    }
}
