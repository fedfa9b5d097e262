//! Guesses what was meant.

/// So many candidates are compared, and so many names are listed: a file may have thousands, and a mistake in each.
const MOST: usize = 5_000;
const LISTED: usize = 50;

/// Gives `did you mean …?` when one of the candidates is close to what was written.
pub(crate) fn did_you_mean<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(written, candidates).map(|closest| format!("did you mean `{closest}`?"))
}

/// Gives the candidate that is closest to what was written, when it is close enough to be meant.
///
/// Spelling that differs only in case, hyphens or underscores is always close enough; otherwise a third of the letters
/// may differ.
pub(crate) fn closest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = folded(written);
    let allowed = (written.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .take(MOST)
        .map(|candidate| (strsim::damerau_levenshtein(&written, &folded(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn folded(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Joins names with commas, for a line that tells what is allowed.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    match names.len().saturating_sub(LISTED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..LISTED].join(", ")),
    }
}
