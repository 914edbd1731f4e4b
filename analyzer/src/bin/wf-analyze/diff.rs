//! `wf-analyze diff`: what changed from one run to another.

use std::fmt::Write;
use std::path::Path;

use analyzer::profile::Profile;
use analyzer::render::grouped;
use analyzer::snapshot::{Change, Difference, Snapshot, Spent, compare, offences};
use analyzer::{AnalyzeOptions, export};
use anyhow::Result;
use serde::Serialize;

use crate::args::{Color, DiffArgs, DiffFormat};
use crate::pricing::Pricing;
use crate::{Verdict, check, output, traces};

/// Runs the verb.
pub(crate) fn run(args: &DiffArgs, color: Color) -> Result<Verdict> {
    let pricing = Pricing::load(&args.pricing, false)?;
    let (difference, text) = match args.format {
        DiffFormat::Flamegraph => {
            let profile = |path: &Path| {
                pricing.profile(path, &traces::open(path)?, AnalyzeOptions::default())
            };
            let (before, after) = (profile(&args.before)?, profile(&args.after)?);
            let mut svg = Vec::new();
            export::differential(&before, &after, &mut svg)?;
            let snapshot = |profile: &Profile| Snapshot::of(&profile.analysis.report);
            (compare(&snapshot(&before), &snapshot(&after)), String::from_utf8(svg)?)
        }
        DiffFormat::Text | DiffFormat::Json => {
            let before = check::snapshot(&args.before, &pricing)?;
            let difference = compare(&before, &check::snapshot(&args.after, &pricing)?);
            let text = match args.format {
                DiffFormat::Json => json(&difference)?,
                _ => text(&difference, args.limit),
            };
            (difference, text)
        }
    };
    let over = args.tolerance.map_or(0, |tolerance| offences(&difference, tolerance).len());
    output::write(&text, args.output.as_deref(), color)?;
    Ok(if over > 0 { Verdict::Failed } else { Verdict::Passed })
}

fn text(difference: &Difference, limit: usize) -> String {
    let (before, after) = difference.total;
    let mut page = format!(
        "total  {} -> {} ({}, {})\n",
        grouped(before),
        grouped(after),
        signed(before, after),
        percent(before, after)
    );
    if difference.changes.is_empty() {
        let _ = writeln!(page, "all {} functions cost the same", difference.same);
        return page;
    }
    let shown = if limit == 0 { usize::MAX } else { limit };
    let mut rows = vec![["before", "after", "change", "", "calls", "function"].map(String::from)];
    rows.extend(difference.changes.iter().take(shown).map(row));
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    page.push('\n');
    for row in &rows {
        for (cell, &width) in row.iter().zip(&widths) {
            let _ = write!(page, "{cell:>width$}  ");
        }
        let _ = writeln!(page, "{}", row[5]);
    }
    let hidden = difference.changes.len().saturating_sub(shown);
    if hidden > 0 {
        let _ = writeln!(page, "… and {hidden} more (--limit 0 shows all)");
    }
    let _ = writeln!(page, "{} functions cost the same", difference.same);
    page
}

fn row(change: &Change) -> [String; 6] {
    let (before, after) = change.fuel();
    let share = match (change.before, change.after) {
        (None, _) => "new".to_string(),
        (_, None) => "gone".to_string(),
        _ => percent(before, after),
    };
    let calls = |spent: Option<Spent>| spent.unwrap_or_default().calls;
    [
        grouped(before),
        grouped(after),
        signed(before, after),
        share,
        signed(calls(change.before), calls(change.after)),
        change.name.clone(),
    ]
}

fn signed(before: u128, after: u128) -> String {
    let difference = grouped(before.abs_diff(after));
    match before.cmp(&after) {
        std::cmp::Ordering::Less => format!("+{difference}"),
        std::cmp::Ordering::Equal => difference,
        std::cmp::Ordering::Greater => format!("-{difference}"),
    }
}

fn percent(before: u128, after: u128) -> String {
    match before {
        0 if after == 0 => "+0.0 %".to_string(),
        0 => "from nothing".to_string(),
        _ => format!("{:+.1} %", (after as f64 / before as f64 - 1.0) * 100.0),
    }
}

/// The comparison as JSON. Numbers are integers of arbitrary length, as in `wf-report/1`.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    total: Pair,
    functions: Vec<Function<'a>>,
    same: usize,
}

#[derive(Serialize)]
struct Pair {
    before: u128,
    after: u128,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    before: Option<Figures>,
    after: Option<Figures>,
}

#[derive(Serialize)]
struct Figures {
    #[serde(rename = "self")]
    fuel: u128,
    calls: u128,
}

fn json(difference: &Difference) -> Result<String> {
    let figures = |spent: Spent| Figures { fuel: spent.fuel, calls: spent.calls };
    let functions = difference.changes.iter().map(|change| Function {
        name: &change.name,
        before: change.before.map(figures),
        after: change.after.map(figures),
    });
    let (before, after) = difference.total;
    let document = Document {
        schema: "wf-diff/1",
        total: Pair { before, after },
        functions: functions.collect(),
        same: difference.same,
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
