//! The figures as a table for people.

use super::figures::{Figures, Overhead, PerWay, Summary};
use crate::table::Table;

/// The columns, in their order.
const COLUMNS: [&str; 15] = [
    "program",
    "plain s",
    "fuel",
    "epoch",
    "recording",
    "events",
    "raw kB",
    "stored kB",
    "B/Mop",
    "instrument s",
    "compile s",
    "to compile",
    "code",
    "memory MiB",
    "close ms",
];

/// A row for each program, one for the geometric means and one for the worst figures.
pub(super) fn table(overhead: &Overhead) -> Table {
    let mut table = Table::new(COLUMNS.map(str::to_owned).into());
    overhead.programs.iter().for_each(|program| table.row(program_row(program)));
    table.row(summary_row("geometric mean", &overhead.geomean));
    table.row(summary_row("worst", &overhead.worst));
    table
}

fn program_row(program: &Figures) -> Vec<String> {
    let Figures { ratios, min_ratios, derived, .. } = program;
    let [fuel, epoch, recording] = ratio_cells(ratios, min_ratios);
    let kilobytes = |bytes: u64| format!("{:.1}", bytes as f64 / 1e3);
    let mebibytes = |bytes: i64| format!("{:.1}", bytes as f64 / f64::from(1 << 20));
    vec![
        program.name.clone(),
        format!("{:.4}", program.seconds.plain.median),
        fuel,
        epoch,
        recording,
        program.events.to_string(),
        kilobytes(program.raw_bytes),
        kilobytes(program.stored_bytes),
        density(derived.bytes_per_million_operators, derived.event_bytes_per_million_operators),
        format!("{:.4}", program.instrument_seconds),
        format!("{:.4}", program.compile_seconds),
        format!("{:.2}", derived.instrument_to_compile),
        format!("{:.2}", derived.code_growth),
        derived.memory_over_plain_bytes.map(mebibytes).unwrap_or_default(),
        format!("{:.2}", program.close_seconds * 1e3),
    ]
}

fn summary_row(name: &str, summary: &Summary) -> Vec<String> {
    let [fuel, epoch, recording] = ratio_cells(&summary.ratios, &summary.min_ratios);
    let none = String::new;
    vec![
        name.to_owned(),
        none(),
        fuel,
        epoch,
        recording,
        none(),
        none(),
        none(),
        density(summary.bytes_per_million_operators, summary.event_bytes_per_million_operators),
        none(),
        none(),
        format!("{:.2}", summary.instrument_to_compile),
        format!("{:.2}", summary.code_growth),
        none(),
        none(),
    ]
}

fn ratio_cells(ratios: &PerWay<f64>, min: &PerWay<f64>) -> [String; 3] {
    let cell = |ratio: f64, min: f64| format!("{ratio:.3} ({min:.3})");
    [
        cell(ratios.fuel, min.fuel),
        cell(ratios.epoch, min.epoch),
        cell(ratios.recording, min.recording),
    ]
}

fn density(all: f64, events: f64) -> String {
    format!("{all:.0} ({events:.0})")
}
