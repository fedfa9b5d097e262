//! Reads Markdown, well enough to find links, headings, code and tables.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use super::root;

/// A block of commands, for a shell.
pub struct Block {
    pub commands: String,
    /// The output that the page shows, if any.
    pub shown: Option<String>,
}

/// A page of the repository.
pub struct Page {
    /// From the repository's folder.
    pub path: PathBuf,
    pub text: String,
}

/// The pages in the repository's folder and those of the site.
pub fn pages() -> Vec<Page> {
    let in_docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let in_docs = in_docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut names: Vec<PathBuf> = in_docs.map(|path| path.strip_prefix(root()).unwrap().to_owned()).collect();
    names.extend(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].map(PathBuf::from));
    names.sort();
    names.into_iter().map(Page::read).collect()
}

impl Page {
    /// Reads a page.
    pub fn read(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        Self { path: path.to_owned(), text: fs::read_to_string(root().join(path)).unwrap() }
    }

    /// The page without fenced blocks and code spans, line for line.
    pub fn prose(&self) -> String {
        let prose = fences(&self.text).0;
        prose.lines().map(|line| spans(line).0 + "\n").collect()
    }

    /// The fenced blocks and the code spans.
    pub fn code(&self) -> Vec<String> {
        let (prose, mut code) = fences(&self.text);
        code.extend(prose.lines().flat_map(|line| spans(line).1));
        code
    }

    /// The targets of links and pictures.
    pub fn links(&self) -> Vec<String> {
        let prose = self.prose();
        let links = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let pictures = ["src=\"", "srcset=\""].into_iter().flat_map(|attribute| prose.split(attribute).skip(1));
        links.chain(pictures.filter_map(|rest| rest.split('"').next())).map(str::to_owned).collect()
    }

    /// What a link to a heading ends with.
    pub fn anchors(&self) -> BTreeSet<String> {
        let (prose, _) = fences(&self.text);
        prose
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| anchor(line.trim_start_matches('#').trim()))
            .collect()
    }
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The text with empty lines in the place of fenced blocks, and the blocks.
fn fences(text: &str) -> (String, Vec<String>) {
    let (mut prose, mut blocks, mut inside) = (String::new(), Vec::new(), false);
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
            if inside {
                blocks.push(String::new());
            }
        } else if inside {
            blocks.last_mut().unwrap().extend([line, "\n"]);
        } else {
            prose.push_str(line);
        }
        prose.push('\n');
    }
    (prose, blocks)
}

/// A line without its code spans, and the spans.
fn spans(line: &str) -> (String, Vec<String>) {
    let parts: Vec<&str> = line.split('`').collect();
    let prose = parts.iter().step_by(2).copied().collect::<Vec<_>>().join("`");
    (prose, parts.iter().skip(1).step_by(2).map(|span| (*span).to_owned()).collect())
}

/// A path without `..`.
pub fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut normal, component| {
        match component {
            Component::ParentDir => _ = normal.pop(),
            other => normal.push(other),
        }
        normal
    })
}

/// The text of a section of the second level.
pub fn section(text: &str, heading: &str) -> String {
    let (_, rest) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section `{heading}`"));
    rest.split("\n## ").next().unwrap_or_default().to_owned()
}

/// The text of the first code block of a section.
pub fn first_fence(section: &str) -> String {
    section.split("```\n").nth(1).unwrap().to_owned()
}

/// The blocks of a page: each ```` ```sh ````, with the ```` ```text ```` that follows it.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for fence in page.split("\n```").skip(1).step_by(2) {
        let (language, text) = fence.split_once('\n').unwrap();
        match (language, blocks.last_mut()) {
            ("sh", _) => blocks.push(Block { commands: text.to_owned(), shown: None }),
            ("text", Some(block)) if block.shown.is_none() => block.shown = Some(text.to_owned()),
            _ => panic!("a fence of the tour is neither run nor compared:\n{fence}"),
        }
    }
    blocks
}

/// The cells of the rows of all tables, without their heads.
pub fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with('|') && lines.peek().is_some_and(|next| next.starts_with("|--") || next.starts_with("|:-"))
        {
            lines.next();
        } else if line.starts_with('|') {
            rows.push(line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect());
        }
    }
    rows
}

/// A cell without backticks.
pub fn bare(cell: &str) -> String {
    cell.trim_matches('`').to_owned()
}

#[test]
fn prose_and_code_are_separated() {
    let text = "# A `b` c\nsee [x](y.md#z) and `[no](code.md)`\n```sh\n[no](fence.md)\n```\n";
    let page = Page { path: "docs/a.md".into(), text: text.to_owned() };
    assert_eq!(page.links(), ["y.md#z"]);
    assert_eq!(page.code(), ["[no](fence.md)\n", "b", "[no](code.md)"]);
    assert!(page.anchors().contains("a-b-c"));
    assert_eq!(page.prose().lines().count(), text.lines().count());
}
