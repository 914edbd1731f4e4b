//! Tables of text: the first column to the left, figures to the right.

/// Rows of cells below names of columns.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns and no row yet.
    pub(crate) fn new(columns: Vec<String>) -> Table {
        Table { rows: vec![columns] }
    }

    /// Adds a row with a cell for each column.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Aligned columns.
    pub(crate) fn text(&self) -> String {
        let widths = self.widths();
        let mut text = String::new();
        for row in &self.rows {
            text.push_str(aligned(row, &widths).join("  ").trim_end());
            text.push('\n');
        }
        text
    }

    /// A table of GitHub's Markdown, aligned as well.
    pub(crate) fn markdown(&self) -> String {
        let widths = self.widths();
        let mut text = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            text.push_str(&format!("| {} |\n", aligned(row, &widths).join(" | ")));
            if index == 0 {
                let rule = |(column, &width): (usize, &usize)| match column {
                    0 => "-".repeat(width + 2),
                    _ => format!("{}:", "-".repeat(width + 1)),
                };
                let rules: Vec<String> = widths.iter().enumerate().map(rule).collect();
                text.push_str(&format!("|{}|\n", rules.join("|")));
            }
        }
        text
    }

    /// The characters of each column's widest cell.
    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or(0)
        };
        (0..self.rows[0].len()).map(width).collect()
    }
}

fn aligned(row: &[String], widths: &[usize]) -> Vec<String> {
    let align = |(column, (cell, &width)): (usize, (&String, &usize))| match column {
        0 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    };
    row.iter().zip(widths).enumerate().map(align).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let words = |row: &[&str]| row.iter().map(|&word| word.to_owned()).collect();
        let mut table = Table::new(words(&["program", "±", "events"]));
        table.row(words(&["a", "1.25", "7"]));
        table.row(words(&["mean", "", ""]));
        table
    }

    #[test]
    fn text_is_aligned_without_spaces_at_line_ends() {
        assert_eq!(table().text(), "program     ±  events\na        1.25       7\nmean\n");
    }

    #[test]
    fn markdown_has_figures_to_the_right() {
        let expected = "\
            | program |    ± | events |\n\
            |---------|-----:|-------:|\n\
            | a       | 1.25 |      7 |\n\
            | mean    |      |        |\n";
        assert_eq!(table().markdown(), expected);
    }
}
