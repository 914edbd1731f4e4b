//! `wf-analyze export`: a profile in the format of another tool.

use std::io::{self, IsTerminal};
use std::path::Path;

use analyzer::AnalyzeOptions;
use analyzer::export;
use analyzer::profile::Profile;
use anyhow::{Result, bail};

use crate::args::{Color, ExportArgs};
use crate::pricing::Pricing;
use crate::{output, traces};

/// Runs the verb.
pub(crate) fn run(args: &ExportArgs, color: Color) -> Result<()> {
    let format = args.format;
    format.check_built()?;
    if format.is_binary() && args.output == Path::new("-") && io::stdout().is_terminal() {
        bail!("{format} is no text for a terminal: give a file with -o, or pipe it somewhere");
    }
    let pricing = Pricing::load(&args.pricing, args.quiet)?;
    let trace = traces::open(&args.trace)?;
    let options = AnalyzeOptions { allow_partial: args.allow_partial, ..AnalyzeOptions::default() };
    let profile = pricing.profile(&args.trace, &trace, options)?;
    if !args.quiet {
        for warning in warnings(&profile) {
            output::complain("warning", warning, color);
        }
    }
    output::write_bytes(&args.output, |mut sink| Ok(export::write(&profile, format, &mut sink)?))
}

fn warnings(profile: &Profile) -> impl Iterator<Item = &str> {
    let is_flat = profile.tree.nodes.is_empty() && !profile.analysis.report.functions.is_empty();
    let flat = "who called whom is not known: all functions are exported as called by the host";
    profile.analysis.notes.iter().map(String::as_str).chain(is_flat.then_some(flat))
}
