//! The imports between the files of each crate, in two graphs: to the file that defines a name, and to the file in the
//! path, which may be a `mod.rs` that re-exports it.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Source, sources};

/// The modules whose files may still have import cycles.
const OPEN: &[&str] = &["cli", "commands", "config", "failure", "package", "report", "session", "watch"];

/// The rooms of the local emulator whose files may still have import cycles: its services use the whole emulator.
const OPEN_IN_LOCAL: &[&str] = &["emulator", "gateway", "runtime", "services", "testing"];

type Path = Vec<String>;

/// The files by their module paths, `["engine", "plan"]` for `src/engine/plan/mod.rs`.
struct Files(BTreeMap<Path, File>);

struct File {
    is_mod: bool,
    imports: Vec<Path>,
}

impl Files {
    fn read(folder: &str) -> Self {
        let path = |source: &Source| {
            let path = source.path.with_extension("");
            let parts = path.iter().skip(folder.split('/').count()).map(|part| part.to_string_lossy().into_owned());
            parts.filter(|part| part != "mod" && part != "lib").collect::<Path>()
        };
        Self(
            sources(folder)
                .into_iter()
                .filter(|source| !source.path.ends_with("main.rs"))
                .map(|source| {
                    let file = File { is_mod: source.path.ends_with("mod.rs"), imports: source.imports() };
                    (path(&source), file)
                })
                .collect(),
        )
    }

    /// The file that a path leads to, and the rest of the path.
    fn file<'p>(&self, path: &'p [String]) -> (Path, &'p [String]) {
        let length = (0..=path.len()).rev().find(|length| self.0.contains_key(&path[..*length])).unwrap_or_default();
        (path[..length].to_vec(), &path[length..])
    }

    /// The file that defines the item of a path; re-exports are followed.
    fn defines(&self, path: &[String], depth: usize) -> Path {
        let (file, rest) = self.file(path);
        let Some(name) = rest.first().filter(|_| depth < 9) else { return file };
        let exported = self.0[&file].imports.iter().find(|import| import.last() == Some(name));
        match exported.map(|import| self.absolute(&file, import)) {
            Some(Some(target)) if target != path => self.defines(&target, depth + 1),
            _ => file,
        }
    }

    /// A path from the root of the crate; `None` for a path into another crate.
    fn absolute(&self, file: &Path, path: &Path) -> Option<Path> {
        let ups = path.iter().take_while(|part| *part == "super").count();
        match path[0].as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([file.clone(), path[1..].to_vec()].concat()),
            "super" => Some([file[..file.len().checked_sub(ups)?].to_vec(), path[ups..].to_vec()].concat()),
            first => {
                let child = [file.clone(), vec![first.to_owned()]].concat();
                self.0.contains_key(&child).then(|| [file.clone(), path.clone()].concat())
            }
        }
    }

    /// The import graph. With `exports`, the imports of a `mod.rs` count, too.
    fn graph(&self, exports: bool, target: impl Fn(&[String]) -> Path) -> BTreeMap<Path, BTreeSet<Path>> {
        let edges = self
            .0
            .iter()
            .filter(|(file, source)| !file.iter().any(|part| part == "tests") && (exports || !source.is_mod))
            .map(|(file, source)| {
                let used = source.imports.iter().filter_map(|path| self.absolute(file, path));
                let targets = used.map(|path| target(&path)).filter(|other| other != file && !other.is_empty());
                (file.clone(), targets.collect())
            });
        edges.collect()
    }
}

/// The files in import cycles: those that reach themselves.
fn circles(graph: &BTreeMap<Path, BTreeSet<Path>>, open: &[&str]) -> Vec<String> {
    let reach = |start: &Path| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
        while let Some(file) = open.pop() {
            open.extend(graph.get(file).into_iter().flatten().filter(|other| seen.insert((*other).clone())));
        }
        seen
    };
    let all: BTreeMap<&Path, BTreeSet<Path>> = graph.keys().map(|file| (file, reach(file))).collect();
    let line = |(file, used): (&Path, &BTreeSet<Path>)| {
        let back = used.iter().filter(|other| all.get(other).is_some_and(|reached| reached.contains(file)));
        let back: Vec<String> = back.map(|other| other.join("::")).collect();
        (!back.is_empty()).then(|| format!("{} -> {}", file.join("::"), back.join(", ")))
    };
    graph
        .iter()
        .filter(|(file, _)| file.first().is_some_and(|module| !open.contains(&module.as_str())))
        .filter_map(line)
        .collect()
}

