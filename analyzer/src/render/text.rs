//! The report for a terminal.
//!
//! Headings carry ANSI styles; the output stream strips them where they are not wanted.

use std::fmt::Write;

use anstyle::Style;
use formats::report::{Mode, OutcomeKind, OutcomeReport, Report, SampleReport};
use formats::trace::Detail;

use super::field::{Field, Row};
use super::numbers::{bytes, counted, grouped, precision};
use super::view::{Selection, View};
use crate::Analysis;
use crate::limits::MAX_NAME_COLUMNS;
use crate::names::{printable, shortened};

/// The report as text.
pub fn text(analysis: &Analysis, view: &View) -> String {
    let bold = Style::new().bold();
    let mut page = String::new();
    for (label, value) in facts(analysis) {
        let value = printable(&value);
        let _ = match label {
            "fuel" => writeln!(page, "{label:<9}{bold}{value}{bold:#}"),
            _ => writeln!(page, "{label:<9}{value}"),
        };
    }
    let selection = view.select(&analysis.report);
    for table in tables(analysis, view, &selection) {
        let _ = writeln!(page, "\n{bold}{}{bold:#}", table.title.to_uppercase());
        push_table(&mut page, &table, analysis.report.fuel.total);
    }
    page
}

/// What stands above the tables: labels and values.
pub(crate) fn facts(analysis: &Analysis) -> Vec<(&'static str, String)> {
    let report = &analysis.report;
    let mut facts = vec![
        ("fuel", fuel(report)),
        ("program", report.program.clone()),
        ("outcome", outcome(&report.outcome)),
        ("time", time(report)),
        ("model", format!("{} ({})", report.cost_model.name, report.cost_model.hash)),
        ("trace", trace(report)),
    ];
    if let Some(found) = &report.sample {
        facts.push(("sample", sample(report, found)));
        facts.push(("bounds", bounds(report, found)));
    }
    facts.extend(analysis.notes.iter().map(|note| ("note", note.clone())));
    facts
}

fn fuel(report: &Report) -> String {
    let (low, high) = (report.fuel.low, report.fuel.high);
    if report.mode == Mode::Approx {
        return estimate(report);
    }
    let amount = match low == high {
        true => grouped(low),
        false => format!("between {} and {}", grouped(low), grouped(high)),
    };
    match (report.complete, low == high) {
        (true, true) => format!("{amount} (exact)"),
        (true, false) => format!("{amount} (the trap leaves an interval)"),
        (false, _) => format!("{amount} in what there is of an incomplete trace"),
    }
}

fn estimate(report: &Report) -> String {
    let fuel = &report.fuel;
    let confidence = (fuel.confidence.unwrap_or_default() * 1e8).round() / 1e6;
    let off = (fuel.total - fuel.low.min(fuel.total)).max(fuel.high.saturating_sub(fuel.total));
    let amount = match fuel.high {
        u128::MAX => format!("at least {}, and nothing is known of the rest", grouped(fuel.low)),
        high => format!(
            "about {} ± {} %: between {} and {} with {confidence} % confidence",
            grouped(fuel.total),
            precision(off, fuel.total),
            grouped(fuel.low),
            grouped(high)
        ),
    };
    match report.complete {
        true => amount,
        false => format!("{amount}, in what there is of an incomplete trace"),
    }
}

fn sample(report: &Report, found: &SampleReport) -> String {
    format!(
        "{} of {} read ({} of {}), seed {}",
        grouped(u128::from(found.segments)),
        counted(u128::from(report.trace.segments), "segment"),
        bytes(found.bytes),
        bytes(report.trace.bytes),
        found.seed
    )
}

fn bounds(report: &Report, found: &SampleReport) -> String {
    let least = grouped(found.least);
    match found.most {
        Some(most) => {
            format!("at least {least} and at most {}, whatever was not read", grouped(most))
        }
        None if !report.complete => format!("at least {least} in what there is"),
        None => format!("at least {least}, whatever was not read; no most: a loop has no bound"),
    }
}

/// How the program ended, in words.
pub fn outcome(outcome: &OutcomeReport) -> String {
    let mut words = match outcome.kind {
        OutcomeKind::Return => "returned".to_string(),
        OutcomeKind::Exit => format!("exited with status {}", outcome.code),
        OutcomeKind::Trap => "trapped".to_string(),
        OutcomeKind::Exception => "ended with an exception that nobody caught".to_string(),
        OutcomeKind::Unknown => "unknown: the recording ended before the program".to_string(),
    };
    if let Some(location) = outcome.location {
        let _ = write!(words, " at func[{}] operator {}", location.function, location.operator);
    } else if let Some(function) = outcome.function {
        let _ = write!(words, " in func[{function}]");
    }
    let message = outcome.message.as_deref().and_then(|message| message.lines().next());
    if let Some(message) = message.filter(|message| !message.is_empty()) {
        let _ = write!(words, ": {message}");
    }
    words
}

