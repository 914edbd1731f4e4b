//! `wf-analyze TRACE`: the report.

use std::path::Path;
use std::time::Instant;

use analyzer::estimate::Goal;
use analyzer::limits::DEFAULT_TABLE_ROWS;
use analyzer::render::{self, View};
use analyzer::{Analysis, AnalyzeOptions, html};
use anyhow::{Result, bail};

use crate::args::{Color, Format, ReportArgs};
use crate::pricing::Pricing;
use crate::{follow, output, traces};

/// Prices the trace at `path` and writes the report.
pub(crate) fn run(path: &Path, args: &ReportArgs, color: Color) -> Result<()> {
    let started = Instant::now();
    refuse_idle_flags(args)?;
    let pricing = Pricing::load(&args.pricing, args.quiet)?;
    let trace = match args.follow {
        false => traces::open(path)?,
        true => follow::until_the_end(path, &pricing.model, args, color)?,
    };
    let options = AnalyzeOptions {
        allow_partial: args.allow_partial,
        inclusive: args.inclusive,
        operators: true,
        goal: args.approx.map(|percent| Goal {
            precision: percent / 100.0,
            confidence: args.confidence,
            seed: args.seed,
            ..Goal::default()
        }),
        ..AnalyzeOptions::default()
    };
    let (analysis, page) = match args.format {
        Format::Html => {
            let profile = pricing.profile(path, &trace, options)?;
            let mut page = Vec::new();
            html::page(&profile, &mut page)?;
            (profile.analysis, page)
        }
        _ => (pricing.analyze(path, &trace, options)?, Vec::new()),
    };
    if args.verbose {
        let work = work(&analysis, started);
        output::complain("note", &work, color);
    }
    if args.format != Format::Text && !args.quiet {
        for note in &analysis.notes {
            output::complain("warning", note, color);
        }
    }
    let view = view(args);
    let text = match args.format {
        Format::Text => render::text(&analysis, &view),
        Format::Json => render::json(&analysis, &view),
        Format::Csv => render::csv(&analysis, &view),
        Format::Markdown => render::markdown(&analysis, &view),
        Format::Html => String::from_utf8(page)?,
    };
    output::write(&text, args.output.as_deref(), color)
}

/// Flags about tables that the format doesn't heed would be forgotten in silence.
fn refuse_idle_flags(args: &ReportArgs) -> Result<()> {
    let (format, idle, why) = match args.format {
        Format::Html => (
            "html",
            &[
                ("--sort", args.sort.is_some()),
                ("--limit", args.limit.is_some()),
                ("--fields", args.fields.is_some()),
                ("--focus", args.focus.is_some()),
                ("--ignore", args.ignore.is_some()),
            ][..],
            "the page leaves nothing out, and sorts and searches its tables itself",
        ),
        Format::Json => (
            "json",
            &[("--fields", args.fields.is_some())][..],
            "its fields are those of wf-report/1",
        ),
        Format::Text | Format::Csv | Format::Markdown => return Ok(()),
    };
    match idle.iter().find(|(_, is_given)| *is_given) {
        Some((flag, _)) => bail!("{flag} doesn't apply to --format {format}: {why}"),
        None => Ok(()),
    }
}

fn view(args: &ReportArgs) -> View {
    let default_limit = match args.format {
        Format::Text | Format::Markdown => DEFAULT_TABLE_ROWS,
        Format::Json | Format::Csv | Format::Html => 0,
    };
    let limit = args.limit.unwrap_or(default_limit);
    View {
        sort: args.sort.unwrap_or_default().into(),
        limit: (limit > 0).then_some(limit),
        fields: args.fields.clone(),
        focus: args.focus.clone(),
        ignore: args.ignore.clone(),
    }
}

fn work(analysis: &Analysis, started: Instant) -> String {
    let stats = analysis.stats;
    format!(
        "{} events, {} of them distinct, priced by {} slices in {} chunks; {:.3} s",
        analysis.report.trace.events,
        stats.distinct_events,
        stats.slices,
        stats.replay_chunks,
        started.elapsed().as_secs_f64()
    )
}
