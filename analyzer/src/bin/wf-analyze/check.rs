//! `wf-analyze check`: a gate against a snapshot and a budget.

use std::path::Path;

use analyzer::AnalyzeOptions;
use analyzer::limits::MAX_SNAPSHOT_BYTES;
use analyzer::render::grouped;
use analyzer::snapshot::{Change, Difference, Snapshot, compare, offences};
use anyhow::{Context, Result, ensure};
use formats::input;

use crate::args::{CheckArgs, Color};
use crate::pricing::Pricing;
use crate::{Verdict, output, traces};

/// Runs the verb.
pub(crate) fn run(args: &CheckArgs, color: Color) -> Result<Verdict> {
    let pricing = Pricing::load(&args.pricing, false)?;
    let snapshot = snapshot(&args.trace, &pricing)?;
    let mut offenders = Vec::new();
    if let Some(budget) = args.budget
        && snapshot.total > budget
    {
        offenders.push(line(None, snapshot.total, budget, "the budget"));
    }
    if let Some(path) = &args.baseline {
        if args.update {
            output::write(&snapshot.to_text(), Some(path), color)?;
        } else {
            let difference = compare(&baseline(path, &snapshot)?, &snapshot);
            for found in offences(&difference, args.tolerance) {
                let function = found.function.as_deref();
                offenders.push(line(function, found.fuel, found.limit, "the baseline"));
            }
            output::write(&told(&difference), None, color)?;
        }
    }
    output::write(&offenders.concat(), None, color)?;
    Ok(if offenders.is_empty() { Verdict::Passed } else { Verdict::Failed })
}

/// What the run of the trace at `path` cost.
pub(crate) fn snapshot(path: &Path, pricing: &Pricing<'_>) -> Result<Snapshot> {
    let analysis = pricing.analyze(path, &traces::open(path)?, AnalyzeOptions::default())?;
    Ok(Snapshot::of(&analysis.report))
}

fn baseline(path: &Path, now: &Snapshot) -> Result<Snapshot> {
    let place = || format!("the baseline {}", path.display());
    let text = input::read_text(path, MAX_SNAPSHOT_BYTES as u64)
        .with_context(|| format!("cannot read {}; --update writes it", place()))?;
    let found = Snapshot::parse(&text).with_context(place)?;
    ensure!(
        found.hash == now.hash,
        "{} was priced by {} ({}), this run by {} ({}): they can't be compared",
        place(),
        found.model,
        found.hash,
        now.model,
        now.hash
    );
    Ok(found)
}

/// The total, and how many functions are new or gone.
fn told(difference: &Difference) -> String {
    let (before, after) = difference.total;
    let count =
        |is: fn(&Change) -> bool| difference.changes.iter().filter(|change| is(change)).count();
    format!(
        "total {}, was {}; {} functions cost the same, {} changed, {} are new, {} are gone\n",
        grouped(after),
        grouped(before),
        difference.same,
        count(|change| change.before.is_some() && change.after.is_some()),
        count(|change| change.before.is_none()),
        count(|change| change.after.is_none()),
    )
}

fn line(function: Option<&str>, fuel: u128, limit: u128, whose: &str) -> String {
    let what = function.unwrap_or("total");
    format!("over  {what}: {} is more than {} ({whose})\n", grouped(fuel), grouped(limit))
}
