//! `wf-analyze cost-model`, and finding the model that `--cost-model` names.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use formats::cost_model::{BUILTIN_NAMES, CostModel};
use formats::limits::MAX_COST_MODEL_BYTES;

use crate::args::{Color, CostModelCommand};
use crate::output;

/// Runs the verb.
pub(crate) fn run(verb: &CostModelCommand) -> Result<()> {
    let text = match verb {
        CostModelCommand::List => list(),
        CostModelCommand::Print { model } => load(model)?.to_toml(),
    };
    output::write(&text, None, Color::Never)
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
    let bytes = fs::metadata(path).with_context(|| name.to_string())?.len();
    if bytes > MAX_COST_MODEL_BYTES as u64 {
        bail!(
            "{name}: {bytes} bytes are too many for a cost model (at most {MAX_COST_MODEL_BYTES})"
        );
    }
    let text = fs::read_to_string(path).with_context(|| name.to_string())?;
    CostModel::from_toml(&text).map_err(|error| anyhow!("{name}: {error}"))
}
