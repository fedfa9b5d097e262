//! What the operating system tells of real files, with waits that end when it tells nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use stackctl::watch::{Files, Saves};
use tokio::time::timeout;

/// Nothing takes as long as this, unless it is never told.
const PATIENCE: Duration = Duration::from_mins(1);

/// A configuration and a function beside it, watched.
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
        self.saves.attend(Files::new(&self.path("config.json"), [self.path("lambdas/app")])).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    /// The names of what is told next.
    async fn saved(&mut self) -> Vec<String> {
        let saved = timeout(PATIENCE, self.saves.next()).await.expect("a save is told");
        let folder = self.folder.path().canonicalize().unwrap();
        saved.files.iter().map(|file| file.strip_prefix(&folder).unwrap().display().to_string()).collect()
    }
}

#[tokio::test]
async fn a_save_is_told_however_an_editor_does_it() {
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
async fn what_comes_goes_or_lies_deeper_is_told_too() {
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
async fn what_the_package_leaves_out_is_not_told() {
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
async fn a_folder_that_goes_and_comes_back_is_watched_again() {
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
async fn a_configuration_that_is_a_link_is_told_by_both_its_names() {
    let mut project = Project::new();
    project.write("shared/real.json", "{}");
    fs::remove_file(project.path("config.json")).unwrap();
    std::os::unix::fs::symlink("shared/real.json", project.path("config.json")).unwrap();
    assert_eq!(project.saved().await, ["config.json"]);
    project.attend();
    project.write("shared/real.json", "{ }");
    assert_eq!(project.saved().await, ["shared/real.json"]);
}

#[tokio::test]
async fn a_folder_outside_is_watched_by_whatever_way_it_is_written() {
    let mut project = Project::new();
    project.write("elsewhere/app.py", "");
    project.write("lambdas/app/app.py", "settled");
    project.saved().await;
    let written = project.path("lambdas/../elsewhere/.");
    project.saves.attend(Files::new(Path::new("config.json"), [written])).unwrap();
    project.write("elsewhere/app.py", "changed");
    assert_eq!(project.saved().await, ["elsewhere/app.py"]);
}
