//! What stays out of a package: what is never code, what may hold a secret, and what `.lambdaignore` says.
//!
//! The rules are lines of `.gitignore`. Those of `.lambdaignore` win over the built-in ones, so `!.env` includes `.env`.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::sync::LazyLock;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, Glob};

use super::PackageError;

/// The file that says what stays out, in the syntax of `.gitignore`.
const LAMBDAIGNORE: &str = ".lambdaignore";

/// Names that are never code: they differ by machine or come and go while files are edited, so that they would change the
/// package without a change of code.
const NEVER_CODE: &[&str] = &[
    LAMBDAIGNORE,
    "__pycache__",
    // Version control, and what it leaves beside a file.
    ".git",
    ".hg",
    ".svn",
    ".jj",
    // The folders of tools, ours among them.
    ".stackctl",
    ".terraform",
    ".aws-sam",
    ".serverless",
    ".venv",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    ".ipynb_checkpoints",
    ".idea",
    ".vscode",
    // Desktops.
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    // Swap files of Vim, locks and backups of Emacs, backups by `~`, and what other editors write before they rename it.
    "*~",
    ".*.sw[nopx]",
    ".#*",
    "\\#*#",
    "*___jb_tmp___",
    "*___jb_old___",
];

/// Names of what holds credentials.
const SECRET: &[&str] = &[
    ".env",
    ".env.*",
    "!.env.dist",
    "!.env.example",
    "!.env.sample",
    "!.env.template",
    ".envrc",
    ".aws",
    ".azure",
    ".kube",
    ".ssh",
    ".gnupg",
    ".netrc",
    "_netrc",
    ".pypirc",
    ".git-credentials",
    ".pgpass",
    ".my.cnf",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "*.ppk",
    "*.p12",
    "*.pfx",
    "*.tfstate",
    "*.tfstate.*",
    "*.tfvars",
    "*.tfvars.json",
];

/// Names of what holds credentials or something harmless, such as the certificates that clients trust: the content decides.
const MAYBE_SECRET: &[&str] = &["*.pem", "*.key", ".npmrc", ".yarnrc.yml"];

static BUILT_IN: LazyLock<[Gitignore; 3]> = LazyLock::new(|| [NEVER_CODE, SECRET, MAYBE_SECRET].map(built_in));

/// Whatever the case: `.ENV` is `.env` where file systems do not tell them apart.
fn built_in(lines: &[&str]) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    let made = builder.case_insensitive(true).is_ok() && lines.iter().all(|line| builder.add_line(None, line).is_ok());
    let rules = builder.build();
    rules.ok().filter(|_| made).expect("the built-in rules are well-formed")
}

/// Whether something goes into the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Included,
    LeftOut,
    /// Left out because it may hold a secret.
    Secret,
}

/// What stays out of one folder's package.
pub(super) struct Ignored {
    rules: Gitignore,
}

impl Ignored {
    /// Reads the `.lambdaignore` at the top of the folder, if there is one. `.gitignore` is not looked at: build results are
    /// often ignored by git, and are what a package is for.
    pub(super) fn of(folder: &Path) -> Result<Self, PackageError> {
        let path = folder.join(LAMBDAIGNORE);
        let mut builder = GitignoreBuilder::new(folder);
        if path.exists()
            && let Some(error) = builder.add(&path)
        {
            return Err(PackageError::Ignore { path, reason: error.to_string() });
        }
        let rules = builder.build().map_err(|error| PackageError::Ignore { path, reason: error.to_string() })?;
        Ok(Self { rules })
    }

    /// Decides on a path within the folder, none of whose parents is left out.
    pub(super) fn judge(&self, path: &Path, is_folder: bool) -> Verdict {
        match self.rules.matched(path, is_folder) {
            Match::Ignore(_) => Verdict::LeftOut,
            Match::Whitelist(rule) if names_something(rule) => Verdict::Included,
            Match::Whitelist(_) | Match::None => judge_built_in(path, is_folder),
        }
    }
}

/// Says whether a rule names more than `*`: `!src/**` is about what another rule left out, and not about the `.env` in it.
fn names_something(rule: &Glob) -> bool {
    let last = rule.original().trim_end_matches('/').rsplit('/').next();
    last.is_some_and(|last| last.contains(char::is_alphanumeric))
}

fn judge_built_in(path: &Path, is_folder: bool) -> Verdict {
    let Some(name) = path.file_name() else { return Verdict::Included };
    let [never_code, secret, maybe_secret] = &*BUILT_IN;
    let matched = |rules: &Gitignore| rules.matched(name, is_folder).is_ignore();
    if matched(never_code) || is_folder && (path.join("pyvenv.cfg").is_file() || holds_states(path)) {
        Verdict::LeftOut
    } else if matched(secret) || !is_folder && matched(maybe_secret) && holds_secret(path) {
        Verdict::Secret
    } else {
        Verdict::Included
    }
}

/// Says whether a folder is the one that stackctl keeps its states in: each deploy would change the package.
fn holds_states(folder: &Path) -> bool {
    let is_state = |path: &Path| {
        path.extension().is_some_and(|ending| ending == "json")
            && beginning(path, 64).starts_with("{\n  \"checksum\": \"")
    };
    let entries = if folder.ends_with("state") { fs::read_dir(folder).ok() } else { None };
    entries.into_iter().flatten().flatten().any(|entry| is_state(&entry.path()))
}

/// Says whether a file holds a private key or a registry's token.
fn holds_secret(path: &Path) -> bool {
    // No key is as long, and no large file is read twice.
    let text = beginning(path, 1024 * 1024);
    let is_token = |line: &str| {
        let names_one = ["_auth", "_password", "npmAuthToken", "npmAuthIdent"].iter().any(|key| line.contains(key));
        // `${NPM_TOKEN}` is in the environment, not in the file.
        names_one && !line.contains("${")
    };
    text.contains("PRIVATE KEY-----") || text.lines().any(is_token)
}

/// Reads the first bytes of a file. One that cannot be read is told when it is packaged.
fn beginning(path: &Path, most: u64) -> String {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    if read.is_err() {
        bytes.clear();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Says whether a change of `path` can change the package of `folder`, in which it is; a path that is gone counts as a
/// file. Where `.lambdaignore` cannot be read, every change can: it has to be told.
#[must_use]
pub fn may_change(folder: &Path, path: &Path) -> bool {
    let Ok(below) = path.strip_prefix(folder) else { return false };
    if below == Path::new(LAMBDAIGNORE) {
        return true;
    }
    let Ok(ignored) = Ignored::of(folder) else { return true };
    let mut at = folder.to_owned();
    !below.iter().any(|part| {
        at.push(part);
        ignored.judge(&at, at.is_dir()) != Verdict::Included
    })
}
