//! Parses Rust files far enough to find the modules that they use.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A Rust file.
pub struct Source {
    /// Relative to the repository.
    pub path: PathBuf,
    /// Its top-level module: `engine` for `src/engine/plan/order.rs`.
    pub module: String,
    pub text: String,
    /// The text without comments, strings and unit tests; lines keep their numbers.
    pub code: String,
}

/// The Rust files in a folder of the repository, sorted by path.
pub fn sources(folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&super::root().join(folder), &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "{folder} has no Rust files");
    paths.into_iter().map(|path| source(&path, folder)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn source(path: &Path, folder: &str) -> Source {
    let text = fs::read_to_string(path).unwrap();
    let path = path.strip_prefix(super::root()).unwrap();
    let module = path.strip_prefix(folder).unwrap().iter().next().unwrap().to_string_lossy();
    let module = module.trim_end_matches(".rs").to_owned();
    let code = without_strings_and_comments(&text);
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
    Source { path: path.to_owned(), module, code, text }
}

impl Source {
    /// The top-level modules that the code uses, by `crate::` or by enough `super::`.
    pub fn used(&self) -> BTreeSet<String> {
        let mut used = names_after(&self.code, "crate::");
        let folders = self.path.iter().count() - 2;
        let up = if self.path.ends_with("mod.rs") { folders } else { folders + 1 };
        for (at, _) in self.code.match_indices(&"super::".repeat(up)) {
            if !self.code[..at].ends_with("super::") {
                let rest = &self.code[at + up * "super::".len()..];
                if !rest.starts_with("super::") {
                    used.extend(first_names(rest));
                }
            }
        }
        used
    }
}

impl Source {
    /// The paths that the code imports or writes in full, each starting at `crate`, `super`, `self` or a child module.
    pub fn imports(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        for statement in self.code.split(';') {
            let begins = ["use ", "pub use ", "pub(crate) use ", "pub(super) use "];
            let line = statement.lines().position(|line| begins.iter().any(|begin| line.starts_with(begin)));
            match line {
                Some(line) => {
                    let tree = statement.lines().skip(line).collect::<Vec<_>>().join(" ");
                    let (_, tree) = tree.split_once("use ").unwrap_or_default();
                    leaves(&[], tree, &mut paths);
                }
                // Modules inside a file import from the file.
                None if statement.lines().any(|line| line.trim_start().starts_with("use ")) => {}
                None => paths.extend(named_in_full(statement)),
            }
        }
        paths
    }
}

/// The paths of a tree of imports.
fn leaves(begin: &[String], tree: &str, paths: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let Some((head, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default().split("::").map(|part| part.trim().to_owned());
        let path = path.filter(|part| part != "self" || begin.is_empty());
        paths.push([begin.to_vec(), path.collect()].concat());
        return;
    };
    let head = head.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty());
    let begin = [begin.to_vec(), head.collect()].concat();
    let (mut depth, mut from) = (0_usize, 0);
    let inner = &rest[..rest.rfind('}').unwrap_or(rest.len())];
    for (at, letter) in inner.char_indices().chain([(inner.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                if !inner[from..at].trim().is_empty() {
                    leaves(&begin, &inner[from..at], paths);
                }
                from = at + 1;
            }
            _ => {}
        }
    }
}

/// The paths in an expression or a signature that start with `crate::` or `super::`.
fn named_in_full(code: &str) -> Vec<Vec<String>> {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words =
        code.split(|c: char| !is_path(c)).filter(|word| word.starts_with("crate::") || word.starts_with("super::"));
    words.map(|word| word.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect()).collect()
}

fn names_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let paths = code.match_indices(prefix).filter(|(at, _)| {
        // `$crate` of a macro and `stackctl_crate::` do not count.
        !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$')
    });
    paths.flat_map(|(at, _)| first_names(&code[at + prefix.len()..])).collect()
}

/// The first names of a path: one, or several in braces.
fn first_names(rest: &str) -> BTreeSet<String> {
    let Some(inner) = rest.strip_prefix('{') else { return BTreeSet::from([identifier(rest)]) };
    let mut names = BTreeSet::new();
    let (mut depth, mut begins) = (0, true);
    for (at, letter) in inner.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            _ if begins && !letter.is_whitespace() => {
                names.insert(identifier(&inner[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Blanks comments and the contents of strings; lines keep their numbers.
fn without_strings_and_comments(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if letter == '"' {
            code.push('"');
            string_end(rest)
        } else if rest.starts_with("r\"") || rest.starts_with("r#") {
            raw_string_end(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else if rest.starts_with("'\\") {
            rest[3..].find('\'').map_or(1, |end| end + 4)
        } else {
            code.push(letter);
            rest = &rest[letter.len_utf8()..];
            continue;
        };
        code.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
        rest = &rest[skipped..];
    }
    code
}

fn string_end(rest: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

/// The end of `r"…"` and `r#"…"#`; for the raw identifier `r#type`, its first two letters.
fn raw_string_end(rest: &str) -> usize {
    let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
    if !rest[1 + hashes..].starts_with('"') {
        return 1 + hashes;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let begin = 2 + hashes;
    rest[begin..].find(&close).map_or(rest.len(), |end| begin + end + close.len())
}

#[test]
fn used_modules_are_found_in_every_form() {
    let text = r##"
        use crate::{aws::{Cloud, call}, engine, state::State};
        use super::super::config;
        fn f() { crate::report::say("crate::cli"); let _ = r#"crate::exit"#; } // crate::error
        #[cfg(test)]
mod tests {
            use crate::commands;
        }
    "##;
    let code = without_strings_and_comments(text).replace("        #[cfg", "#[cfg");
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
    let source = Source { path: "src/engine/plan/mod.rs".into(), module: "engine".into(), text: String::new(), code };
    let names = source.used();
    assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>(), ["aws", "config", "engine", "report", "state"]);
}