#[test]
fn files_have_no_import_cycles() {
    let files = Files::read("src");
    let by_definition = files.graph(false, |path| files.defines(path, 0));
    super::none(&circles(&by_definition, OPEN), "circles by the file that defines a name");
    super::none(&circles(&files.graph(true, |path| files.file(path).0), OPEN), "circles through mod.rs");
    let files = Files::read("local/src");
    let by_definition = files.graph(false, |path| files.defines(path, 0));
    super::none(&circles(&by_definition, OPEN_IN_LOCAL), "circles by the file that defines a name");
}

#[test]
fn rooms_of_the_local_emulator_use_only_those_below() {
    let files = Files::read("local/src");
    let rooms = super::page::rooms();
    let room = |path: &[String]| match path {
        [services, service, ..] if services == "services" => service.clone(),
        [room, ..] => room.clone(),
        [] => "lib".to_owned(),
    };
    let mut found = Vec::new();
    for (file, used) in files.graph(true, |path| files.defines(path, 0)) {
        let (own, is_service) = (room(&file), file[..].first().is_some_and(|room| room == "services"));
        let name = if is_service { "services" } else { own.as_str() };
        let Some(may) = rooms.get(name) else { continue };
        // The folder of all services is no room.
        let folder = ["services".to_owned()];
        for other in used.iter().filter(|other| room(other) != own && !other.is_empty() && **other != folder) {
            if !may.contains(&other[0]) {
                found.push(format!("{} uses {}", file.join("::"), other.join("::")));
            }
        }
    }
    super::none(&found, "ARCHITECTURE.md, \"The local emulator\"");
}

#[test]
fn only_files_in_a_cycle_are_found() {
    let path = |name: &str| vec![name.to_owned()];
    let graph = [("a", vec!["b"]), ("b", vec!["c"]), ("c", vec!["b", "d"]), ("d", vec![])];
    let graph = graph.map(|(file, used)| (path(file), used.into_iter().map(path).collect()));
    assert_eq!(circles(&graph.into_iter().collect(), &[]), ["b -> c", "c -> b"]);
}

#[test]
fn a_mod_file_has_only_docs_modules_and_exports() {
    let mods = sources("src").into_iter().filter(|source| source.path.ends_with("mod.rs"));
    let defines = |source: &Source| {
        let words = ["fn", "struct", "enum", "trait", "impl", "type", "const", "static", "macro_rules!"];
        source.code.lines().any(|line| line.split([' ', '<']).any(|word| words.contains(&word)))
    };
    let found = mods.filter(|source| !OPEN.contains(&source.module.as_str()) && defines(source));
    super::none(&found.map(|source| source.path.display().to_string()).collect::<Vec<_>>(), "mod.rs defines something");
}

/// Names of associated types that every kind has.
const PER_KIND: &[&str] = &["Spec", "Outputs"];

#[test]
fn a_type_name_has_one_meaning() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources("src") {
        for line in source.code.lines() {
            let rest = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub "));
            let Some((word, name)) = rest.and_then(|rest| rest.split_once(' ')) else { continue };
            if ["struct", "enum", "trait", "type"].contains(&word) {
                let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
                places.entry(name).or_default().push(source.path.display().to_string());
            }
        }
    }
    places.retain(|name, places| places.len() > 1 && !PER_KIND.contains(&name.as_str()));
    let found = places.into_iter().map(|(name, places)| format!("{name}: {}", places.join(", ")));
    super::none(&found.collect::<Vec<_>>(), "a public or crate-visible type name occurs once");
}
