//! File system events for real files. Every wait has a timeout.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use stackctl::watch::{Files, Saves};
use tokio::time::timeout;

/// The timeout of a wait. Nothing takes as long, unless the event is missing.
const PATIENCE: Duration = Duration::from_mins(1);

/// A config and a function beside it, both watched.
struct Project {
    folder: tempfile::TempDir,
    saves: Saves,
}

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("lambdas/app")).unwrap();
        let mut project = Self { folder, saves: Saves::new().unwrap() };
        for name in ["config.json", "lambdas/app/app.py", "lambdas/app/.lambdaignore"] {
            project.write(name, "*.log\n");
        }
        project.attend();
        project
    }

    fn attend(&mut self) {
        self.attend_to("config.json", &["lambdas/app"]);
    }

    fn attend_to(&mut self, configuration: &str, folders: &[&str]) {
        let folders = folders.iter().map(|folder| self.path(folder)).collect::<Vec<_>>();
        self.saves.attend(Files::new(&self.path(configuration), folders)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    /// Waits until all earlier events were received.
    async fn settle(&mut self) {
        self.write("config.json", "settled");
        while !self.saved().await.contains(&"config.json".into()) {}
    }

    /// The names of the files in the next event.
    async fn saved(&mut self) -> Vec<String> {
        let saved = timeout(PATIENCE, self.saves.next()).await.expect("a save is reported");
        let folder = self.folder.path().canonicalize().unwrap();
        saved.files.iter().map(|file| file.strip_prefix(&folder).unwrap().display().to_string()).collect()
    }
}

#[tokio::test]
async fn a_save_is_reported_however_an_editor_does_it() {
    let mut project = Project::new();
    project.write("lambdas/app/app.py", "in place");
    assert_eq!(project.saved().await, ["lambdas/app/app.py"]);
    project.write("lambdas/app/.app.py.swp", "beside it");
    fs::rename(project.path("lambdas/app/.app.py.swp"), project.path("lambdas/app/app.py")).unwrap();
    assert_eq!(project.saved().await, ["lambdas/app/app.py"]);
    fs::rename(project.path("lambdas/app/app.py"), project.path("lambdas/app/app.py~")).unwrap();
    project.write("lambdas/app/app.py", "a new one");
    assert_eq!(project.saved().await, ["lambdas/app/app.py"]);
    project.write("elsewhere", "{}");
    fs::rename(project.path("elsewhere"), project.path("config.json")).unwrap();
    assert_eq!(project.saved().await, ["config.json"]);
}

#[tokio::test]
async fn created_deleted_and_nested_files_are_reported_too() {
    let mut project = Project::new();
    project.write("lambdas/app/deep/er/new.py", "");
    assert!(project.saved().await.contains(&"lambdas/app/deep".into()));
    project.write("lambdas/app/deep/er/new.py", "changed");
    assert_eq!(project.saved().await, ["lambdas/app/deep/er/new.py"]);
    fs::remove_file(project.path("lambdas/app/deep/er/new.py")).unwrap();
    assert_eq!(project.saved().await, ["lambdas/app/deep/er/new.py"]);
    project.write("lambdas/app/.lambdaignore", "*.txt\n");
    assert_eq!(project.saved().await, ["lambdas/app/.lambdaignore"]);
}

#[tokio::test]
async fn files_excluded_from_the_package_are_not_reported() {
    let mut project = Project::new();
    for name in ["README.md", "lambdas/other/x.py", "lambdas/app/a.log", "lambdas/app/__pycache__/app.pyc"] {
        project.write(name, "new");
    }
    let reads = fs::read(project.path("lambdas/app/app.py")).unwrap();
    assert_eq!(reads, b"*.log\n");
    project.write("lambdas/app/app.py", "the only one");
    assert_eq!(project.saved().await, ["lambdas/app/app.py"]);
}

#[tokio::test]
async fn a_folder_that_is_deleted_and_created_again_is_watched_again() {
    let mut project = Project::new();
    for round in ["once", "twice"] {
        fs::remove_dir_all(project.path("lambdas")).unwrap();
        assert!(project.saved().await.contains(&"lambdas/app".into()), "{round}");
        project.attend();
        project.write("lambdas/app/app.py", round);
        assert_eq!(project.saved().await, ["lambdas"], "{round}");
        project.attend();
        project.write("lambdas/app/app.py", "saved");
        assert_eq!(project.saved().await, ["lambdas/app/app.py"], "{round}");
    }
}

#[tokio::test]
async fn a_config_that_is_a_symlink_is_reported_by_both_names() {
    let mut project = Project::new();
    project.write("shared/real.json", "{}");
    fs::remove_file(project.path("config.json")).unwrap();
    symlink("shared/real.json", project.path("config.json")).unwrap();
    assert_eq!(project.saved().await, ["config.json"]);
    project.attend();
    project.write("shared/real.json", "{ }");
    assert_eq!(project.saved().await, ["shared/real.json"]);
}

#[tokio::test]
async fn a_folder_outside_is_watched_through_any_path() {
    let mut project = Project::new();
    project.write("elsewhere/app.py", "");
    project.write("lambdas/app/app.py", "settled");
    project.saved().await;
    let written = project.path("lambdas/../elsewhere/.");
    project.saves.attend(Files::new(Path::new("config.json"), [written])).unwrap();
    project.write("elsewhere/app.py", "changed");
    assert_eq!(project.saved().await, ["elsewhere/app.py"]);
}

#[tokio::test]
async fn a_folder_is_still_watched_when_its_parent_is_no_longer_watched() {
    let mut project = Project::new();
    project.write("lambdas/deep/app/app.py", "");
    for around in ["lambdas", "lambdas/deep"] {
        project.attend_to("config.json", &[around, "lambdas/deep/app"]);
        project.attend_to("config.json", &["lambdas/deep/app"]);
        project.settle().await;
        project.write("lambdas/deep/app/app.py", around);
        assert_eq!(project.saved().await, ["lambdas/deep/app/app.py"], "{around}");
        project.write("lambdas/deep/app/more/new.py", around);
        project.saved().await;
        project.write("lambdas/deep/app/more/new.py", "changed");
        assert_eq!(project.saved().await, ["lambdas/deep/app/more/new.py"], "{around}");
        fs::remove_dir_all(project.path("lambdas/deep/app/more")).unwrap();
        project.saved().await;
    }
}

#[tokio::test]
async fn a_new_folder_in_nested_functions_is_watched() {
    let mut project = Project::new();
    project.write("lambdas/deep/app/app.py", "");
    project.attend_to("config.json", &[".", "lambdas/deep/app"]);
    project.settle().await;
    project.write("lambdas/deep/new/app.py", "");
    project.saved().await;
    project.write("lambdas/deep/new/app.py", "changed");
    assert_eq!(project.saved().await, ["lambdas/deep/new/app.py"]);
}

#[tokio::test]
async fn a_folder_that_is_deleted_while_the_watch_is_set_up_is_watched_again() {
    let mut project = Project::new();
    project.write("lambdas/other/app.py", "");
    for round in 0..20 {
        let folder = project.path("lambdas/app");
        let comes_back = thread::spawn(move || {
            fs::remove_dir_all(&folder).unwrap();
            fs::create_dir(&folder).unwrap();
        });
        // Alternating with a second folder gives the system time to report events of the first one.
        for names in [&["lambdas/app", "lambdas/other"][..], &["lambdas/app"]].iter().cycle() {
            let folders = names.iter().map(|name| project.path(name)).collect::<Vec<_>>();
            // The folder may be missing at the moment when the watch is set up.
            let _ = project.saves.attend(Files::new(&project.path("config.json"), folders));
            if comes_back.is_finished() {
                break;
            }
        }
        comes_back.join().unwrap();
        project.saved().await;
        project.attend();
        project.write("lambdas/app/app.py", "saved");
        assert_eq!(project.saved().await, ["lambdas/app/app.py"], "{round}");
    }
}

#[tokio::test]
async fn a_function_whose_folder_is_a_symlink_is_reported_when_its_target_changes() {
    let mut project = Project::new();
    for name in ["one", "other"] {
        project.write(&format!("shared/{name}/app.py"), "");
    }
    for (target, link) in [("shared/one", "current"), ("../current", "lambdas/linked")] {
        symlink(target, project.path(link)).unwrap();
    }
    project.attend_to("config.json", &["lambdas/linked"]);
    project.settle().await;
    project.write("shared/one/app.py", "changed");
    assert_eq!(project.saved().await, ["shared/one/app.py"]);
    symlink("shared/other", project.path("next")).unwrap();
    fs::rename(project.path("next"), project.path("current")).unwrap();
    assert_eq!(project.saved().await, ["current"]);
    project.attend_to("config.json", &["lambdas/linked"]);
    project.write("shared/other/app.py", "changed");
    assert_eq!(project.saved().await, ["shared/other/app.py"]);
    fs::remove_file(project.path("lambdas/linked")).unwrap();
    assert_eq!(project.saved().await, ["lambdas/linked"]);
}

#[tokio::test]
async fn a_project_in_a_symlinked_folder_is_reported_by_its_real_names() {
    let mut project = Project::new();
    symlink(".", project.path("linked")).unwrap();
    project.attend_to("linked/config.json", &["linked/lambdas/app"]);
    project.settle().await;
    project.write("config.json", "{ }");
    assert_eq!(project.saved().await, ["config.json"]);
    project.write("lambdas/app/app.py", "changed");
    assert_eq!(project.saved().await, ["lambdas/app/app.py"]);
}

#[tokio::test]
async fn symlinks_in_a_cycle_are_watched_like_files() {
    let mut project = Project::new();
    symlink("round", project.path("circle")).unwrap();
    symlink("circle", project.path("round")).unwrap();
    project.attend_to("config.json", &["round"]);
    project.settle().await;
    fs::remove_file(project.path("circle")).unwrap();
    assert_eq!(project.saved().await, ["circle"]);
}
