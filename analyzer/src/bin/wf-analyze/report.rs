//! `wf-analyze TRACE`: the report.

use std::path::Path;
use std::time::Instant;

use analyzer::estimate::Goal;
use analyzer::limits::DEFAULT_TABLE_ROWS;
use analyzer::profile::profile;
use analyzer::render::{self, View};
use analyzer::{Analysis, AnalyzeOptions, html};
use anyhow::Result;

use crate::args::{Color, Format, ReportArgs};
use crate::progress::with_bar;
use crate::{cost_model, follow, output, traces};

/// Prices the trace at `path` and writes the report.
pub(crate) fn run(path: &Path, args: &ReportArgs, color: Color) -> Result<()> {
    let started = Instant::now();
    let model = cost_model::load(&args.cost_model)?;
    let trace = match args.follow {
        false => traces::open(path)?,
        true => follow::until_the_end(path, &model, args, color)?,
    };
    let symbols = traces::symbols(args.symbols.as_deref())?;
    let options = AnalyzeOptions {
        jobs: args.jobs,
        symbols: symbols.as_deref(),
        meter: None,
        allow_partial: args.allow_partial,
        inclusive: args.inclusive,
        operators: true,
        goal: args.approx.map(|percent| Goal {
            precision: percent / 100.0,
            confidence: args.confidence,
            seed: args.seed,
            ..Goal::default()
        }),
    };
    let found = with_bar(args.quiet, |meter| {
        let options = AnalyzeOptions { meter: Some(meter), ..options };
        if args.format != Format::Html {
            return analyzer::analyze(&trace, &model, &options).map(|analysis| (analysis, None));
        }
        let options = AnalyzeOptions { inclusive: args.approx.is_none(), ..options };
        let profile = profile(&trace, &model, &options)?;
        let mut page = Vec::new();
        html::page(&profile, &mut page).expect("a vector takes everything");
        Ok((profile.analysis, Some(page)))
    });
    let (analysis, page) = found.map_err(|error| traces::explain(path, &error))?;
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
        Format::Html => String::from_utf8(page.unwrap_or_default())?,
    };
    output::write(&text, args.output.as_deref(), color)
}

fn view(args: &ReportArgs) -> View {
    let default_limit = match args.format {
        Format::Text | Format::Markdown => DEFAULT_TABLE_ROWS,
        Format::Json | Format::Csv | Format::Html => 0,
    };
    let limit = args.limit.unwrap_or(default_limit);
    View {
        sort: args.sort.into(),
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
