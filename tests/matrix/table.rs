//! The page `docs/kill-matrix.md`: written from the counts of a run, and read to compare later runs with it.

use std::{collections::BTreeMap, fmt::Write as _, fs, iter::Sum, path::PathBuf};

use super::{columns::headings, journeys::JOURNEYS, kills::AT_SAVE};
use crate::architecture::root;

/// The last row and the last column.
const TOTAL: &str = "**total**";

/// The cell of a journey that does not run in a column.
const NOT_TRIED: &str = "–";

/// How many cuts were tried, and after how many of them all checks passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) tried: usize,
    pub(super) converged: usize,
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |one, other| Self {
            tried: one.tried + other.tried,
            converged: one.converged + other.converged,
        })
    }
}

/// Counts by journey and column.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Table(BTreeMap<(String, String), Count>);

impl Table {
    /// The committed table.
    pub(super) fn committed() -> Self {
        Self::read(&fs::read_to_string(path()).unwrap_or_default())
    }

    fn read(page: &str) -> Self {
        let mut rows = page.lines().filter_map(cells);
        let columns = rows.next().unwrap_or_default();
        let mut table = Self::default();
        for row in rows.filter(|row| !row[0].starts_with("---") && row[0] != TOTAL) {
            for (column, cell) in columns.iter().zip(&row).skip(1).filter(|(column, _)| **column != TOTAL) {
                if *cell != NOT_TRIED {
                    table.set(row[0], column, count(cell).unwrap_or_else(|| panic!("{cell} is not a count")));
                }
            }
        }
        table
    }

    /// `None` if the journey does not run in this column.
    pub(super) fn get(&self, journey: &str, column: &str) -> Option<Count> {
        self.0.get(&(journey.to_owned(), column.to_owned())).copied()
    }

    pub(super) fn set(&mut self, journey: &str, column: &str, count: Count) {
        self.0.insert((journey.to_owned(), column.to_owned()), count);
    }

    /// Every journey with every column in which it ran, and the count.
    pub(super) fn places(&self) -> impl Iterator<Item = (&(String, String), &Count)> {
        self.0.iter()
    }

    /// The cells with fewer cuts than in another table. Compares only cells that are in both and do not depend on the
    /// speed of the machine.
    pub(super) fn fewer_than(&self, before: &Self) -> Vec<String> {
        let places = self.places().filter(|((_, column), _)| *column != AT_SAVE);
        let fewer = places.filter_map(|((journey, column), count)| {
            let before = before.get(journey, column)?.tried;
            let tried = count.tried;
            (tried < before)
                .then(|| format!("{journey}, {column}: {tried} cuts were tried, and {before} are on the page"))
        });
        fewer.collect()
    }

    /// Writes the page.
    pub(super) fn commit(&self) {
        fs::create_dir_all(path().parent().unwrap()).unwrap();
        fs::write(path(), self.page()).unwrap();
    }

    fn page(&self) -> String {
        let (names, meanings): (Vec<&str>, Vec<&str>) = headings().into_iter().unzip();
        let mut page = include_str!("page.md").to_owned();
        for (name, meaning) in names.iter().zip(meanings) {
            let _ = writeln!(page, "- **{name}**: {meaning}");
        }
        let _ =
            write!(page, "\n| journey | {} | {TOTAL} |\n|---|{}\n", names.join(" | "), "--:|".repeat(names.len() + 1));
        for (journey, _) in JOURNEYS {
            page += &row(journey, names.iter().map(|column| self.get(journey, column)).collect());
        }
        let sum = |column: &&str| Some(JOURNEYS.iter().filter_map(|(journey, _)| self.get(journey, column)).sum());
        page + &row(TOTAL, names.iter().map(sum).collect())
    }
}

fn path() -> PathBuf {
    root().join("docs/kill-matrix.md")
}

/// One row, with its total.
fn row(name: &str, mut counts: Vec<Option<Count>>) -> String {
    counts.push(Some(counts.iter().copied().flatten().sum()));
    let cells = counts.iter().map(|count| match count {
        Some(Count { tried, converged }) => format!(" {converged}/{tried} |"),
        None => format!(" {NOT_TRIED} |"),
    });
    format!("| {name} |{}\n", cells.collect::<String>())
}

/// The cells of a line that is a row of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inside = line.strip_prefix('|')?.strip_suffix('|')?;
    Some(inside.split('|').map(str::trim).collect())
}

fn count(cell: &str) -> Option<Count> {
    let (converged, tried) = cell.split_once('/')?;
    Some(Count { tried: tried.parse().ok()?, converged: converged.parse().ok()? })
}

#[test]
fn a_written_page_is_read_back_unchanged() {
    let mut table = Table::default();
    for (place, (journey, _)) in JOURNEYS.iter().enumerate() {
        for (column, _) in headings().into_iter().skip(place % 2) {
            table.set(journey, column, Count { tried: place + column.len(), converged: place });
        }
    }
    assert_eq!(Table::read(&table.page()), table);
}
