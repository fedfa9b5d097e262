//! Reads README.md, and the blocks of other pages.

use std::fs;

/// One block of the tour.
pub struct Block {
    /// The commands of the block.
    pub commands: String,
    /// The output that the page shows, if any.
    pub shown: Option<String>,
}

/// A page of the repository.
pub fn text(path: &str) -> String {
    fs::read_to_string(super::root().join(path)).unwrap()
}

fn page() -> String {
    text("README.md")
}

/// The text under a level 2 heading.
pub fn section(heading: &str) -> String {
    let page = page();
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section `{heading}`"));
    rest.split("\n## ").next().unwrap_or_default().to_owned()
}

/// The text of the first code block of a section.
pub fn first_fence(section: &str) -> String {
    section.split("```\n").nth(1).unwrap().to_owned()
}

/// The blocks of a section or a page: each ```` ```sh ````, with the ```` ```text ```` that follows it.
pub fn blocks(section: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for fence in section.split("\n```").skip(1).step_by(2) {
        let (language, text) = fence.split_once('\n').unwrap();
        match (language, blocks.last_mut()) {
            ("sh", _) => blocks.push(Block { commands: text.to_owned(), shown: None }),
            ("text", Some(block)) if block.shown.is_none() => block.shown = Some(text.to_owned()),
            _ => panic!("a fence of the tour is neither run nor compared:\n{fence}"),
        }
    }
    blocks
}
