//! Identifies the config file that a state belongs to. This shows that a stack was renamed: its old state names the
//! same file.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::Run;
use crate::{
    cli,
    engine::{State, hex},
    state::Backend,
};

/// The identity of a config file as recorded in a state: in a folder, the file's path relative to that folder, which
/// stays valid when both are moved; in a bucket, a digest of the file's Git repository, or of this machine and path
/// where there is no repository. `None` when the file does not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Origin(Option<String>);

/// The identity of this run's config file, for a state in this store.
pub(crate) fn of(run: &Run, store: &dyn Backend) -> Origin {
    Origin(fs::canonicalize(&run.options.config).ok().map(|config| named(run, &config, &store.address())))
}

fn named(run: &Run, config: &Path, address: &str) -> String {
    if !address.starts_with("s3://") {
        return relative(Path::new(address), config).display().to_string();
    }
    let on_this_machine = || format!("{}:{}", cli::person(&run.options.environment).1, config.display());
    hex(&Sha256::digest(in_repository(config).unwrap_or_else(on_this_machine)))
}

impl Origin {
    /// Records the file in a state that is about to be saved.
    pub(crate) fn note(&self, state: &mut State) {
        state.config.clone_from(&self.0);
    }

    /// Whether a state was last saved by a command that used this file.
    pub(crate) fn is_of(&self, state: &State) -> bool {
        self.0.is_some() && self.0 == state.config
    }
}

/// The relative path from a folder to a file. Both are absolute.
fn relative(folder: &Path, file: &Path) -> PathBuf {
    let common = folder.components().zip(file.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(common).map(|_| Component::ParentDir);
    up.chain(file.components().skip(common)).collect()
}

/// The address of the repository that contains the file, and the file's path in it.
fn in_repository(file: &Path) -> Option<String> {
    let (root, git) = file.ancestors().skip(1).find_map(|folder| Some((folder, git_folder(folder)?)))?;
    let address = address_of_origin(&fs::read_to_string(git.join("config")).ok()?)?;
    Some(format!("{address}//{}", file.strip_prefix(root).ok()?.display()))
}

/// The folder with the Git data of a working tree.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    // In a linked working tree, `.git` is a file with the path of its folder inside the main clone.
    let own = root.join(fs::read_to_string(git).ok()?.strip_prefix("gitdir:")?.trim());
    let common = fs::read_to_string(own.join("commondir")).ok();
    Some(common.map_or_else(|| own.clone(), |common| own.join(common.trim())))
}

/// The URL of the remote `origin` without the parts that differ between clones: protocol and credentials.
fn address_of_origin(settings: &str) -> Option<String> {
    let origin = settings.lines().map(str::trim).skip_while(|line| *line != "[remote \"origin\"]").skip(1);
    let url = origin.take_while(|line| !line.starts_with('[')).find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == "url").then(|| value.trim())
    })?;
    let place = match url.split_once("://") {
        Some((_, place)) => place.to_owned(),
        None => url.replacen(':', "/", 1),
    };
    let host = place.find('/').unwrap_or(place.len());
    let place = place[..host].rfind('@').map_or(&*place, |at| &place[at + 1..]);
    Some(place.trim_end_matches('/').trim_end_matches(".git").to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_relative_path_starts_at_the_folder() {
        let way = |folder, file| relative(Path::new(folder), Path::new(file)).display().to_string();
        assert_eq!(way("/srv/shop/state", "/srv/shop/config.json"), "../config.json");
        assert_eq!(way("/srv/states", "/srv/shop/config.json"), "../shop/config.json");
        assert_eq!(way("/srv/shop", "/srv/shop/config.json"), "config.json");
    }

    #[test]
    fn clones_of_a_repository_have_the_same_address() {
        for url in [
            "git@example.com:acme/shop.git",
            "https://example.com/acme/shop",
            "https://ci:token@example.com/acme/shop.git/",
            "ssh://git@example.com/acme/shop.git",
        ] {
            let settings = format!(
                "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = elsewhere\n[remote \"origin\"]\n\turl = {url}\n"
            );
            assert_eq!(address_of_origin(&settings).as_deref(), Some("example.com/acme/shop"), "{url}");
        }
        assert_eq!(address_of_origin("[core]\n\tbare = false\n"), None);
    }

    #[test]
    fn a_file_is_identified_by_its_path_in_the_repository_also_in_a_linked_working_tree() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str| {
            fs::File::create(path(name)).unwrap().write_all(text.as_bytes()).unwrap();
        };
        fs::create_dir_all(path("clone/.git/worktrees/other")).unwrap();
        fs::create_dir_all(path("clone/services/shop")).unwrap();
        fs::create_dir_all(path("other/services/shop")).unwrap();
        write("clone/.git/config", "[remote \"origin\"]\n\turl = git@example.com:acme/all.git\n");
        write("clone/.git/worktrees/other/commondir", "../..\n");
        let own = path("clone/.git/worktrees/other");
        write("other/.git", &format!("gitdir: {}\n", own.display()));
        for tree in ["clone", "other"] {
            let found = in_repository(&path(tree).join("services/shop/config.json"));
            assert_eq!(found.as_deref(), Some("example.com/acme/all//services/shop/config.json"), "{tree}");
        }
        assert_eq!(git_folder(folder.path()), None);
    }
}
