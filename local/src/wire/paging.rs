//! Pagination of lists sorted by name. The token encodes the last name of the previous page.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// One page.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// The token of the next page, if any.
    pub(crate) next: Option<String>,
}

/// A token that was not issued by a page.
#[derive(Debug)]
pub(crate) struct InvalidToken;

/// Returns the page after `token`. The items must be sorted by name.
pub(crate) fn page<T>(
    items: impl IntoIterator<Item = (String, T)>,
    token: Option<&str>,
    size: usize,
) -> Result<Page<T>, InvalidToken> {
    let after = token.map(read).transpose()?;
    let mut rest = items.into_iter().filter(|(name, _)| after.as_ref().is_none_or(|after| name > after)).peekable();
    let mut last = None;
    let mut items = Vec::new();
    while items.len() < size
        && let Some((name, item)) = rest.next()
    {
        last = Some(name);
        items.push(item);
    }
    let next = rest.peek().and(last).map(|name| URL_SAFE_NO_PAD.encode(name));
    Ok(Page { items, next })
}

/// The name that a token encodes.
pub(crate) fn read(token: &str) -> Result<String, InvalidToken> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| InvalidToken)?;
    String::from_utf8(bytes).map_err(|_| InvalidToken)
}
