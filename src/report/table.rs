//! A table: a header and aligned rows.

use std::fmt::Display;

use anstyle::Style;

use super::paint::{FAINT, paint};

/// The content of one cell.
pub(super) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(super) fn plain(text: impl Display) -> Self {
        Self { text: text.to_string(), style: Style::new() }
    }

    pub(super) fn painted(style: Style, text: impl Display) -> Self {
        Self { text: text.to_string(), style }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }

    /// Padded to a width, painted without the padding.
    fn padded(&self, width: usize) -> String {
        let gap = width.saturating_sub(self.width());
        let text = if self.text.is_empty() || self.style == Style::new() {
            self.text.clone()
        } else {
            paint(self.style, &self.text)
        };
        format!("{text}{:gap$}", "")
    }
}

/// The line of the header and one line for each row, each with its line break. No rows, no header.
pub(super) fn table<const N: usize>(header: [&str; N], rows: &[[Cell; N]]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let header = header.map(|name| Cell::painted(FAINT, name));
    let widths: [usize; N] = std::array::from_fn(|column| {
        // A column that is empty in every row has no header either.
        let widest = rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
        if widest == 0 { 0 } else { widest.max(header[column].width()) }
    });
    let line = |cells: &[Cell; N]| {
        let columns = (0..N).filter(|column| widths[*column] > 0);
        let mut columns: Vec<(usize, &Cell)> = columns.map(|column| (widths[column], &cells[column])).collect();
        while columns.last().is_some_and(|(_, cell)| cell.text.is_empty()) {
            columns.pop();
        }
        if let Some((width, _)) = columns.last_mut() {
            *width = 0;
        }
        columns.iter().map(|(width, cell)| cell.padded(*width)).collect::<Vec<_>>().join("  ") + "\n"
    };
    std::iter::once(line(&header)).chain(rows.iter().map(line)).collect()
}

/// A text with every line cut to a width in characters. Colors do not count.
pub(super) fn cut(text: &str, width: usize) -> String {
    text.split_inclusive('\n').map(|line| cut_line(line, width)).collect()
}

fn cut_line(line: &str, width: usize) -> String {
    let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
    let shown = anstream::adapter::strip_str(body).to_string().chars().count();
    if shown <= width {
        return line.to_owned();
    }
    let (mut cut, mut count, mut escape) = (String::new(), 0, false);
    for character in body.chars() {
        match character {
            '\u{1b}' => escape = true,
            'm' if escape => {
                escape = false;
                cut.push(character);
                continue;
            }
            _ if !escape => {
                count += 1;
                if count == width {
                    cut.push('…');
                }
                if count >= width {
                    continue;
                }
            }
            _ => {}
        }
        cut.push(character);
    }
    cut + end
}

#[cfg(test)]
mod tests {
    use super::{super::paint::GOOD, *};

    #[test]
    fn columns_are_aligned_and_an_empty_one_is_left_out() {
        let row = |name: &str, status: &str| {
            [Cell::plain(name), Cell::plain(""), Cell::painted(GOOD, status), Cell::plain("x")]
        };
        let lines = table(["NAME", "NOTE", "STATUS", "ID"], &[row("a", "in sync"), row("longer", "")]).concat();
        let shown = anstream::adapter::strip_str(&lines).to_string();
        assert_eq!(shown, "NAME    STATUS   ID\na       in sync  x\nlonger           x\n");
        assert_eq!(table(["NAME"], &[]), [""; 0]);
    }

    #[test]
    fn a_line_is_cut_to_the_width_and_its_colors_are_ended() {
        assert_eq!(cut("abc\nabcd\n", 3), "abc\nab…\n");
        assert_eq!(cut("\u{1b}[32mgreen\u{1b}[0m and more\n", 5), "\u{1b}[32mgree…\u{1b}[0m\n");
    }
}
