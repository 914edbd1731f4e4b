//! Traces to what they cost, as the command line says.

use std::path::Path;

use analyzer::profile::{self, Profile};
use analyzer::{Analysis, AnalyzeOptions, Error};
use anyhow::{Result, anyhow};
use formats::cost_model::CostModel;
use formats::trace::Trace;

use crate::args::PricingArgs;
use crate::progress::with_bar;
use crate::{cost_model, traces};

/// Everything that traces are priced with.
pub(crate) struct Pricing<'a> {
    args: &'a PricingArgs,
    pub(crate) model: CostModel,
    symbols: Option<Vec<u8>>,
    quiet: bool,
}

impl<'a> Pricing<'a> {
    /// What `args` name; no bar is shown if it is to be `quiet`.
    pub(crate) fn load(args: &'a PricingArgs, quiet: bool) -> Result<Self> {
        let model = cost_model::load(&args.cost_model)?;
        let symbols = traces::symbols(args.symbols.as_deref())?;
        Ok(Pricing { args, model, symbols, quiet })
    }

    /// What the trace at `path` cost.
    pub(crate) fn analyze(
        &self,
        path: &Path,
        trace: &Trace,
        options: AnalyzeOptions<'_>,
    ) -> Result<Analysis> {
        self.run(path, options, |options| analyzer::analyze(trace, &self.model, options))
    }

    /// Everything that there is to be shown of the trace at `path`, callers and callees included.
    pub(crate) fn profile(
        &self,
        path: &Path,
        trace: &Trace,
        options: AnalyzeOptions<'_>,
    ) -> Result<Profile> {
        let options = AnalyzeOptions { inclusive: true, ..options };
        self.run(path, options, |options| profile::profile(trace, &self.model, options))
    }

    fn run<T>(
        &self,
        path: &Path,
        options: AnalyzeOptions<'_>,
        work: impl FnOnce(&AnalyzeOptions<'_>) -> Result<T, Error>,
    ) -> Result<T> {
        let done = with_bar(self.quiet, |meter| {
            let (jobs, symbols) = (self.args.jobs, self.symbols.as_deref());
            work(&AnalyzeOptions { jobs, symbols, meter: Some(meter), ..options })
        });
        done.map_err(|error| match (&error, &self.args.symbols) {
            (Error::Symbols(why), Some(symbols)) => anyhow!("{}: {why}", symbols.display()),
            _ => traces::explain(path, &error),
        })
    }
}
