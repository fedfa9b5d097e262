//! The XML documents in requests to S3.

use std::collections::BTreeMap;

use xmlparser::{ElementEnd, Token, Tokenizer};

use crate::wire::error::AwsError;

/// Parses a document whose root contains only elements with text. Returns the texts by element name.
///
/// # Errors
/// When it is not XML, has another root, or has deeper elements.
pub(super) fn read(body: &[u8], root: &str) -> Result<BTreeMap<String, String>, AwsError> {
    let text = std::str::from_utf8(body).map_err(|_| malformed())?;
    let mut open: Vec<String> = Vec::new();
    let mut texts = BTreeMap::new();
    for token in Tokenizer::from(text) {
        match token.map_err(|_| malformed())? {
            Token::ElementStart { local, .. } => {
                if open.is_empty() && local.as_str() != root || open.len() > 1 {
                    return Err(malformed());
                }
                open.push(local.to_string());
            }
            Token::ElementEnd { end: ElementEnd::Close(_, local), .. } => {
                let name = open.pop().filter(|name| name == local.as_str()).ok_or_else(malformed)?;
                close(&mut texts, &open, name);
            }
            Token::ElementEnd { end: ElementEnd::Empty, .. } => {
                let name = open.pop().ok_or_else(malformed)?;
                close(&mut texts, &open, name);
            }
            Token::Text { text } => match open.as_slice() {
                [_, name] => {
                    texts.insert(name.clone(), text.trim().to_owned());
                }
                _ if text.trim().is_empty() => {}
                _ => return Err(malformed()),
            },
            _ => {}
        }
    }
    if open.is_empty() { Ok(texts) } else { Err(malformed()) }
}

/// An element without text has an empty one.
fn close(texts: &mut BTreeMap<String, String>, open: &[String], name: String) {
    if open.len() == 1 {
        texts.entry(name).or_default();
    }
}

pub(super) fn malformed() -> AwsError {
    AwsError::new(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
}
