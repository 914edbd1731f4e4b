//! `wf-analyze info`: how a trace was recorded, what is in it, and whether it is complete.

use std::collections::BTreeSet;
use std::fmt::Write;

use analyzer::names::printable;
use analyzer::render::{bytes, counted, grouped, outcome};
use anyhow::Result;
use formats::plan::Plan;
use formats::report::OutcomeReport;
use formats::trace::{Detail, Header, Kept, Trace};

use crate::args::{Color, InfoArgs};
use crate::{output, traces};

/// Runs the verb.
pub(crate) fn run(args: &InfoArgs) -> Result<()> {
    let trace = traces::open(&args.trace)?;
    let mut page = String::new();
    let mut line = |label: &str, value: String| {
        let _ = writeln!(page, "{label:<10}{}", printable(&value));
    };
    header_lines(trace.header(), &mut line);
    plan_lines(&trace.header().plan, &mut line);
    content_lines(&trace, &mut line);
    output::write(&page, None, Color::Never)
}

fn header_lines(header: &Header, line: &mut impl FnMut(&str, String)) {
    line("program", header.program.clone());
    line("arguments", format!("{:?}", header.arguments));
    line("tool", header.tool.clone());
    line("engine", header.engine.clone());
    line("module", bytes(header.module.len() as u64));
    let detail = match header.detail {
        Detail::Full => "full: every event, in order",
        Detail::Counts => "counts: how often each event occurred",
    };
    line("detail", detail.to_string());
    if let Some(sample) = &header.sample {
        let (share, seed) = (sample.rate() * 100.0, sample.seed);
        line("sample", format!("{share:.4} % of the segments are kept, chosen by seed {seed}"));
    }
}

fn plan_lines(plan: &Plan, line: &mut impl FnMut(&str, String)) {
    let count = |of: fn(&formats::plan::FunctionPlan) -> usize| {
        grouped(plan.functions.iter().map(|function| of(function) as u128).sum())
    };
    line(
        "plan",
        format!(
            "{} functions, {} imported; {} blocks, {} loops, {} nests, {} regions, {} paths, {} sites",
            plan.functions.len(),
            plan.imported_functions,
            count(|function| function.blocks.len()),
            count(|function| function.loops.len()),
            count(|function| function.nests.len()),
            count(|function| function.regions.len()),
            count(|function| { function.regions.iter().map(|region| region.paths as usize).sum() }),
            count(|function| function.sites.len()),
        ),
    );
}

fn content_lines(trace: &Trace, line: &mut impl FnMut(&str, String)) {
    let streams: BTreeSet<u32> =
        trace.segments().iter().map(|segment| segment.info.stream).collect();
    line("file", bytes(trace.bytes()));
    line(
        "segments",
        format!(
            "{} of {}, {} of them kept; {} events, {} before compression, {} stored",
            trace.segments().len(),
            counted(streams.len() as u128, "stream"),
            trace.segments().iter().filter(|segment| segment.kept != Kept::Nothing).count(),
            grouped(u128::from(trace.events())),
            bytes(trace.segments().iter().map(|segment| u64::from(segment.raw_bytes)).sum()),
            bytes(trace.segments().iter().map(|segment| u64::from(segment.stored_bytes)).sum()),
        ),
    );
    if let (Some(start), Some(end)) = (
        trace.segments().iter().map(|segment| segment.info.start_ns).min(),
        trace.segments().iter().map(|segment| segment.info.end_ns).max(),
    ) {
        line("time", format!("{:.6} s", (end - start) as f64 / 1e9));
    }
    for entry in trace.outcomes() {
        line(
            "outcome",
            format!("stream {}: {}", entry.stream, outcome(&OutcomeReport::from(&entry.outcome))),
        );
    }
    for drop in trace.drops() {
        line(
            "dropped",
            format!("stream {}: {} events, {}", drop.stream, drop.events, bytes(drop.bytes)),
        );
    }
    let gaps = analyzer::gaps(trace);
    let complete =
        if gaps.is_empty() { "yes".to_string() } else { format!("no: {}", gaps.join("; ")) };
    line("complete", complete);
}
