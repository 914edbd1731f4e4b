//! The report as Markdown, with pipe tables as in GitHub's dialect.

use std::fmt::Write;

use super::field::{Field, Row};
use super::numbers::grouped;
use super::text::{self, Table};
use super::view::View;
use crate::Analysis;
use crate::limits::MAX_NAME_COLUMNS;
use crate::names::{printable, shortened};

/// The facts of the report as a list, and the tables that `view` shows.
pub fn markdown(analysis: &Analysis, view: &View) -> String {
    let mut page = String::from("# Fuel report\n\n");
    for (label, value) in text::facts(analysis) {
        let _ = writeln!(page, "- **{label}**: {}", escaped(&value));
    }
    let selection = view.select(&analysis.report);
    for table in text::tables(analysis, view, &selection) {
        push_table(&mut page, &table, analysis.report.fuel.total);
    }
    page
}

fn push_table(page: &mut String, table: &Table, whole: u128) {
    let _ = writeln!(page, "\n## {}\n", table.title);
    let heads: Vec<&str> = table.columns.iter().map(|&field| table.head(field)).collect();
    let _ = writeln!(page, "| {} |", heads.join(" | "));
    let rule: Vec<&str> =
        table.columns.iter().map(|field| if field.is_number() { "---:" } else { "---" }).collect();
    let _ = writeln!(page, "| {} |", rule.join(" | "));
    for row in &table.rows {
        let cells: Vec<String> =
            table.columns.iter().map(|&field| cell(row, field, whole)).collect();
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
    if let Some(more) = table.more() {
        let _ = writeln!(page, "\n{more}");
    }
}

fn cell(row: &Row, field: Field, whole: u128) -> String {
    let cell = row.cell(field, whole, grouped);
    if field == Field::Name { escaped(&shortened(&cell, MAX_NAME_COLUMNS)) } else { cell }
}

/// `text` so that Markdown shows it as it is.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in printable(text).chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '|' | '<' | '>' | '[' | ']' | '&') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
