//! Holds the documentation, the schema and the help to the glossary: no phrase that it bans.
//!
//! [`problems`] takes any text, so that more places can be held to the list as their words are changed.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::docs::page::{self, Page, pages};

/// A phrase that is not to be written, and what is written instead.
pub struct Banned {
    phrase: Vec<String>,
    instead: String,
}

/// The list in the glossary.
pub fn banned() -> Vec<Banned> {
    let glossary = Page::read("docs/glossary.md");
    let rows = page::rows(&page::section(&glossary.text, "Banned phrases"));
    let banned = |row: Vec<String>| {
        let phrase = row[0].to_lowercase().split(' ').map(str::to_owned).collect();
        Banned { phrase, instead: row[1].clone() }
    };
    rows.into_iter().map(banned).collect()
}

/// The banned phrases in a text, each with its place and what to write.
pub fn problems(place: &str, text: &str, banned: &[Banned]) -> Vec<String> {
    let mut words: Vec<(usize, String)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let split = line.split(|c: char| !(c.is_alphanumeric() || "-_'".contains(c)));
        words.extend(split.filter(|word| !word.is_empty()).map(|word| (number + 1, word.to_lowercase())));
    }
    let found = (0..words.len()).flat_map(|at| banned.iter().map(move |banned| (at, banned)));
    let found = found.filter(|(at, banned)| {
        words.len() - at >= banned.phrase.len()
            && banned.phrase.iter().zip(&words[*at..]).all(|(part, (_, word))| fits(part, word))
    });
    found
        .map(|(at, Banned { phrase, instead })| {
            format!("{place}:{}: `{}`: write {instead}", words[at].0, phrase.join(" "))
        })
        .collect()
}

/// Whether a word is that of a phrase, in which `*` stands for the rest of a word.
fn fits(part: &str, word: &str) -> bool {
    part.strip_suffix('*').map_or(part == word, |start| word.starts_with(start))
}

#[test]
fn the_documentation_has_no_banned_phrase() {
    let banned = banned();
    assert!(banned.len() > 40, "the list was not read");
    let found: Vec<String> = pages()
        .into_iter()
        .flat_map(|page| {
            let prose = page.prose();
            // The list itself is on the page.
            let prose = prose.split("\n## Banned phrases\n").next().unwrap_or_default();
            problems(&page.path.display().to_string(), prose, &banned)
        })
        .collect();
    crate::docs::none(&found);
}

#[test]
fn the_schema_has_no_banned_phrase() {
    let banned = banned();
    let schema = stackctl::config::schema();
    let mut texts = Vec::new();
    descriptions(&schema, "config.json", &mut texts);
    assert!(texts.len() > 100, "the schema was not read");
    let found: Vec<String> = texts.iter().flat_map(|(place, text)| problems(place, text, &banned)).collect();
    crate::docs::none(&found);
}

fn descriptions(value: &Value, place: &str, texts: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "description" => texts.push((place.to_owned(), text.clone())),
                    _ => descriptions(member, name, texts),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| descriptions(item, place, texts)),
        _ => {}
    }
}

#[test]
fn the_help_has_no_banned_phrase() {
    let banned = banned();
    let mut texts = Vec::new();
    help(&stackctl::command_line(), &mut texts);
    assert!(texts.len() > 100, "the help was not read");
    let found: Vec<String> = texts.iter().flat_map(|(place, text)| problems(place, text, &banned)).collect();
    crate::docs::none(&found);
}

/// The texts of a command and of those beneath it.
fn help(command: &clap::Command, texts: &mut Vec<(String, String)>) {
    let own = [command.get_about(), command.get_long_about(), command.get_after_help()];
    let arguments = command.get_arguments().flat_map(|argument| [argument.get_help(), argument.get_long_help()]);
    let all = own.into_iter().chain(arguments).flatten();
    texts.extend(all.map(|text| (format!("help of {}", command.get_name()), text.to_string())));
    command.get_subcommands().for_each(|command| help(command, texts));
}

#[test]
fn the_messages_have_no_banned_phrase() {
    let banned = banned();
    let mut texts = Vec::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let code = std::fs::read_to_string(&path).unwrap();
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        texts.extend(literals(code).into_iter().map(|text| (path.display().to_string(), text)));
    }
    assert!(texts.len() > 1000, "the messages were not read");
    let found: Vec<String> = texts.iter().flat_map(|(place, text)| problems(place, text, &banned)).collect();
    crate::docs::none(&found);
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs")
            && path.file_name().is_none_or(|name| name != "tests.rs")
        {
            found.push(path);
        }
    }
    found
}

/// The string literals of a source that are more than one word, without their placeholders.
fn literals(code: &str) -> Vec<String> {
    let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n").replace("'\"'", "").replace("\\\"", "");
    let texts = code.split('"').skip(1).step_by(2);
    let plain = |text: &str| {
        let parts = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
        parts.collect::<Vec<_>>().join(" ")
    };
    texts.filter(|text| text.contains(' ')).map(plain).collect()
}

#[test]
fn the_literals_of_a_source_are_read_without_its_comments_and_placeholders() {
    let code = "// \"no literal\"\nlet a = format!(\"it has {gone} \\\"left\\\"\"); let b = \"word\";";
    assert_eq!(literals(code), ["it has   left"]);
}

#[test]
fn a_banned_phrase_is_found_over_the_end_of_a_line() {
    let banned = [Banned { phrase: vec!["look*".into(), "at".into()], instead: "read".into() }];
    assert_eq!(problems("page", "It looks\nat this, or overlooks it", &banned), ["page:1: `look* at`: write read"]);
}
