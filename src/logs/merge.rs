//! Merges several sources, each sorted by time and read page by page, into one sequence sorted by time.

use std::collections::VecDeque;

use super::line::Line;

/// Buffers lines until no source can return an earlier one.
#[derive(Debug)]
pub(super) struct Merge(Vec<Waiting>);

#[derive(Debug)]
struct Waiting {
    lines: VecDeque<Line>,
    /// Whether the source has another page.
    more: bool,
}

impl Merge {
    /// A merge of this number of sources, none of them read yet.
    pub(super) fn of(sources: usize) -> Self {
        Self((0..sources).map(|_| Waiting { lines: VecDeque::new(), more: true }).collect())
    }

    /// The sources whose next page must be read before the next line is known.
    pub(super) fn awaited(&self) -> Vec<usize> {
        let awaited = self.0.iter().enumerate().filter(|(_, waiting)| waiting.lines.is_empty() && waiting.more);
        awaited.map(|(source, _)| source).collect()
    }

    /// Adds a page. `more` means that another page follows.
    pub(super) fn add(&mut self, source: usize, page: Vec<Line>, more: bool) {
        self.0[source].lines.extend(page);
        self.0[source].more = more;
    }

    /// The earliest line, unless an awaited page may contain an earlier one. Lines of a source with the same time keep
    /// their order.
    pub(super) fn next(&mut self) -> Option<Line> {
        if !self.awaited().is_empty() {
            return None;
        }
        let first = self.0.iter_mut().filter(|waiting| !waiting.lines.is_empty());
        first.min_by_key(|waiting| waiting.lines[0].at).and_then(|waiting| waiting.lines.pop_front())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn page(source: usize, times: &[i64]) -> Vec<Line> {
        let line = |time: &i64| Line {
            source,
            stream: String::new(),
            id: String::new(),
            at: Timestamp::from_millisecond(*time).unwrap(),
            message: format!("{source}@{time}"),
        };
        times.iter().map(line).collect()
    }

    fn all(merge: &mut Merge) -> Vec<String> {
        std::iter::from_fn(|| merge.next()).map(|line| line.message).collect()
    }

    #[test]
    fn no_line_is_returned_before_every_source_has_a_page() {
        let mut merge = Merge::of(2);
        merge.add(0, page(0, &[3, 5]), false);
        assert_eq!((merge.awaited(), all(&mut merge)), (vec![1], vec![]));
        merge.add(1, page(1, &[1, 4]), true);
        assert_eq!(all(&mut merge), ["1@1", "0@3", "1@4"], "the line after 1@4 in source 1 may be earlier than 0@5");
        assert_eq!(merge.awaited(), [1]);
        // AWS may return an empty page and still have more pages.
        merge.add(1, Vec::new(), true);
        assert_eq!((merge.awaited(), all(&mut merge)), (vec![1], vec![]));
        merge.add(1, page(1, &[9]), false);
        assert_eq!(all(&mut merge), ["0@5", "1@9"]);
        assert!(merge.awaited().is_empty());
    }

    #[test]
    fn lines_with_the_same_time_keep_the_order_of_their_source() {
        let mut merge = Merge::of(1);
        let mut lines = page(0, &[7, 7, 7]);
        for (line, name) in lines.iter_mut().zip(["START", "hello", "END"]) {
            line.message = name.into();
        }
        merge.add(0, lines, false);
        assert_eq!(all(&mut merge), ["START", "hello", "END"]);
    }
}
