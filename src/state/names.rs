//! Which places are named alike: those that differ in the names of stack and stage alone.

/// The name of a state's place, around what the names of stack and stage stand in.
pub(super) struct Pattern<'a> {
    own: &'a str,
    prefix: &'a str,
    middle: &'a str,
    suffix: &'a str,
}

impl<'a> Pattern<'a> {
    /// That of a place; nothing when neither name is in it.
    pub(super) fn of(own: &'a str, names: [&str; 2]) -> Option<Self> {
        let found: Vec<(usize, usize)> = names.iter().flat_map(|name| occurrences(own, name)).collect();
        let begin = found.iter().map(|(begin, _)| *begin).min()?;
        let end = found.iter().map(|(_, end)| *end).max()?;
        Some(Self { own, prefix: &own[..begin], middle: &own[begin..end], suffix: &own[end..] })
    }

    /// How all such names begin.
    pub(super) fn prefix(&self) -> &'a str {
        self.prefix
    }

    /// Whether another name differs from this one in the names alone. What is kept beside a state has more parts than it.
    pub(super) fn is_alike(&self, other: &str) -> bool {
        let middle = other.strip_prefix(self.prefix).and_then(|rest| rest.strip_suffix(self.suffix));
        let parts = |text: &str| text.matches(['.', '/']).count();
        other != self.own && middle.is_some_and(|middle| !middle.is_empty() && parts(middle) == parts(self.middle))
    }
}

/// Where a name stands in a text by itself, not as a part of a longer word.
fn occurrences(text: &str, name: &str) -> Vec<(usize, usize)> {
    let is_word = |character: char| character.is_ascii_alphanumeric();
    let alone = |begin: usize, end: usize| !text[..begin].ends_with(is_word) && !text[end..].starts_with(is_word);
    let found = text.match_indices(name).map(|(begin, name)| (begin, begin + name.len()));
    found.filter(|(begin, end)| begin < end && alone(*begin, *end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_other_stacks_and_stages_are_alike_and_what_is_beside_them_is_not() {
        let own = "stackctl/shop.dev.json";
        let pattern = Pattern::of(own, ["shop", "dev"]).unwrap();
        assert_eq!(pattern.prefix(), "stackctl/");
        for alike in ["stackctl/shop.prod.json", "stackctl/store.dev.json", "stackctl/a-b.c_d.json"] {
            assert!(pattern.is_alike(alike), "{alike}");
        }
        let others = [
            own,
            "stackctl/shop.dev.json.lock",
            "stackctl/shop.prod.previous.json",
            "stackctl/shop.prod.json.damaged-2",
            "stackctl/team/shop.prod.json",
            "other/shop.prod.json",
            "stackctl/.json",
        ];
        for other in others {
            assert!(!pattern.is_alike(other), "{other}");
        }
    }

    #[test]
    fn a_name_counts_as_a_whole_word_wherever_it_stands() {
        let pattern = Pattern::of("teams/dev/states/devshop-dev.json", ["shop", "dev"]).unwrap();
        assert_eq!(pattern.prefix(), "teams/");
        assert!(pattern.is_alike("teams/prod/states/devshop-prod.json"));
        assert!(!pattern.is_alike("teams/prod/devshop-prod.json"));
        assert!(Pattern::of("team/state.json", ["shop", "dev"]).is_none());
    }
}
