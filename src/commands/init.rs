//! `stackctl init`: creates an example project, completely or not at all. Never overwrites a file.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    cli::InitArgs,
    config::{IGNORED_BY_GIT, example_files, service_name_of},
    exit::Exit,
    failure::{Failure, Fault},
    filesystem,
    report::{NextStep, Written},
    session::Run,
};

const GITIGNORE: &str = ".gitignore";

pub(crate) fn run(run: &Run, arguments: &InitArgs) -> Result<Exit, Failure> {
    let given = arguments.folder.as_deref().unwrap_or(Path::new(""));
    let name = arguments.name.clone().unwrap_or_else(|| service_name_of(&name_of(given)));
    let files = example_files(&name, run.options.region.as_deref())?;
    let taken: Vec<&str> = files.iter().map(|(name, _)| *name).filter(|name| given.join(name).exists()).collect();
    if !taken.is_empty() {
        let mut fault = Fault::new("files of the example exist already, so nothing was written");
        fault.details.extend(taken.iter().map(|name| format!("{} exists", given.join(name).display())));
        let failure = Failure { exit: Exit::Usage, errors: vec![fault], hints: Vec::new() };
        return Err(failure.hint("run `stackctl init DIR` to create the project in another folder"));
    }
    let mut written: Vec<PathBuf> = Vec::new();
    for (name, text) in &files {
        let path = given.join(name);
        if let Err(error) = write_new(&path, text) {
            let failure = Failure::io(format!("{} cannot be written", path.display()), &error);
            return Err(take_back(&written, failure));
        }
        written.push(path);
    }
    if let Err(error) = ignore(&given.join(GITIGNORE)) {
        let failure = Failure::io(format!("{} cannot be written", given.join(GITIGNORE).display()), &error);
        return Err(take_back(&written, failure));
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).chain([GITIGNORE]).collect();
    run.report.data(&Written { files: &names, folder: given });
    run.report.note(
        "state/ records the ids of what you deploy and is not committed to git; a team keeps it in S3 (`state.s3` in the \
         config)",
    );
    let enter = arguments.folder.iter().map(|folder| format!("cd {}", folder.display()));
    let next = enter.chain(["stackctl up --local    # deploy to the local emulator, without an account".into()]);
    run.report.next(next.map(NextStep::Shell).collect());
    Ok(Exit::Done)
}

/// The name of a folder, also of the current one.
fn name_of(folder: &Path) -> String {
    let name = match std::path::absolute(if folder == Path::new("") { Path::new(".") } else { folder }) {
        Ok(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()),
        Err(_) => None,
    };
    name.unwrap_or_default()
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    make_parent(path)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

fn make_parent(path: &Path) -> io::Result<()> {
    let Some(parent) = path.parent().filter(|parent| *parent != Path::new("")) else { return Ok(()) };
    parent.ancestors().try_for_each(filesystem::no_link)?;
    fs::create_dir_all(parent)
}

/// Adds the missing lines to `.gitignore`.
fn ignore(path: &Path) -> io::Result<()> {
    let mut file = filesystem::open(path, OpenOptions::new().read(true).append(true).create(true))?;
    let text = io::read_to_string(&file)?;
    let missing = IGNORED_BY_GIT.iter().filter(|line| !text.lines().any(|present| present.trim() == **line));
    let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let added = missing.fold(String::new(), |added, line| added + line + "\n");
    if added.is_empty() { Ok(()) } else { file.write_all(format!("{separator}{added}").as_bytes()) }
}

/// Deletes the files that this run has written.
fn take_back(written: &[PathBuf], failure: Failure) -> Failure {
    written.iter().fold(failure, |failure, path| match fs::remove_file(path) {
        Ok(()) => failure,
        Err(_) => failure.hint(format!("remove {}, which this run has written", path.display())),
    })
}
