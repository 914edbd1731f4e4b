//! The tables as CSV (RFC 4180): one table, the functions first, then the loops, then the
//! classes of operators.

use formats::report::Mode;

use super::field::Field;
use super::view::View;
use crate::Analysis;

/// The columns unless the view chooses others.
const COLUMNS: &[Field] = &[
    Field::Kind,
    Field::Index,
    Field::Operator,
    Field::Name,
    Field::Count,
    Field::SelfFuel,
    Field::TotalFuel,
];

/// Those that stand behind them in an estimate.
const RANGES: &[Field] = &[Field::CountLow, Field::CountHigh, Field::SelfLow, Field::SelfHigh];

/// The rows that `view` shows, below a line with the names of the columns.
pub fn csv(analysis: &Analysis, view: &View) -> String {
    let selection = view.select(&analysis.report);
    let ranges = if analysis.report.mode == Mode::Approx { RANGES } else { &[] };
    let suitable = [COLUMNS, ranges].concat();
    let columns = view.fields.as_ref().unwrap_or(&suitable);
    let whole = analysis.report.fuel.total;
    let mut csv = String::new();
    push_line(&mut csv, columns.iter().map(|field| field.name().to_string()));
    let (functions, loops) = (selection.function_rows(), selection.loop_rows());
    for row in functions.iter().chain(&loops).chain(&selection.operator_rows()) {
        let plain = |number: u128| number.to_string();
        push_line(&mut csv, columns.iter().map(|&field| row.cell(field, whole, plain)));
    }
    csv
}

/// Appends the cells to `csv`, and a line break.
pub(crate) fn push_line(csv: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            csv.push(',');
        }
        csv.push_str(&quoted(&cell));
    }
    csv.push_str("\r\n");
}

/// In quotes if it contains a separator, a quote or a line break.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_string()
    }
}
