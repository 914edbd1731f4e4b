//! The figures as a table for people.

use super::figures::{Figures, Overhead, PerWay, Summary};
use crate::table::Table;

/// The columns, in their order.
const COLUMNS: [&str; 16] = [
    "program",
    "plain",
    "fuel",
    "epoch",
    "recording",
    "events",
    "raw kB",
    "stored kB",
    "B/Mop",
    "instrument",
    "compile",
    "to compile",
    "code",
    "memory MiB",
    "stalled",
    "close",
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
        time(program.seconds.plain.median),
        fuel,
        epoch,
        recording,
        program.events.to_string(),
        kilobytes(program.raw_bytes),
        kilobytes(program.stored_bytes),
        density(derived.bytes_per_million_operators, derived.event_bytes_per_million_operators),
        time(program.instrument_seconds),
        time(program.compile_seconds),
        format!("{:.2}", derived.instrument_to_compile),
        format!("{:.2}", derived.code_growth),
        derived.memory_over_plain_bytes.map(mebibytes).unwrap_or_default(),
        time(program.stalled_seconds),
        time(program.close_seconds),
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

/// Seconds with the unit that leaves one to three digits before the point.
fn time(seconds: f64) -> String {
    match seconds {
        1.0.. => format!("{seconds:.2} s"),
        1e-3.. => format!("{:.1} ms", seconds * 1e3),
        1e-6.. => format!("{:.1} µs", seconds * 1e6),
        _ => format!("{:.0} ns", seconds * 1e9),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::figures::tests::overhead;
    use super::*;

    /// Compares with a file beside this one. `BLESS=1` renews it.
    fn assert_golden(name: &str, text: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/overhead").join(name);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, text).unwrap();
        }
        assert_eq!(text, fs::read_to_string(&path).unwrap());
    }

    #[test]
    fn text_has_a_row_for_each_program_and_two_for_all() {
        assert_golden("golden.txt", &table(&overhead()).text());
    }

    #[test]
    fn markdown_has_the_same_cells() {
        assert_golden("golden.md", &table(&overhead()).markdown());
    }

    #[test]
    fn times_have_the_unit_that_suits_them() {
        let times = [2.5, 0.0125, 1e-3, 4.25e-5, 3.6e-8, 0.0].map(time);
        assert_eq!(times, ["2.50 s", "12.5 ms", "1.0 ms", "42.5 µs", "36 ns", "0 ns"]);
    }
}
