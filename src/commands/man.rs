//! `stackctl man`: writes the man pages, one per command.

use std::{fs, path::Path};

use crate::{cli, exit::Exit, failure::Failure, session::Run};

#[expect(clippy::disallowed_methods, reason = "a page that is cut short is written again by the same command")]
pub(crate) fn run(run: &Run, folder: &Path) -> Result<Exit, Failure> {
    let mut pages = Vec::new();
    collect(&cli::command(), "stackctl", &mut pages);
    for (name, command) in pages {
        let mut page = Vec::new();
        let rendered = clap_mangen::Man::new(command).title(name.clone()).render(&mut page);
        let path = folder.join(format!("{name}.1"));
        rendered
            .and_then(|()| fs::write(&path, &page))
            .map_err(|error| Failure::io(format!("{} cannot be written", path.display()), &error))?;
        run.report.raw(format!("{}\n", path.display()).as_bytes());
    }
    Ok(Exit::Done)
}

/// Collects a command and its subcommands with the names of their pages.
fn collect(command: &clap::Command, name: &str, pages: &mut Vec<(String, clap::Command)>) {
    pages.push((name.to_owned(), command.clone()));
    for child in command.get_subcommands().filter(|child| !child.is_hide_set() && child.get_name() != "help") {
        collect(child, &format!("{name}-{}", child.get_name()), pages);
    }
}
