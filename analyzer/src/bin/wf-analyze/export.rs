//! `wf-analyze export`: a profile in the format of another tool.

use std::io::{self, IsTerminal};
use std::path::Path;

use analyzer::AnalyzeOptions;
use analyzer::export::{self, Format};
use analyzer::profile::{self, Profile};
use anyhow::{Result, bail};

use crate::args::{Color, ExportArgs};
use crate::progress::with_bar;
use crate::{cost_model, output, traces};

/// Runs the verb.
pub(crate) fn run(args: &ExportArgs, color: Color) -> Result<()> {
    let format = Format::from(args.format);
    format.check_built()?;
    if format.is_binary() && args.output == Path::new("-") && io::stdout().is_terminal() {
        bail!("{format} is no text for a terminal: give a file with -o, or pipe it somewhere");
    }
    let profile = profile(args)?;
    if !args.quiet {
        for warning in warnings(&profile) {
            output::complain("warning", warning, color);
        }
    }
    output::write_bytes(&args.output, |mut sink| Ok(export::write(&profile, format, &mut sink)?))
}

fn profile(args: &ExportArgs) -> Result<Profile> {
    let model = cost_model::load(&args.pricing.cost_model)?;
    let trace = traces::open(&args.trace)?;
    let symbols = traces::symbols(args.pricing.symbols.as_deref())?;
    let options = AnalyzeOptions {
        jobs: args.pricing.jobs,
        symbols: symbols.as_deref(),
        allow_partial: args.allow_partial,
        inclusive: true,
        ..AnalyzeOptions::default()
    };
    let profile = with_bar(args.quiet, |meter| {
        let options = AnalyzeOptions { meter: Some(meter), ..options };
        profile::profile(&trace, &model, &options)
    });
    profile.map_err(|error| traces::explain(&args.trace, &error))
}

fn warnings(profile: &Profile) -> impl Iterator<Item = &str> {
    let is_flat = profile.tree.nodes.is_empty() && !profile.analysis.report.functions.is_empty();
    let flat = "who called whom is not known: all functions are exported as called by the host";
    profile.analysis.notes.iter().map(String::as_str).chain(is_flat.then_some(flat))
}
