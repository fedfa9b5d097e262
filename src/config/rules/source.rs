//! Rules for the folder of a function and the file of its handler.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::config::problem::{Findings, Problem};
use crate::config::suggest::{closest, list};
use crate::config::tree::{JsonMember, JsonNode};

/// Problems of the folders. Functions that share a folder share a problem, which is reported once, for the first of
/// them.
#[derive(Default)]
pub(super) struct Folders<'a> {
    found: Vec<(Problem, Vec<&'a str>)>,
    known: HashMap<(&'a str, String), usize>,
}

impl<'a> Folders<'a> {
    /// Checks the folder of a function.
    pub(super) fn check(&mut self, entry: &'a JsonMember, directory: &Path) {
        let Some(written) = entry.value.text_of("source") else { return };
        let Some(problem) = problem(&entry.value, written, directory) else { return };
        match self.known.entry((written, problem.message.clone())) {
            Occupied(known) => self.found[*known.get()].1.push(&entry.name),
            Vacant(place) => {
                place.insert(self.found.len());
                self.found.push((problem, Vec::new()));
            }
        }
    }

    /// Reports the problems.
    pub(super) fn tell(self, findings: &mut Findings) {
        for (problem, others) in self.found {
            findings.add(match others.as_slice() {
                [] => problem,
                others => problem.detail(format!("the same applies to {}", list(others.iter().copied()))),
            });
        }
    }
}

fn problem(function: &JsonNode, written: &str, directory: &Path) -> Option<Problem> {
    let source = function.get("source")?;
    let folder = directory.join(written);
    if let Err(error) = fs::read_dir(&folder) {
        return Some(match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => no_folder(source, written, &folder),
            _ => unreadable(source, written, &error),
        });
    }
    let (handler, runtime) = (function.get("handler")?, function.text_of("runtime")?);
    let name = handler.text().filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))?;
    if runtime.starts_with("provided") {
        bootstrap(function, &folder, written)
    } else if runtime.starts_with("python") {
        python(handler, name, &folder, written)
    } else if runtime.starts_with("nodejs") {
        node_js(handler, name, &folder, written)
    } else {
        // In the other runtimes, handlers name classes, and the file does not follow from the class name.
        None
    }
}

fn unreadable(node: &JsonNode, name: &str, error: &io::Error) -> Problem {
    let denied = error.kind() == ErrorKind::PermissionDenied;
    let reason = if denied { "permission denied".to_owned() } else { error.to_string() };
    let problem = node.error(format!("`{name}` cannot be read: {reason}"));
    problem.maybe_hint(denied.then(|| "the user who runs stackctl needs permission to read it".to_owned()))
}

