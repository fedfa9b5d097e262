//! `stackctl init`: an example to begin with, written whole or not at all, and never over a file.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    config::example_files,
    exit::Exit,
    failure::{Failure, Fault},
    filesystem,
    report::Message,
    session::App,
};

pub(crate) fn run(app: &App) -> Result<Exit, Failure> {
    let folder = PathBuf::from(".");
    let files = example_files();
    let taken: Vec<&str> = files.iter().map(|(name, _)| *name).filter(|name| folder.join(name).exists()).collect();
    if !taken.is_empty() {
        let mut fault = Fault::new("there are files here already, so nothing was written");
        fault.details.extend(taken.iter().map(|name| format!("{name} exists")));
        let failure = Failure { exit: Exit::Usage, errors: vec![fault], hints: Vec::new() };
        return Err(failure.hint("run `stackctl init` in an empty folder"));
    }
    let mut written = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        if let Err(error) = write_new(&path, text) {
            let failure = Failure::io(format!("{name} cannot be written"), &error);
            return Err(take_back(&written, failure));
        }
        written.push(path);
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    app.report.data(&Message::Written { files: &names, folder: Path::new("") });
    let next = ["stackctl up --local    # bring it up on this machine, without an account".to_owned()];
    app.report.tell(&Message::Next { commands: &next });
    Ok(Exit::Done)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        parent.ancestors().try_for_each(filesystem::no_link)?;
        fs::create_dir_all(parent)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// Removes what this run has written.
fn take_back(written: &[PathBuf], failure: Failure) -> Failure {
    written.iter().fold(failure, |failure, path| match fs::remove_file(path) {
        Ok(()) => failure,
        Err(_) => failure.hint(format!("remove {}, which was written before", path.display())),
    })
}
