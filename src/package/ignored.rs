//! Exclusion rules of a package: files that are never code, files that may contain secrets, and `.lambdaignore`.
//!
//! The rules use the syntax of `.gitignore`. Those of `.lambdaignore` have precedence over the built-in ones, so
//! `!.env` includes `.env`.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::sync::LazyLock;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, Glob};

use super::PackageError;

/// The file with the exclusion rules of a folder, in the syntax of `.gitignore`.
const LAMBDAIGNORE: &str = ".lambdaignore";

/// Files that are never code. They differ by machine or change while files are edited, so that they would change the
/// package without a change of code.
const NEVER_CODE: &[&str] = &[
    LAMBDAIGNORE,
    "__pycache__",
    // Version control.
    ".git",
    ".hg",
    ".svn",
    ".jj",
    // The folders of tools, including stackctl's own.
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
    // Files of desktop environments.
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
    // Swap files of Vim, locks and backups of Emacs, `~` backups, and temporary files of other editors.
    "*~",
    ".*.sw[nopx]",
    ".#*",
    "\\#*#",
    "*___jb_tmp___",
    "*___jb_old___",
];

/// Files that contain credentials.
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

/// Files that contain credentials or something harmless, such as trusted certificates. The content decides.
const MAYBE_SECRET: &[&str] = &["*.pem", "*.key", ".npmrc", ".yarnrc.yml"];

static BUILT_IN: LazyLock<[Gitignore; 3]> = LazyLock::new(|| [NEVER_CODE, SECRET, MAYBE_SECRET].map(built_in));

/// Compiles built-in rules. They ignore case, because `.ENV` is `.env` on case-insensitive file systems.
fn built_in(lines: &[&str]) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    let made = builder.case_insensitive(true).is_ok() && lines.iter().all(|line| builder.add_line(None, line).is_ok());
    let rules = builder.build();
    rules.ok().filter(|_| made).expect("the built-in rules are well-formed")
}

/// Whether a file is included in the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Included,
    LeftOut,
    /// Excluded because it may contain a secret.
    Secret,
}

/// The exclusion rules of one folder.
pub(super) struct Ignored {
    rules: Gitignore,
}

impl Ignored {
    /// Reads the `.lambdaignore` at the top of the folder, if there is one. `.gitignore` is not used: build output is
    /// often ignored by git, but belongs in the package.
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

    /// Decides about a path in the folder. None of its parents may be excluded.
    pub(super) fn judge(&self, path: &Path, is_folder: bool) -> Verdict {
        match self.rules.matched(path, is_folder) {
            Match::Ignore(_) => Verdict::LeftOut,
            Match::Whitelist(rule) if names_something(rule) => Verdict::Included,
            Match::Whitelist(_) | Match::None => judge_built_in(path, is_folder),
        }
    }
}

/// Whether a rule contains more than wildcards: `!src/**` includes what another rule excluded, but not the `.env` in
/// it.
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

/// Whether a folder contains stackctl state files, which would change the package on every deploy.
fn holds_states(folder: &Path) -> bool {
    let is_state = |path: &Path| {
        path.extension().is_some_and(|ending| ending == "json")
            && beginning(path, 64).starts_with("{\n  \"checksum\": \"")
    };
    let entries = if folder.ends_with("state") { fs::read_dir(folder).ok() } else { None };
    entries.into_iter().flatten().flatten().any(|entry| is_state(&entry.path()))
}

/// Whether a file contains a private key or a registry token.
fn holds_secret(path: &Path) -> bool {
    // Keys are shorter than this, and the limit avoids reading large files twice.
    let text = beginning(path, 1024 * 1024);
    let is_token = |line: &str| {
        let names_one = ["_auth", "_password", "npmAuthToken", "npmAuthIdent"].iter().any(|key| line.contains(key));
        // `${NPM_TOKEN}` refers to the environment; the file does not contain the token.
        names_one && !line.contains("${")
    };
    text.contains("PRIVATE KEY-----") || text.lines().any(is_token)
}

/// Reads the first bytes of a file. Read errors are reported later, by packaging.
fn beginning(path: &Path, most: u64) -> String {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    if read.is_err() {
        bytes.clear();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a change of `path` can change the package of `folder`, which contains it. A deleted path counts as a file.
/// If `.lambdaignore` cannot be read, every change counts, so that the error is reported.
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
