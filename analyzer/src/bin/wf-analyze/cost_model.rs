//! `wf-analyze cost-model`, and finding the model that `--cost-model` names.

use std::fmt::Write;
use std::path::Path;

use analyzer::regression;
use analyzer::render::grouped;
use anyhow::{Context, Result, anyhow, bail, ensure};
use formats::cost_model::{BUILTIN_NAMES, CostModel};
use formats::input;
use formats::limits::MAX_COST_MODEL_BYTES;
use formats::trace::Trace;

use crate::args::{Color, CostModelCommand, FitArgs};
use crate::{output, traces};

/// Runs the verb.
pub(crate) fn run(verb: &CostModelCommand) -> Result<()> {
    let text = match verb {
        CostModelCommand::List => list(),
        CostModelCommand::Print { model } => load(model)?.to_toml(),
        CostModelCommand::Fit(args) => fit(args)?,
    };
    output::write(&text, None, Color::Never)
}

fn fit(args: &FitArgs) -> Result<String> {
    let traces: Result<Vec<Trace>> = args.traces.iter().map(|path| traces::open(path)).collect();
    let fit = regression::fit(&traces?, args.jobs)?;
    ensure!(fit.segments > 0, "no segment of the traces has a time");
    if args.toml {
        return Ok(fit.to_cost_model("fitted, in picoseconds").to_toml());
    }
    let mut text = format!(
        "{} segments, {:.3} s; {:.1} % of the variance explained, residual ±{:.1} % of a segment\n\n\
         {:>10} {:>8} {:>18}  class\n",
        fit.segments,
        fit.seconds,
        fit.explained * 100.0,
        fit.residual * 100.0,
        "ns each",
        "share",
        "count",
    );
    for term in &fit.terms {
        let _ = writeln!(
            text,
            "{:>10.3} {:>6.1} % {:>18}  {}",
            term.nanoseconds,
            term.share * 100.0,
            grouped(term.count as u128),
            term.class
        );
    }
    Ok(text)
}

fn list() -> String {
    let mut lines = String::new();
    for &name in BUILTIN_NAMES {
        let Some(model) = CostModel::builtin(name) else {
            continue;
        };
        let alias = if model.name == name { String::new() } else { format!("  ({})", model.name) };
        lines.push_str(&format!("{name:<14}{}{alias}\n", model.hash()));
    }
    lines
}

/// The model that is built in under `name`, or in the file `name`.
pub(crate) fn load(name: &str) -> Result<CostModel> {
    if let Some(model) = CostModel::builtin(name) {
        return Ok(model);
    }
    let path = Path::new(name);
    if !path.exists() {
        bail!(
            "no cost model `{name}`: neither a file nor one of {}; `wf-analyze cost-model print \
             wasmtime` prints one to start from",
            BUILTIN_NAMES.join(", ")
        );
    }
    let text =
        input::read_text(path, MAX_COST_MODEL_BYTES as u64).with_context(|| name.to_string())?;
    CostModel::from_toml(&text).map_err(|error| anyhow!("{name}: {error}"))
}
