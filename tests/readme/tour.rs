//! Runs the blocks of the tour in a shell, and compares their output.

use std::{
    fs::{self, File},
    os::unix::{fs::symlink, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::STACKCTL;
use crate::{
    docs::page::Block,
    harness::{Place, Secrets, process::Process},
};

/// The timeout of the whole tour.
const PATIENCE: Duration = Duration::from_mins(5);

/// The separator line between the outputs of two blocks.
const BETWEEN: &str = "\u{1e}";

/// Runs the blocks, and compares their output with the page. `programs` comes first in `PATH`.
pub fn take(blocks: &[Block], programs: Option<&Path>) {
    for (block, told) in blocks.iter().zip(run(blocks, programs)) {
        if let Some(shown) = &block.shown {
            assert!(
                matches(shown, &told),
                "the page shows\n{shown}\n\nof\n{}\n\nbut the output is\n{told}\n",
                block.commands
            );
        }
    }
}

/// Runs all blocks in one shell, which keeps their variables, and returns the output of each.
fn run(blocks: &[Block], programs: Option<&Path>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("stackctl");
    fs::create_dir_all(clone.join("target/debug")).unwrap();
    symlink(STACKCTL, clone.join("target/debug/stackctl")).unwrap();
    let script = folder.path().join("tour.sh");
    let between = "\nprintf '\\n\\036\\n'\n";
    let commands: Vec<&str> = blocks.iter().map(|block| block.commands.as_str()).collect();
    fs::write(&script, commands.join(between)).unwrap();
    let output = folder.path().join("output");
    let _stop = StopLocalCloud(folder.path());
    let mut shell = shell(&clone, &script, &output);
    if let Some(programs) = programs {
        let path = std::env::var("PATH").unwrap();
        shell.env("PATH", format!("{}:{path}", programs.display()));
    }
    let status = wait(shell.spawn().unwrap());
    let told = fs::read_to_string(&output).unwrap();
    let told: Vec<String> = told.split(&format!("\n{BETWEEN}\n")).map(str::to_owned).collect();
    let (last, at) = (told.last().unwrap(), told.len() - 1);
    assert!(status.success(), "the tour ends with {status} in\n{}\n\nwith the output\n{last}", commands[at]);
    assert_eq!(told.len(), blocks.len());
    check_secrets(folder.path(), &told);
    told
}

/// Checks that no secret of a local emulator is in the output, or in a file outside the emulator's data.
fn check_secrets(folder: &Path, told: &[String]) {
    let secrets = Secrets::default();
    let files = files(folder);
    let of_cloud = |path: &Path| path.components().any(|part| part.as_os_str() == "cloud");
    let (data, beside): (Vec<_>, Vec<_>) = files.iter().partition(|path| of_cloud(path));
    assert!(!data.is_empty() && !beside.is_empty(), "there is a local emulator");
    for path in data {
        secrets.learn(&fs::read(path).unwrap_or_default());
    }
    for told in told {
        secrets.check("the tour", Place::Open, told.as_bytes());
    }
    for path in beside {
        secrets.check(&path.display().to_string(), Place::Open, &fs::read(path).unwrap_or_default());
    }
}

/// The files of every local emulator below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let below = entries.flat_map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => files(&entry.path()),
        _ => vec![entry.path()],
    });
    below.filter(|path| path.components().any(|part| part.as_os_str() == ".stackctl")).collect()
}

fn shell(folder: &Path, script: &Path, output: &Path) -> Command {
    let output = File::create(output).unwrap();
    let mut shell = Command::new("sh");
    shell.arg("-eu").arg(script).current_dir(folder).process_group(0);
    // The user's settings for stackctl and the terminal would change the output.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["AWS_", "STACKCTL_", "CLICOLOR"].iter().any(|prefix| name.starts_with(prefix)) {
            shell.env_remove(name);
        }
    }
    shell.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
    shell
}

fn wait(mut shell: Child) -> ExitStatus {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = shell.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > deadline {
            let _ = Command::new("kill").args(["-9", "--", &format!("-{}", shell.id())]).status();
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Stops the local emulator of every folder below, even if the test fails.
struct StopLocalCloud<'f>(&'f Path);

impl Drop for StopLocalCloud<'_> {
    fn drop(&mut self) {
        let folders = fs::read_dir(self.0).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
        for folder in folders.filter(|folder| folder.join(".stackctl").exists()) {
            let mut stop = Command::new(STACKCTL);
            let stopped = Process::run(stop.args(["local", "stop", "--config"]).arg(folder.join("config.json")));
            assert!(
                stopped.code == 0 || thread::panicking(),
                "the local emulator of {} does not stop",
                folder.display()
            );
        }
    }
}

/// Whether the output `told` matches `shown`. An `…` matches anything: alone on a line any lines, otherwise any text
/// within the line. Ports, times and the ids of APIs may differ.
pub fn matches(shown: &str, told: &str) -> bool {
    let lines = |text: &str| text.trim().lines().map(|line| steady(line.trim_end())).collect::<Vec<_>>();
    lines_match(&lines(shown), &lines(told))
}

fn lines_match(shown: &[String], told: &[String]) -> bool {
    match (shown.split_first(), told.split_first()) {
        (None, _) => told.is_empty(),
        (Some((first, rest)), _) if first == "…" => {
            (0..=told.len()).any(|skipped| lines_match(rest, &told[skipped..]))
        }
        (Some((first, shown)), Some((line, told))) => line_matches(first, line) && lines_match(shown, told),
        (Some(_), None) => false,
    }
}

fn line_matches(shown: &str, told: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = told.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

/// A line with its port, time and API id replaced.
fn steady(line: &str) -> String {
    let line = replaced(line, "127.0.0.1:", |c| c.is_ascii_digit());
    let line = replaced(&line, ".localhost:", |c| c.is_ascii_digit());
    let line = replaced(&line, "http://", |c| c.is_ascii_alphanumeric());
    let line = replaced(&line, "/execute-api/", |c| c.is_ascii_alphanumeric());
    let is_time = |word: &str| word.strip_suffix('s').is_some_and(|number| number.parse::<f64>().is_ok());
    line.split(' ').map(|word| if is_time(word) { "TIME" } else { word }).collect::<Vec<_>>().join(" ")
}

/// Replaces the characters of a sort that follow `prefix`.
fn replaced(line: &str, prefix: &str, sort: impl Fn(char) -> bool) -> String {
    let mut parts = line.split(prefix);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + prefix + "X" + part.trim_start_matches(&sort))
}
