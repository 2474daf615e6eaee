//! Rows of texts in columns that line up.

use crate::terminal::sanitize;

/// A table: its head, and rows of as many cells. Cells are made harmless for a terminal as they come.
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

struct Column {
    name: String,
    width: usize,
    right: bool,
}

impl Table {
    /// Columns by their names; one that begins with `>` is aligned to the right.
    pub fn new<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        let columns = names.into_iter().map(|name| {
            let name = name.as_ref();
            let right = name.starts_with('>');
            let name = sanitize::one_line(name.strip_prefix('>').unwrap_or(name), 120);
            Column { width: name.chars().count(), name, right }
        });
        Table { columns: columns.collect(), rows: Vec::new() }
    }

    /// Adds a row; each cell is cut after `width` characters.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>, width: usize) {
        let cells: Vec<_> = cells.into_iter().map(|cell| sanitize::one_line(cell.as_ref(), width)).collect();
        for (column, cell) in self.columns.iter_mut().zip(&cells) {
            column.width = column.width.max(cell.chars().count());
        }
        self.rows.push(cells);
    }

    /// The lines, with the head or without.
    pub fn render(&self, head: bool) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| column.name.clone()).collect();
        let mut text = String::new();
        for row in head.then_some(&names).into_iter().chain(&self.rows) {
            let cells = self.columns.iter().zip(row).map(|(column, cell)| {
                let gap = " ".repeat(column.width.saturating_sub(cell.chars().count()));
                if column.right { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
            });
            text += cells.collect::<Vec<_>>().join("  ").trim_end();
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(["name", ">tokens", "id"]);
        table.row(["é\u{1b}[31m", "7", "x"], 40);
        table.row(["longer than that", "1234567", ""], 10);
        let lines = ["name          tokens  id", "é[31m              7  x", "longer tha…  1234567"];
        assert_eq!(table.render(true), lines.join("\n") + "\n");
        assert_eq!(table.render(false).lines().count(), 2);
    }
}
