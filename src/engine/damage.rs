//! What is wrong with a document that this program wrote.

/// Says in words of its own what is wrong with a document that was written down by this program: the types that are
/// expected are only known to the program.
pub(crate) fn wrong_member(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let named = |what: &str| text.strip_prefix(what).and_then(|rest| rest.split('`').nth(1));
    match (named("missing field"), named("unknown field"), named("unknown variant")) {
        (Some(field), _, _) => format!("it has no `{field}` where one belongs"),
        (_, Some(field), _) => format!("it has a `{field}` where none belongs"),
        (_, _, Some(word)) => format!("`{word}` is no word that belongs there"),
        _ => "a value in it is of another kind than belongs there".into(),
    }
}