fn time(report: &Report) -> String {
    let seconds = report.trace.nanoseconds as f64 / 1e9;
    let rate = match report.trace.nanoseconds {
        0 => String::new(),
        _ => format!(", {} fuel a second", grouped((report.fuel.total as f64 / seconds) as u128)),
    };
    format!("{seconds:.3} s while it was recorded{rate}")
}

fn trace(report: &Report) -> String {
    let trace = &report.trace;
    let detail = match trace.detail {
        Detail::Full => "in order",
        Detail::Counts => "counts only",
    };
    format!(
        "{} ({detail}) in {} of {}, {}",
        counted(u128::from(trace.events), "event"),
        counted(u128::from(trace.segments), "segment"),
        counted(u128::from(trace.streams), "stream"),
        bytes(trace.bytes)
    )
}

/// One table.
pub(super) struct Table {
    pub(super) title: &'static str,
    pub(super) columns: Vec<Field>,
    pub(super) rows: Vec<Row>,
    matching: usize,
    count: &'static str,
    each: &'static str,
}

impl Table {
    /// Head of the column `field`.
    pub(super) fn head(&self, field: Field) -> &'static str {
        match field {
            Field::Count => self.count,
            Field::Each => self.each,
            _ => field.name(),
        }
    }

    /// A line about the rows that are not shown.
    pub(super) fn more(&self) -> Option<String> {
        let hidden = self.matching - self.rows.len();
        (hidden > 0).then(|| format!("… and {hidden} more (--limit 0 shows all)"))
    }
}

/// The tables that `view` shows of the report.
pub(super) fn tables(analysis: &Analysis, view: &View, selection: &Selection<'_>) -> Vec<Table> {
    use Field::{
        Count, Each, Name, Operator, SelfFuel, SelfHigh, SelfLow, SelfShare, TotalFuel, TotalShare,
    };
    let is_estimate = analysis.report.mode == Mode::Approx;
    let totals = analysis.report.functions.iter().any(|found| found.total_fuel.is_some());
    let function_columns: &[Field] = match (is_estimate, totals) {
        (true, _) => &[SelfFuel, SelfShare, SelfLow, SelfHigh, Count, Name],
        (false, true) => &[SelfFuel, SelfShare, TotalFuel, TotalShare, Count, Each, Name],
        (false, false) => &[SelfFuel, SelfShare, Count, Each, Name],
    };
    let loop_columns: &[Field] = match is_estimate {
        true => &[SelfFuel, SelfShare, SelfLow, SelfHigh, Count, Operator, Name],
        false => &[SelfFuel, SelfShare, Count, Each, Operator, Name],
    };
    let functions = Table {
        title: "Functions",
        columns: view.fields.clone().unwrap_or_else(|| function_columns.to_vec()),
        rows: selection.function_rows(),
        matching: selection.matching_functions,
        count: "calls",
        each: "per call",
    };
    let loops = Table {
        title: "Loops",
        columns: view.fields.clone().unwrap_or_else(|| loop_columns.to_vec()),
        rows: selection.loop_rows(),
        matching: selection.matching_loops,
        count: "iterations",
        each: "per iteration",
    };
    let operators = Table {
        title: "Operators",
        columns: view.fields.clone().unwrap_or(vec![SelfFuel, SelfShare, Count, Each, Name]),
        rows: selection.operator_rows(),
        matching: selection.operators.len(),
        count: "count",
        each: "each",
    };
    [functions, loops, operators].into_iter().filter(|table| !table.rows.is_empty()).collect()
}

fn push_table(page: &mut String, table: &Table, whole: u128) {
    let mut lines =
        vec![table.columns.iter().map(|&field| table.head(field).to_string()).collect()];
    for row in &table.rows {
        let cells = table.columns.iter().map(|&field| cell(row, field, whole));
        lines.push(cells.collect::<Vec<String>>());
    }
    let width =
        |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..table.columns.len()).map(width).collect();
    for line in &lines {
        let mut text = String::new();
        for ((cell, field), &width) in line.iter().zip(&table.columns).zip(&widths) {
            let _ = match field.is_number() {
                true => write!(text, "{cell:>width$}  "),
                false => write!(text, "{cell:<width$}  "),
            };
        }
        let _ = writeln!(page, "{}", text.trim_end());
    }
    if let Some(more) = table.more() {
        let _ = writeln!(page, "{more}");
    }
}

fn cell(row: &Row, field: Field, whole: u128) -> String {
    let cell = row.cell(field, whole, grouped);
    match field {
        Field::Name => shortened(&printable(&cell), MAX_NAME_COLUMNS),
        _ => cell,
    }
}