/// The first of these files that exists in the folder.
fn first_file<'f>(folder: &Path, files: &'f [String]) -> Result<Option<&'f String>, (&'f String, io::Error)> {
    for file in files {
        match fs::metadata(folder.join(file)) {
            Ok(about) if about.is_file() => return Ok(Some(file)),
            Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err((file, error));
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(None)
}

fn no_folder(node: &JsonNode, written: &str, folder: &Path) -> Problem {
    if folder.is_file() {
        return node
            .error(format!("`{written}` is a file"))
            .detail("a function's source is the folder that becomes its package");
    }
    let siblings = folder.parent().map(|parent| names_in(parent, Path::is_dir)).unwrap_or_default();
    let last = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let guess = closest(last, siblings.iter().map(String::as_str)).and_then(|guess| {
        let path = Path::new(written).with_file_name(guess);
        path.to_str().map(|path| format!("did you mean `{}`?", path.replace('\\', "/")))
    });
    node.error(format!("folder `{written}` not found"))
        .detail("the path starts from the folder of this file")
        .maybe_hint(guess)
}

/// The names of the folder's entries that satisfy the condition, sorted.
fn names_in(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path()).filter(|path| wanted(path));
    let mut names: Vec<_> =
        paths.filter_map(|path| path.file_name().and_then(|name| name.to_str()).map(str::to_owned)).collect();
    names.sort();
    names
}

/// Checks the file `bootstrap`, which the `provided.*` runtimes execute regardless of the handler.
fn bootstrap(function: &JsonNode, folder: &Path, written: &str) -> Option<Problem> {
    let runtime = function.get("runtime")?;
    match first_file(folder, &["bootstrap".to_owned()]) {
        Ok(Some(_)) => return None,
        Err((file, error)) => return Some(unreadable(runtime, &format!("{written}/{file}"), &error)),
        Ok(None) => {}
    }
    Some(
        runtime
            .error(format!("file `bootstrap` not found in `{written}`"))
            .detail("the runtime runs this file, regardless of the handler")
            .hint("build the program for Linux and put it there under this name"),
    )
}

/// Checks a Python handler: `a/b.function` and `a.b.function` refer to `a/b.py` or to the package `a/b/__init__.py`.
fn python(node: &JsonNode, handler: &str, folder: &Path, written: &str) -> Option<Problem> {
    let Some((module, function)) = handler.rsplit_once('.') else {
        return Some(shape(node, handler, "file.function"));
    };
    let module = module.replace('.', "/");
    match first_file(folder, &[format!("{module}.py"), format!("{module}/__init__.py")]) {
        Err((file, error)) => Some(unreadable(node, &format!("{written}/{file}"), &error)),
        Ok(Some(file)) => no_function(node, function, &folder.join(file), file),
        Ok(None) => Some(no_file(node, &format!("{module}.py"), folder, written, &[".py"])),
    }
}

/// Checks a JsonNode.js handler: `a/b.function` is an export of `a/b.js`, `a/b.mjs` or `a/b.cjs`.
fn node_js(node: &JsonNode, handler: &str, folder: &Path, written: &str) -> Option<Problem> {
    let base = handler.rfind('/').map_or(0, |slash| slash + 1);
    let Some(dot) = handler[base..].find('.') else {
        return Some(shape(node, handler, "file.function"));
    };
    let module = &handler[..base + dot];
    match first_file(folder, &["js", "mjs", "cjs"].map(|ending| format!("{module}.{ending}"))) {
        Err((file, error)) => Some(unreadable(node, &format!("{written}/{file}"), &error)),
        Ok(Some(file)) => {
            let function = handler.rsplit_once('.').map_or("", |(_, function)| function);
            no_function(node, function, &folder.join(file), file)
        }
        Ok(None) => Some(no_file(node, &format!("{module}.js"), folder, written, &[".js", ".mjs", ".cjs"])),
    }
}

fn shape(node: &JsonNode, handler: &str, form: &str) -> Problem {
    node.error(format!("`{handler}` names no function")).detail(format!("a handler is written `{form}`"))
}

fn no_file(node: &JsonNode, file: &str, folder: &Path, written: &str, endings: &[&str]) -> Problem {
    let parent = folder.join(file);
    let parent = parent.parent().unwrap_or(folder);
    let names = names_in(parent, |path| {
        let name = path.to_string_lossy();
        path.is_file() && endings.iter().any(|ending| name.ends_with(ending))
    });
    let problem = node.error(format!("file `{file}` not found in `{written}`"));
    if names.is_empty() {
        return problem;
    }
    let place = if file.contains('/') { "files beside it would be" } else { "existing files" };
    let name = file.rsplit('/').next().unwrap_or(file);
    let guess = closest(name, names.iter().map(String::as_str)).map(|guess| format!("did you mean `{guess}`?"));
    problem.detail(format!("{place}: {}", list(names.iter().map(String::as_str)))).maybe_hint(guess)
}

/// Warns if the function's name does not occur in the file: every invocation would fail.
fn no_function(node: &JsonNode, function: &str, path: &Path, file: &str) -> Option<Problem> {
    let text = fs::read_to_string(path).ok()?;
    let words: Vec<_> = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).collect();
    // Star imports and re-exports can define any name.
    let may_come_from_elsewhere = text.contains("import *") || text.contains("export *") || text.contains("require(");
    if words.contains(&function) || may_come_from_elsewhere {
        return None;
    }
    let guess = closest(function, words.iter().copied().filter(|word| word.len() > 2));
    Some(
        node.error(format!("the name `{function}` does not occur in `{file}`"))
            .maybe_hint(guess.map(|guess| format!("did you mean `{guess}`?")))
            .warning(),
    )
}
